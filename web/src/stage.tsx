// The picture, with outlines over it. Boxes are drawn, dragged and resized here.
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { pictureAddress } from './api';
import { takeDraft } from './boxes';
import { Frames } from './frames';
import { kindName, t } from './messages';
import * as store from './store';
import { type Box, isVisible, place } from './tracks';

const AHEAD = 8;
const HANDLE = 9;

type Grip = { corner: string; from: [number, number]; box: Box } | null;

export function Stage() {
  const outer = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const grip = useRef<Grip>(null);
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

  const down = (event: PointerEvent) => {
    const [x, y] = point(event);
    const target = event.target as SVGElement;
    outer.current?.focus();
    if (store.mode.value === 'draw' || store.mode.value === 'region') {
      const corner = target.dataset['corner'];
      const box = store.draft.value;
      grip.current =
        box && corner ? { corner, from: [x, y], box } : { corner: 'new', from: [x, y], box: [x, y, x, y] };
    } else {
      const number = Number(target.dataset['track'] ?? NaN);
      if (Number.isNaN(number)) {
        grip.current = { corner: 'pan', from: [event.clientX, event.clientY], box: [store.zoom.value.x, store.zoom.value.y, 0, 0] };
      } else {
        store.selected.value = number;
        const chosen = store.tracks.value.get(number);
        const box = chosen ? place(chosen, store.now.value) : null;
        if (!box || chosen?.kind === 'region') return;
        grip.current = { corner: target.dataset['corner'] ?? 'all', from: [x, y], box };
      }
    }
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    event.preventDefault();
  };

  const move = (event: PointerEvent) => {
    const held = grip.current;
    const info = store.info.value;
    if (!held || !info) return;
    if (held.corner === 'pan') {
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
    if (store.mode.value === 'look') {
      if (Math.hypot(dx, dy) * layout.value.by < 4) return;
      store.mode.value = 'edit';
    }
    const inside = (value: number, most: number) => Math.min(most, Math.max(0, value));
    store.draft.value = [
      inside(Math.min(x1, x2), info.width),
      inside(Math.min(y1, y2), info.height),
      inside(Math.max(x1, x2), info.width),
      inside(Math.max(y1, y2), info.height),
    ];
  };

  const up = () => {
    const held = grip.current;
    grip.current = null;
    if (!held || held.corner === 'pan' || store.mode.value === 'look') return;
    const box = store.draft.value;
    if (box && box[2] - box[0] >= 4 && box[3] - box[1] >= 4) void takeDraft();
  };

  const wheel = (event: WheelEvent) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const info = store.info.value;
    if (!info) return;
    const rect = (outer.current as HTMLDivElement).getBoundingClientRect();
    const { left, top, by } = layout.value;
    const x = (event.clientX - rect.left - left) / by / info.width;
    const y = (event.clientY - rect.top - top) / by / info.height;
    const scale = Math.min(32, Math.max(1, store.zoom.value.scale * (event.deltaY < 0 ? 1.25 : 0.8)));
    store.zoom.value = { scale, x, y };
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
      onPointerCancel={up}
      onWheel={wheel}
    >
      <canvas ref={canvas} aria-hidden="true" />
      {info && (
        <svg class="overlay" aria-hidden="true">
          <g transform={`translate(${left} ${top})`}>
            {store.outlines.value &&
              store.here.value.map((track) => {
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

function Outline(props: { box: Box; by: number; track?: number; kind: string; chosen: boolean; open: boolean }) {
  const [x1, y1, x2, y2] = props.box.map((value) => value * props.by) as Box;
  const about = { 'data-track': props.track };
  const corners: [string, number, number][] = [
    ['nw', x1, y1],
    ['ne', x2, y1],
    ['sw', x1, y2],
    ['se', x2, y2],
  ];
  return (
    <g class={`outline kind-${props.kind}${props.chosen ? ' chosen' : ''}${props.open ? ' open' : ''}`}>
      <rect x={x1} y={y1} width={Math.max(1, x2 - x1)} height={Math.max(1, y2 - y1)} {...about} data-corner="all" />
      {props.track !== undefined && (
        <text x={x1 + 3} y={Math.max(11, y1 - 4)}>
          {`${kindName(props.kind)} ${props.track}`}
        </text>
      )}
      {props.chosen &&
        props.kind !== 'region' &&
        corners.map(([name, x, y]) => (
          <rect key={name} class={`grip ${name}`} x={x - HANDLE / 2} y={y - HANDLE / 2} width={HANDLE} height={HANDLE} {...about} data-corner={name} />
        ))}
    </g>
  );
}
