// The timeline below the picture: a row per track, grouped by kind. It is drawn by timeline_drawing.ts.
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { dark, theme } from '../shared/theme';
import { seekTo } from './actions';
import { zoomTimeline } from './commands';
import { Legend } from './legend';
import { t } from './messages';
import { soundTrack } from './sound/sound_player';
import { loadPeaks, waveformHeight } from './sound/waveform';
import { endSoundDrag, moveSoundDrag, soundDrag, startSoundDrag } from './sound/waveform_drag';
import * as store from './store';
import { Thumbnails } from './thumbnails';
import { frameAt } from './timecode';
import {
  drawTimeline,
  frameAtX,
  LABEL_PX,
  maxScroll,
  ROW_PX,
  RULER_PX,
  rowsTop,
  secondsAtX,
  xOfSeconds,
} from './timeline_drawing';
import { startTicks } from './track_interpolation';

const KIND_ORDER = ['face', 'person', 'plate', 'text', 'screen', 'region', 'vehicle'];
/** A finger's first movement, in pixels, decides between seeking and scrolling. */
const TOUCH_SLOP_PX = 6;

/** A press on the rows: where it began, and how far the rows were scrolled. */
type Drag = { x: number; y: number; scroll: number; action: 'undecided' | 'seek' | 'scroll' } | null;

export function Timeline() {
  const container = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSignal({ width: 600, height: 120 });
  const scroll = useSignal(0);
  const drag = useRef<Drag>(null);

  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) size.value = { width: entry.contentRect.width, height: entry.contentRect.height };
    });
    if (container.current) observer.observe(container.current);
    return () => observer.disconnect();
  }, []);

  const rows = useComputed(() =>
    [...store.tracks.value.values()].sort(
      (a, b) =>
        KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind) || startTicks(a) - startTicks(b) || a.number - b.number,
    ),
  );
  const limit = useComputed(() => maxScroll(rows.value.length, size.value.height));
  const scrollTo = (position: number) => {
    scroll.value = Math.min(limit.peek(), Math.max(0, position));
  };

  // The selected track's row is scrolled into view: of an hour of film there are thousands.
  useSignalEffect(() => {
    const row = rows.value.findIndex((track) => track.number === store.selectedNumber.value);
    if (row < 0) return;
    const visible = size.value.height - rowsTop();
    const current = Math.min(scroll.peek(), limit.value);
    scrollTo(Math.max((row + 1) * ROW_PX - visible, Math.min(current, row * ROW_PX)));
  });

  useEffect(() => void loadPeaks(), [store.fileId.value, soundTrack.value]);

  useSignalEffect(() => {
    theme.value; // colours are read from the style: draw again when the theme changes
    dark.value;
    if (!canvas.current || !store.info.value) return;
    drawTimeline(canvas.current, { ...size.value, rows: rows.value, scroll: Math.min(scroll.value, limit.value) });
  });

  const position = (event: PointerEvent): [number, number] => {
    const rect = (canvas.current as HTMLCanvasElement).getBoundingClientRect();
    return [event.clientX - rect.left, event.clientY - rect.top];
  };
  const seek = (event: PointerEvent) => {
    store.playing.value = false;
    seekTo(frameAtX(position(event)[0], size.value.width));
  };
  const seekToStart = (track: { times: number[] }) => seekTo(frameAt(store.frameTimes.value, startTicks(track)));

  const onPointerDown = (event: PointerEvent) => {
    const [x, y] = position(event);
    const scrolled = Math.min(scroll.value, limit.value);
    const track = y > rowsTop() ? rows.value[Math.floor((y - rowsTop() + scrolled) / ROW_PX)] : undefined;
    if (track) store.selectedNumber.value = track.number;
    const touch = event.pointerType === 'touch';
    if (track && x < LABEL_PX && !touch) return seekToStart(track);
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    if (y > RULER_PX && y <= RULER_PX + waveformHeight() && x >= LABEL_PX) {
      const width = size.value.width;
      return startSoundDrag(x, secondsAtX(x, width), (seconds) => xOfSeconds(seconds, width), event.shiftKey);
    }
    // A finger may want to scroll: where it goes first decides.
    drag.current = { x, y, scroll: scrolled, action: touch ? 'undecided' : 'seek' };
    if (!touch) seek(event);
  };
  const onPointerMove = (event: PointerEvent) => {
    if (soundDrag.value) return moveSoundDrag(secondsAtX(position(event)[0], size.value.width));
    const held = drag.current;
    if (!held) return;
    const [x, y] = position(event);
    if (held.action === 'undecided' && Math.hypot(x - held.x, y - held.y) >= TOUCH_SLOP_PX)
      held.action = limit.value > 0 && Math.abs(y - held.y) > Math.abs(x - held.x) ? 'scroll' : 'seek';
    if (held.action === 'seek') seek(event);
    if (held.action === 'scroll') scrollTo(held.scroll + held.y - y);
  };
  const onPointerUp = (event: PointerEvent) => {
    if (soundDrag.value) return endSoundDrag() ? undefined : seek(event);
    const held = drag.current;
    drag.current = null;
    if (held?.action !== 'undecided') return;
    if (held.x < LABEL_PX && store.selectedTrack.value) seekToStart(store.selectedTrack.value);
    else seek(event);
  };
  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    if (event.ctrlKey) zoomTimeline(event.deltaY < 0 ? 0.7 : 1.4);
    else scrollTo(scroll.value + event.deltaY);
  };

  return (
    <section class="timeline" aria-label={t('timeline')}>
      <Thumbnails width={size.value.width} />
      <div
        ref={container}
        class="rows"
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={() => {
          drag.current = null;
          soundDrag.value = null;
        }}
        onWheel={onWheel}
        data-waveform={waveformHeight()}
      >
        <canvas ref={canvas} role="img" aria-label={t('timeline')} />
      </div>
      <Legend />
    </section>
  );
}
