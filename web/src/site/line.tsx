// The line of time of one camera: what was recorded, what happened, where one is. It is drawn; pages decide what it does.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Timeline } from './api';
import { kindName, t } from './messages';
import { dark, theme } from '../theme';
import { moment, span, time } from './times';

export interface Stretch {
  from: number;
  to: number;
}

/** The narrowest and widest that is shown, in seconds. */
export const NARROW = 10;
export const WIDE = 366 * 86400;
const HEIGHT = 84;
const STEPS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400, 172800, 604800, 2592000];

export function zoomed(view: Stretch, by: number, around: number): Stretch {
  const length = Math.min(WIDE, Math.max(NARROW, (view.to - view.from) * by));
  const share = (around - view.from) / (view.to - view.from);
  const inside = share >= 0 && share <= 1 ? share : 0.5;
  const from = (share === inside ? around : (view.from + view.to) / 2) - length * inside;
  return { from, to: from + length };
}

export interface LineProps {
  told: Timeline | null;
  view: Stretch;
  at: number;
  chosen: Stretch | null;
  preview: (at: number) => string | null;
  go: (at: number) => void;
  look: (view: Stretch) => void;
}

export function Line({ told, view, at, chosen, preview, go, look }: LineProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const outer = useRef<HTMLDivElement>(null);
  const width = useSignal(600);
  const pointed = useSignal<number | null>(null);
  const previewed = useSignal<{ x: number; at: number; src: string } | null>(null);
  const drag = useRef<{ x: number; from: Stretch; moved: boolean } | null>(null);
  useEffect(() => {
    const watch = new ResizeObserver(() => (width.value = outer.current?.clientWidth ?? 600));
    if (outer.current) watch.observe(outer.current);
    return () => watch.disconnect();
  }, []);
  const length = view.to - view.from;
  const xOf = (moment: number) => ((moment - view.from) / length) * width.value;
  const momentOf = (x: number) => view.from + (x / width.value) * length;

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const ratio = devicePixelRatio || 1;
    element.width = width.value * ratio;
    element.height = HEIGHT * ratio;
    const pen = element.getContext('2d') as CanvasRenderingContext2D;
    pen.scale(ratio, ratio);
    draw(pen, width.value, { told, view, at, chosen, xOf });
  }, [told, view, at, chosen, width.value, dark.value, theme.value]);

  // A preview is a picture that has to be made: it is asked for when the pointer rests, at one of 200 places of the line.
  useEffect(() => {
    const where = pointed.value;
    if (where === null) return void (previewed.value = null);
    const step = length / 200;
    const rounded = Math.round(where / step) * step;
    const over = window.setTimeout(() => {
      const src = preview(rounded);
      previewed.value = src ? { x: xOf(rounded), at: rounded, src } : null;
    }, 120);
    return () => window.clearTimeout(over);
  }, [pointed.value, view, told]);

  const position = (event: { clientX: number }) => event.clientX - (outer.current as HTMLDivElement).getBoundingClientRect().left;
  const keys = (event: KeyboardEvent) => {
    const by: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageDown: -60, PageUp: 60 };
    const step = by[event.key];
    if (step !== undefined) go(at + step * (event.shiftKey ? 10 : 1));
    else if (event.key === '+' || event.key === '=') look(zoomed(view, 0.5, at));
    else if (event.key === '-') look(zoomed(view, 2, at));
    else if (event.key === 'Home' && told?.oldest != null) go(told.oldest);
    else if (event.key === 'End' && told?.newest != null) go(told.newest - 1);
    else return;
    event.preventDefault();
  };

  useEffect(() => {
    const element = outer.current;
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        const by = ((event.deltaX || event.deltaY) / width.value) * length;
        look({ from: view.from + by, to: view.to + by });
      } else look(zoomed(view, event.deltaY > 0 ? 1.3 : 1 / 1.3, momentOf(position(event))));
    };
    element?.addEventListener('wheel', wheel, { passive: false });
    return () => element?.removeEventListener('wheel', wheel);
  });

  const shown = previewed.value;
  return (
    <div class="line-of-time">
      <div
        ref={outer}
        class="time-canvas"
        role="slider"
        tabIndex={0}
        aria-label={t('timeLine')}
        aria-valuemin={Math.round(told?.oldest ?? view.from)}
        aria-valuemax={Math.round(told?.newest ?? view.to)}
        aria-valuenow={Math.round(at)}
        aria-valuetext={moment(at)}
        title={t('timeLineHint')}
        onKeyDown={keys}
        onPointerDown={(event) => {
          drag.current = { x: position(event), from: view, moved: false };
          (event.currentTarget as Element).setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          const x = position(event);
          const from = drag.current;
          if (!from) return void (pointed.value = momentOf(x));
          if (Math.abs(x - from.x) > 4) from.moved = true;
          if (!from.moved) return;
          const by = ((from.x - x) / width.value) * length;
          look({ from: from.from.from + by, to: from.from.to + by });
        }}
        onPointerUp={(event) => {
          const from = drag.current;
          drag.current = null;
          if (from && !from.moved) go(momentOf(position(event)));
        }}
        onPointerCancel={() => (drag.current = null)}
        onPointerLeave={() => (pointed.value = null)}
      >
        <canvas ref={canvas} style={{ width: '100%', height: `${HEIGHT}px` }} aria-hidden="true" />
      </div>
      {shown && (
        <div class="preview" style={{ left: `${Math.min(width.value - 168, Math.max(0, shown.x - 84))}px` }}>
          <img src={shown.src} alt="" width={160} height={90} onError={() => (previewed.value = null)} />
          <span>{time(shown.at)}</span>
        </div>
      )}
    </div>
  );
}

