// The current frame on a canvas, with the outlines of its tracks over it.
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { fitCanvas } from '../shared/canvas_size';
import { fetchFrame, frameUrl, type TrackResponse } from './api';
import { useCanvasGestures } from './canvas_gestures';
import { FrameCache } from './frame_cache';
import { KindChoice } from './kind_choice';
import { Message } from './message';
import { t } from './messages';
import { toastError } from './notify';
import { Outline } from './outline';
import { layoutPicture } from './picture_layout';
import * as store from './store';
import { type Box, interpolate, isVisibleAt } from './track_interpolation';
import { trackColour } from './track_label';

/** Frames that are asked for at once, the current one first. */
const PREFETCH_PLAYING = 8;
const PREFETCH_PAUSED = 2;
/** Longer side, in pixels, of the sizes that frames are asked for in: few, so that they are found in the cache again. */
const SIZES_PX = [640, 960, 1280, 1920];
const MAX_PLAYING_PX = 1280;
/** So many frames before and after a finding show where it is. */
const FINDING_FRAMES = 3;

/** The smallest size that is sharp on the screen; 0 is the frame's own. While playing, never larger than 1280. */
function requestSize(longest: number, displayed: number, playing: boolean): number {
  const sizes = playing ? SIZES_PX.filter((size) => size <= MAX_PLAYING_PX) : SIZES_PX;
  const fitting = sizes.find((size) => size >= displayed && size < longest);
  return fitting ?? (playing && longest > MAX_PLAYING_PX ? MAX_PLAYING_PX : 0);
}

/** What was drawn last, and on which canvas: `key` is its place and size. */
type Drawing = { canvas: HTMLCanvasElement; bitmap: ImageBitmap | null; key: string };

const isSame = (a: Drawing, b: Drawing | null): boolean =>
  a.canvas === b?.canvas && a.bitmap === b.bitmap && a.key === b.key;

