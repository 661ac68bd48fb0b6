// The picture, with outlines over it. Boxes are drawn, dragged and resized here.
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { pictureAddress, type TrackTold } from './api';
import { leaveDraft, placeDraft, takeDraft } from './boxes';
import { Frames } from './frames';
import { kindName, t } from './messages';
import * as store from './store';
import { type Box, isVisible, place } from './tracks';

const AHEAD = 8;
const HANDLE = 9;
/** What a corner can be caught by, and the rim of a region: a finger is wider than a mouse. */
const REACH = matchMedia('(pointer: coarse)').matches ? 36 : 13;
/** Stage pixels within which a press is no drag. */
const STILL = 4;

/** What is held: `from` is where, in pixels of the picture; of the whole stage, in those of the page. */
type Grip = { corner: string; from: [number, number]; box: Box; still: boolean } | null;
/** Two fingers: how far apart they were, and the zoom at that moment. */
type Pinch = { apart: number; scale: number } | null;

export function Stage() {
  const outer = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const grip = useRef<Grip>(null);
  const fingers = useRef(new Map<number, [number, number]>());
  const pinch = useRef<Pinch>(null);
  const size = useSignal({ width: 640, height: 360 });
  const tick = useSignal(0);
  const frames = useRef<Frames | null>(null);
  frames.current ??= new Frames(() => tick.value++);
  const shown = useRef<ImageBitmap | null>(null);
  const shownAs = useRef('');

  useEffect(() => {
    const watch = new ResizeObserver(([first]) => {
      if (first) size.value = { width: first.contentRect.width, height: first.contentRect.height };
    });
    if (outer.current) watch.observe(outer.current);
    return () => watch.disconnect();
  }, []);

  /** Where the picture lies on the stage: left, top, and stage pixels a picture pixel. */
  const layout = useComputed(() => {
    const info = store.info.value;
    if (!info) return { left: 0, top: 0, by: 1 };
    const { width, height } = size.value;
    const fit = Math.min(width / info.width, height / info.height);
    const by = fit * store.zoom.value.scale;
    const w = info.width * by;
    const h = info.height * by;
    const left = w <= width ? (width - w) / 2 : Math.min(0, Math.max(width - w, width / 2 - store.zoom.value.x * w));
    const top = h <= height ? (height - h) / 2 : Math.min(0, Math.max(height - h, height / 2 - store.zoom.value.y * h));
    return { left, top, by };
  });

  useSignalEffect(() => {
    tick.value;
    const file = store.file.value;
    const info = store.info.value;
    const at = store.frame.value;
    const surface = canvas.current;
    if (!file || !info || !surface) return;
    const { left, top, by } = layout.value;
    const ratio = window.devicePixelRatio || 1;
    const longest = Math.max(info.width, info.height);
    const need = longest * by * ratio;
    const steps = store.playing.value ? [640, 960, 1280] : [640, 960, 1280, 1920];
    const limit = store.playing.value ? 1280 : 0;
    const fitting = steps.find((step) => step >= need && step < longest) ?? (limit && longest > limit ? limit : 0);
    const revision = store.view.value === 'masked' ? store.revision.value : 0;
    const key = (n: number) => pictureAddress(store.view.value, file.id, store.video.value, n, fitting, revision);
    const stride = Math.max(1, Math.round(store.speed.value));
    const ahead = Array.from({ length: store.playing.value ? AHEAD : 2 }, (_, n) => at + n * stride);
    frames.current?.want(ahead.filter((n) => n <= store.lastFrame.value).map(key));
    const picture = frames.current?.get(key(at));
    // The last picture stays until the next one is there, but never under the banner of the other view.
    const kindShown = `${store.view.value} ${file.id} ${store.video.value}`;
    if (picture || shownAs.current !== kindShown) shown.current = picture ?? null;
    shownAs.current = kindShown;
    const { width, height } = size.value;
    surface.width = Math.round(width * ratio);
    surface.height = Math.round(height * ratio);
    const pen = surface.getContext('2d');
    if (!pen) return;
    pen.scale(ratio, ratio);
    pen.imageSmoothingEnabled = by < 2;
    if (shown.current) {
      try {
        pen.drawImage(shown.current, left, top, info.width * by, info.height * by);
      } catch {
        shown.current = null; // it was let go of meanwhile
      }
    }
    surface.dataset['frame'] = picture ? String(at) : '';
    surface.dataset['revision'] = picture ? String(revision) : '';
  });

  const point = (event: PointerEvent): [number, number] => {
    const rect = (outer.current as HTMLDivElement).getBoundingClientRect();
    const { left, top, by } = layout.value;
    return [(event.clientX - rect.left - left) / by, (event.clientY - rect.top - top) / by];
  };

  /** Zoom so that what lies under a place of the stage goes to its middle. */
  const zoomAt = (clientX: number, clientY: number, scale: number) => {
    const info = store.info.value;
    if (!info) return;
    const rect = (outer.current as HTMLDivElement).getBoundingClientRect();
    const { left, top, by } = layout.value;
    const inside = (value: number) => Math.min(1, Math.max(0, value));
    const x = inside((clientX - rect.left - left) / by / info.width);
    const y = inside((clientY - rect.top - top) / by / info.height);
    const next = Math.min(32, Math.max(1, scale));
    store.zoom.value = next === 1 ? { scale: 1, x: 0.5, y: 0.5 } : { scale: next, x, y };
  };

  const middle = (): [number, number, number] => {
    const [[ax, ay], [bx, by]] = [...fingers.current.values()] as [[number, number], [number, number]];
    return [(ax + bx) / 2, (ay + by) / 2, Math.max(1, Math.hypot(ax - bx, ay - by))];
  };

  /** Held no longer: what was changed by it is as before. */
  const letGo = () => {
    if (grip.current && !grip.current.still && store.mode.value === 'edit') leaveDraft();
    grip.current = null;
  };

  const down = (event: PointerEvent) => {
    if (event.button > 0) return;
    fingers.current.set(event.pointerId, [event.clientX, event.clientY]);
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    event.preventDefault();
    if (fingers.current.size === 2) {
      letGo();
      pinch.current = { apart: middle()[2], scale: store.zoom.value.scale };
      return;
    }
    const [x, y] = point(event);
    const target = event.target as SVGElement;
    outer.current?.focus();
    if (store.mode.value === 'draw' || store.mode.value === 'region') {
      // What lies below is no reason not to draw there: only the draft itself is held.
      const corner = target.dataset['track'] === undefined ? target.dataset['corner'] : undefined;
      const box = store.draft.value;
      grip.current =
        box && corner
          ? { corner, from: [x, y], box, still: true }
          : { corner: 'new', from: [x, y], box: [x, y, x, y], still: true };
    } else {
      const number = Number(target.dataset['track'] ?? NaN);
      if (Number.isNaN(number)) {
        const { x: zx, y: zy } = store.zoom.value;
        grip.current = { corner: 'pan', from: [event.clientX, event.clientY], box: [zx, zy, 0, 0], still: true };
      } else {
        store.selected.value = number;
        const chosen = store.tracks.value.get(number);
        const box = chosen ? place(chosen, store.now.value) : null;
        if (!box) return;
        grip.current = { corner: target.dataset['corner'] ?? 'all', from: [x, y], box, still: true };
      }
    }
  };

  const move = (event: PointerEvent) => {
    if (fingers.current.has(event.pointerId)) fingers.current.set(event.pointerId, [event.clientX, event.clientY]);
    if (pinch.current && fingers.current.size === 2) {
      const [x, y, apart] = middle();
      return zoomAt(x, y, (pinch.current.scale * apart) / pinch.current.apart);
    }
    const held = grip.current;
    const info = store.info.value;
    if (!held || !info) return;
    const far = held.corner === 'pan' ? Math.hypot(event.clientX - held.from[0], event.clientY - held.from[1]) : 0;
    if (held.corner === 'pan') {
      held.still &&= far < STILL;
      const { by } = layout.value;
      const [fx, fy] = held.from;
      const x = held.box[0] - (event.clientX - fx) / (info.width * by);
      const y = held.box[1] - (event.clientY - fy) / (info.height * by);
      if (store.zoom.value.scale > 1)
        store.zoom.value = { ...store.zoom.value, x: Math.min(1, Math.max(0, x)), y: Math.min(1, Math.max(0, y)) };
      return;
    }
    const [x, y] = point(event);
    const dx = x - held.from[0];
    const dy = y - held.from[1];
    let [x1, y1, x2, y2] = held.box;
    if (held.corner === 'new') [x2, y2] = [x, y];
    else if (held.corner === 'all') [x1, y1, x2, y2] = [x1 + dx, y1 + dy, x2 + dx, y2 + dy];
    else {
      if (held.corner.includes('w')) x1 += dx;
      else x2 += dx;
      if (held.corner.includes('n')) y1 += dy;
      else y2 += dy;
    }
    if (held.still && Math.hypot(dx, dy) * layout.value.by < STILL) return;
    held.still = false;
    if (store.mode.value === 'look') store.mode.value = 'edit';
    const inside = (value: number, most: number) => Math.min(most, Math.max(0, value));
    store.draft.value = [
      inside(Math.min(x1, x2), info.width),
      inside(Math.min(y1, y2), info.height),
      inside(Math.max(x1, x2), info.width),
      inside(Math.max(y1, y2), info.height),
    ];
  };

  const up = (event: PointerEvent) => {
    fingers.current.delete(event.pointerId);
    if (pinch.current) {
      if (!fingers.current.size) pinch.current = null;
      return;
    }
    const held = grip.current;
    grip.current = null;
    if (!held) return;
    if (held.corner === 'pan') {
      if (held.still) store.selected.value = null;
      return;
    }
    if (held.still) {
      // Pressed, and not dragged: the box that is being drawn goes there, to be taken or changed.
      if (held.corner === 'new') placeDraft(...held.from);
      return;
    }
    const box = store.draft.value;
    if (store.mode.value !== 'look' && box && box[2] - box[0] >= 4 && box[3] - box[1] >= 4) void takeDraft();
  };

  const cancel = (event: PointerEvent) => {
    fingers.current.delete(event.pointerId);
    pinch.current = null;
    letGo();
  };

  const wheel = (event: WheelEvent) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoomAt(event.clientX, event.clientY, store.zoom.value.scale * (event.deltaY < 0 ? 1.25 : 0.8));
  };

  const { left, top, by } = layout.value;
  const info = store.info.value;
  return (
    <div
      ref={outer}
      class={`stage mode-${store.mode.value}`}
      tabIndex={0}
      role="application"
      aria-label={t('stage')}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={cancel}
      onWheel={wheel}
    >
      <canvas ref={canvas} aria-hidden="true" />
      {info && (
        <svg class="overlay" aria-hidden="true">
          <g transform={`translate(${left} ${top})`}>
            {store.outlines.value &&
              inOrder(store.here.value, store.selected.value).map((track) => {
                const box = place(track, store.now.value) as Box;
                const chosen = track.number === store.selected.value;
                const draft = chosen && store.mode.value === 'edit' ? (store.draft.value ?? box) : box;
                return <Outline key={track.number} box={draft} by={by} track={track.number} kind={track.kind} chosen={chosen} open={isVisible(track, store.now.value)} />;
              })}
            {store.draft.value && store.mode.value !== 'edit' && (
              <Outline box={store.draft.value} by={by} kind="draft" chosen open={false} />
            )}
          </g>
        </svg>
      )}
    </div>
  );
}