interface Drawn {
  told: Timeline | null;
  view: Stretch;
  at: number;
  chosen: Stretch | null;
  xOf: (moment: number) => number;
}

function draw(pen: CanvasRenderingContext2D, width: number, { told, view, at, chosen, xOf }: Drawn): void {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  pen.clearRect(0, 0, width, HEIGHT);
  pen.font = '11px system-ui, sans-serif';
  // Where nothing was recorded the ground is hatched.
  pen.fillStyle = colour('--soft');
  pen.fillRect(0, 30, width, 34);
  pen.strokeStyle = colour('--line');
  pen.lineWidth = 1;
  pen.beginPath();
  for (let x = -34; x < width; x += 10) {
    pen.moveTo(x, 64);
    pen.lineTo(x + 34, 30);
  }
  pen.stroke();
  for (const one of told?.spans ?? []) {
    const [from, to] = [xOf(one.begins), xOf(one.ends)];
    if (to < 0 || from > width) continue;
    pen.fillStyle = colour(one.trusted ? '--accent' : '--warn');
    pen.fillRect(Math.max(0, from), 30, Math.max(1.5, Math.min(width, to) - Math.max(0, from)), 34);
    if (one.covered) {
      pen.fillStyle = '#000';
      pen.fillRect(Math.max(0, from), 64 - 34 * one.covered, Math.max(1.5, Math.min(width, to) - Math.max(0, from)), 34 * one.covered);
    }
  }
  const step = STEPS.find((one) => (one / (view.to - view.from)) * width >= 76) ?? 2592000;
  const shift = new Date(view.from * 1000).getTimezoneOffset() * 60;
  for (let tick = Math.ceil((view.from - shift) / step) * step + shift; tick < view.to; tick += step) {
    const x = xOf(tick);
    pen.fillStyle = colour('--line');
    pen.fillRect(x, 20, 1, 46);
    pen.fillStyle = colour('--quiet');
    const text = step >= 86400 ? moment(tick).slice(0, 10) : step >= 60 ? time(tick).slice(0, 5) : time(tick);
    pen.fillText(text, x + 3, 78);
  }
  if (chosen) {
    pen.fillStyle = `${colour('--good')}55`;
    pen.fillRect(xOf(chosen.from), 26, xOf(chosen.to) - xOf(chosen.from), 42);
  }
  for (const mark of told?.marks ?? []) {
    const x = xOf(mark.at);
    if (x < -6 || x > width + 6) continue;
    pen.fillStyle = colour(mark.state === 'new' ? '--bad' : '--quiet');
    pen.beginPath();
    pen.moveTo(x - 6, 14);
    pen.lineTo(x + 6, 14);
    pen.lineTo(x, 27);
    pen.fill();
  }
  pen.fillStyle = colour('--quiet');
  pen.fillText(`${moment(view.from).slice(0, 10)} · ${span(view.to - view.from)}`, 4, 11);
  pen.fillStyle = colour('--ink');
  pen.fillRect(xOf(at) - 1, 14, 2, 54);
}

/** The marks as a list, for those who cannot see the line. */
export function Marks({ told, go }: { told: Timeline | null; go: (at: number) => void }) {
  const marks = told?.marks ?? [];
  if (!marks.length) return <p class="quiet">{t('noMarks')}</p>;
  return (
    <ul class="marks">
      {marks.slice(-60).toReversed().map((mark) => (
        <li key={mark.id}>
          <button type="button" onClick={() => go(mark.at)}>
            {moment(mark.at)} <b>{kindName(mark.kind)}</b> {mark.place ?? ''} <span class="quiet">{t(`state_${mark.state}`)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