export function FrameCanvas() {
  const container = useRef<HTMLDivElement>(null);
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const size = useSignal({ width: 640, height: 360 });
  const loaded = useSignal(0);
  const cache = useRef<FrameCache | null>(null);
  cache.current ??= new FrameCache(
    () => {
      loaded.value += 1;
    },
    fetchFrame,
    toastError,
  );
  const shown = useRef<ImageBitmap | null>(null);
  const shownSource = useRef('');
  const drawn = useRef<Drawing | null>(null);

  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) size.value = { width: entry.contentRect.width, height: entry.contentRect.height };
    });
    if (container.current) observer.observe(container.current);
    return () => observer.disconnect();
  }, []);

  const layout = useComputed(() =>
    store.info.value
      ? layoutPicture(size.value, store.info.value, store.zoom.value)
      : { left: 0, top: 0, pixelScale: 1 },
  );

  useSignalEffect(() => {
    loaded.value; // draw again when a frame has arrived
    const file = store.file.value;
    const info = store.info.value;
    const canvas = canvasRef.current;
    if (!file || !info || !canvas) return;
    const current = store.frame.value;
    const { left, top, pixelScale } = layout.value;
    const ratio = window.devicePixelRatio || 1;
    const longest = Math.max(info.width, info.height);
    const requested = requestSize(longest, longest * pixelScale * ratio, store.playing.value);
    const revision = store.view.value === 'masked' ? store.revision.value : 0;
    const url = (frame: number) => frameUrl(store.view.value, file.id, store.video.value, frame, requested, revision);
    const stride = Math.max(1, Math.round(store.speed.value));
    const count = store.playing.value ? PREFETCH_PLAYING : PREFETCH_PAUSED;
    const ahead = Array.from({ length: count }, (_, n) => current + n * stride);
    cache.current?.prefetch(ahead.filter((frame) => frame <= store.lastFrame.value).map(url));
    const bitmap = cache.current?.get(url(current));
    // The last frame stays until the next one is there, but never under the banner of the other view.
    const source = `${store.view.value} ${file.id} ${store.video.value}`;
    if (bitmap || shownSource.current !== source) shown.current = bitmap ?? null;
    shownSource.current = source;
    // A frame that was fetched ahead changes nothing of what is seen.
    const { width, height } = size.value;
    const drawing = { canvas, bitmap: shown.current, key: `${left} ${top} ${pixelScale} ${width} ${height} ${ratio}` };
    const same = drawing.bitmap !== null && isSame(drawing, drawn.current);
    drawn.current = drawing;
    canvas.dataset.frame = bitmap ? String(current) : '';
    canvas.dataset.revision = bitmap ? String(revision) : '';
    if (same) return;
    const context = fitCanvas(canvas, width, height);
    if (!context) return;
    context.imageSmoothingEnabled = pixelScale < 2;
    if (shown.current) {
      try {
        context.drawImage(shown.current, left, top, info.width * pixelScale, info.height * pixelScale);
      } catch {
        shown.current = null; // evicted from the cache meanwhile
        drawn.current = null;
      }
    }
  });

  const gestures = useCanvasGestures(container, layout);
  const { left, top, pixelScale } = layout.value;
  return (
    <div
      ref={container}
      class={`frame-canvas mode-${store.mode.value}`}
      tabIndex={0}
      role="application"
      aria-label={t('frameCanvas')}
      {...gestures}
    >
      {/* Drawing comes after the banner has changed: a new view begins with a canvas of its own, which shows nothing. */}
      <canvas
        key={`${store.view.value} ${store.file.value?.id} ${store.video.value}`}
        ref={canvasRef}
        aria-hidden="true"
      />
      {store.info.value && (
        <svg class="overlay" aria-hidden="true">
          <g transform={`translate(${left} ${top})`}>
            {store.outlines.value && <TrackOutlines pixelScale={pixelScale} />}
            {store.outlines.value && <FindingOutlines pixelScale={pixelScale} />}
            {store.draftBox.value && store.mode.value !== 'edit' && (
              <Outline
                box={store.draftBox.value}
                pixelScale={pixelScale}
                kind="draft"
                selected
                visible={false}
                colour={null}
              />
            )}
          </g>
        </svg>
      )}
      <Message only="good" onPicture />
      <KindChoice />
    </div>
  );
}

function TrackOutlines({ pixelScale }: { pixelScale: number }) {
  const ticks = store.currentTicks.value;
  return inDrawingOrder(store.tracksInFrame.value, store.selectedNumber.value).map((track) => {
    const selected = track.number === store.selectedNumber.value;
    const draft = selected && store.mode.value === 'edit' ? store.draftBox.value : null;
    return (
      <Outline
        key={track.number}
        box={draft ?? (interpolate(track, ticks) as Box)}
        pixelScale={pixelScale}
        track={track.number}
        kind={track.kind}
        selected={selected}
        visible={isVisibleAt(track, ticks)}
        colour={trackColour(track, isVisibleAt(track, ticks))}
      />
    );
  });
}

/** Where the check of the release copy found something, in its frame and those beside it, while nobody has ticked it off. */
function FindingOutlines({ pixelScale }: { pixelScale: number }) {
  const frame = store.frame.value;
  return store.queue.value.map(({ id, video, frame: found, box, reasons, reviewed }) => {
    if (!box || reviewed || !reasons.includes('finding') || video !== store.video.value) return null;
    if (Math.abs(found - frame) > FINDING_FRAMES) return null;
    const [x1, y1, x2, y2] = box.map((value) => value * pixelScale) as Box;
    return <rect key={id} class="finding-mark" x={x1} y={y1} width={x2 - x1} height={y2 - y1} />;
  });
}

/** Blacked-out areas lie below what is in them, and the selected track above all. */
function inDrawingOrder(tracks: TrackResponse[], selected: number | null): TrackResponse[] {
  const rank = (track: TrackResponse) => (track.number === selected ? 2 : track.kind === 'region' ? 0 : 1);
  return [...tracks].sort((a, b) => rank(a) - rank(b));
}