/** Regions lie below what is found in them, and what is chosen above all. */
function inOrder(listed: TrackTold[], chosen: number | null): TrackTold[] {
  const rank = (track: TrackTold) => (track.number === chosen ? 2 : track.kind === 'region' ? 0 : 1);
  return [...listed].sort((a, b) => rank(a) - rank(b));
}

function Outline(props: { box: Box; by: number; track?: number; kind: string; chosen: boolean; open: boolean }) {
  const [x1, y1, x2, y2] = props.box.map((value) => value * props.by) as Box;
  const about = { 'data-track': props.track };
  /** Corners are caught from outside where the box is small, so that there is a middle left to drag it by. */
  const within = Math.min(REACH / 2, (x2 - x1) / 4, (y2 - y1) / 4);
  const corners: [string, number, number][] = [
    ['nw', x1, y1],
    ['ne', x2, y1],
    ['sw', x1, y2],
    ['se', x2, y2],
  ];
  return (
    <g class={`outline kind-${props.kind}${props.chosen ? ' chosen' : ''}${props.open ? ' open' : ''}`}>
      {props.kind === 'region' && (
        <rect class="rim" x={x1} y={y1} width={Math.max(1, x2 - x1)} height={Math.max(1, y2 - y1)} stroke-width={REACH} {...about} data-corner="all" />
      )}
      <rect class={`shape${props.chosen ? ' chosen' : ''}`} x={x1} y={y1} width={Math.max(1, x2 - x1)} height={Math.max(1, y2 - y1)} {...about} data-corner="all" />
      {props.track !== undefined && (
        <text x={x1 + 3} y={Math.max(11, y1 - 4)}>
          {`${kindName(props.kind)} ${props.track}`}
        </text>
      )}
      {props.chosen &&
        corners.map(([name, x, y]) => (
          <g key={name}>
            <rect class={`grip ${name}`} x={x - HANDLE / 2} y={y - HANDLE / 2} width={HANDLE} height={HANDLE} {...about} data-corner={name} />
            <rect class={`reach ${name}`} x={name.includes('w') ? x - REACH + within : x - within} y={name.includes('n') ? y - REACH + within : y - within} width={REACH} height={REACH} {...about} data-corner={name} />
          </g>
        ))}
    </g>
  );
}
