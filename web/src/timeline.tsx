// A row for each track, grouped by kind and coloured by certainty; thumbnails above, markers of what needs a look.
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { goTo } from './actions';
import { pictureAddress } from './api';
import { kindName, t } from './messages';
import * as store from './store';
import { clock, frameAt } from './time';
import { end, start } from './tracks';

const ROW = 14;
const LABEL = 84;
const RULER = 20;
const ORDER = ['face', 'person', 'plate', 'text', 'screen', 'region', 'vehicle'];

/** What a press on the rows does: where it began, and how far the rows were scrolled. */
type Held = { x: number; y: number; scroll: number; does: 'undecided' | 'seek' | 'scroll' } | null;

/** From certain (blue) to doubtful (orange); what a person drew is violet. Both themes, and safe for colour blindness. */
export function certaintyColour(certainty: number, hand: boolean): string {
  if (hand) return '#8b5cf6';
  const share = Math.min(1, Math.max(0, (certainty - 0.3) / 0.6));
  const mix = (a: number, b: number) => Math.round(a + (b - a) * share);
  return `rgb(${mix(224, 47)} ${mix(110, 111)} ${mix(20, 214)})`;
}

export function Timeline() {
  const outer = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSignal({ width: 600, height: 120 });
  const scroll = useSignal(0);
  const held = useRef<Held>(null);

  useEffect(() => {
    const watch = new ResizeObserver(([first]) => {
      if (first) size.value = { width: first.contentRect.width, height: first.contentRect.height };
    });
    if (outer.current) watch.observe(outer.current);
    return () => watch.disconnect();
  }, []);

  const rows = useComputed(() =>
    [...store.tracks.value.values()].sort(
      (a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || start(a) - start(b) || a.number - b.number,
    ),
  );

  // The chosen track's row is in view: of an hour there are thousands.
  useSignalEffect(() => {
    const row = rows.value.findIndex((track) => track.number === store.selected.value);
    if (row < 0) return;
    const room = size.value.height - RULER;
    const most = Math.max(0, rows.value.length * ROW - room);
    const now = Math.min(scroll.peek(), most);
    scroll.value = Math.min(most, Math.max(row * ROW + ROW - room, Math.min(now, row * ROW)));
  });

  const shareOf = (ticks: number) => frameAt(store.times.value, ticks) / Math.max(1, store.lastFrame.value);
  const xOf = (share: number) => {
    const { from, to } = store.scale.value;
    return LABEL + ((share - from) / (to - from)) * (size.value.width - LABEL);
  };

  useSignalEffect(() => {
    const surface = canvas.current;
    const pen = surface?.getContext('2d');
    if (!surface || !pen || !store.info.value) return;
    const { width, height } = size.value;
    const ratio = window.devicePixelRatio || 1;
    surface.width = Math.round(width * ratio);
    surface.height = Math.round(height * ratio);
    pen.scale(ratio, ratio);
    store.theme.value;
    store.dark.value;
    const style = getComputedStyle(surface);
    const ink = style.getPropertyValue('--ink').trim();
    const soft = style.getPropertyValue('--soft').trim();
    const accent = style.getPropertyValue('--accent').trim();
    const warn = style.getPropertyValue('--warn').trim();
    pen.font = '11px system-ui, sans-serif';
    pen.textBaseline = 'middle';
    const most = Math.max(0, rows.value.length * ROW - (height - RULER));
    const down = Math.min(scroll.value, most);
    const first = Math.max(0, Math.floor(down / ROW));
    const last = Math.min(rows.value.length, first + Math.ceil((height - RULER) / ROW) + 1);
    surface.dataset['rows'] = `${first} ${last}`;
    let kind = '';
    for (let row = first; row < last; row++) {
      const track = rows.value[row];
      if (!track) continue;
      const y = RULER + row * ROW - down;
      if (y < RULER - ROW) continue;
      const a = Math.max(LABEL, xOf(shareOf(start(track))));
      const b = Math.min(width, xOf(shareOf(end(track))) + 2);
      if (track.number === store.selected.value) {
        pen.fillStyle = soft;
        pen.fillRect(0, y, width, ROW);
      }
      if (b > LABEL && a < width) {
        pen.fillStyle = certaintyColour(track.certainty, track.hand);
        pen.fillRect(a, y + 3, Math.max(2, b - a), ROW - 6);
        pen.fillStyle = style.getPropertyValue('--back').trim();
        for (const [from, to] of track.visible) {
          const va = Math.max(LABEL, xOf(shareOf(from as number)));
          const vb = Math.min(width, xOf(shareOf(to as number)) + 2);
          pen.fillRect(va, y + 5, Math.max(1, vb - va), ROW - 10);
        }
        if (track.number === store.selected.value) {
          pen.strokeStyle = ink;
          pen.strokeRect(a - 0.5, y + 2.5, Math.max(2, b - a) + 1, ROW - 5);
        }
      }
      pen.fillStyle = ink;
      const label = track.kind === kind ? `${track.number}` : `${kindName(track.kind)} ${track.number}`;
      pen.textAlign = track.kind === kind ? 'right' : 'left';
      pen.fillText(label, track.kind === kind ? LABEL - 6 : 4, y + ROW / 2);
      kind = track.kind;
    }
    pen.fillStyle = style.getPropertyValue('--back').trim();
    pen.fillRect(0, 0, width, RULER);
    pen.fillStyle = ink;
    pen.textAlign = 'center';
    const { from, to } = store.scale.value;
    const span = (to - from) * store.secondsAt((store.times.value[store.lastFrame.value] ?? 1) - (store.times.value[0] ?? 0));
    const step = [0.04, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800].find((s) => span / s < (width - LABEL) / 70) ?? 3600;
    const firstTime = store.secondsAt(store.times.value[Math.round(from * store.lastFrame.value)] ?? 0);
    for (let at = Math.ceil(firstTime / step) * step; at <= firstTime + span + step; at += step) {
      const x = xOf(store.frameAtSeconds(at) / Math.max(1, store.lastFrame.value));
      if (x < LABEL || x > width - 20) continue;
      pen.fillText(clock(at), x, 7);
      pen.fillRect(x, 13, 1, 4);
    }
    const { from: sa, to: sb } = store.spanMarks.value;
    if (sa !== null) {
      const a = xOf(sa / Math.max(1, store.lastFrame.value));
      const b = xOf((sb ?? sa) / Math.max(1, store.lastFrame.value));
      pen.globalAlpha = 0.25;
      pen.fillStyle = accent;
      pen.fillRect(Math.max(LABEL, a), 0, Math.max(2, b - a), height);
      pen.globalAlpha = 1;
    }
    for (const one of store.queue.value) {
      if (one.video !== store.video.value || one.done) continue;
      const x = xOf(one.frame / Math.max(1, store.lastFrame.value));
      if (x < LABEL || x > width) continue;
      pen.fillStyle = one.why.includes('suspect') ? '#d11' : warn;
      pen.beginPath();
      pen.moveTo(x - 4, RULER - 8);
      pen.lineTo(x + 4, RULER - 8);
      pen.lineTo(x, RULER);
      pen.fill();
    }
    const x = xOf(store.frame.value / Math.max(1, store.lastFrame.value));
    if (x >= LABEL) {
      pen.fillStyle = accent;
      pen.fillRect(x - 1, 0, 2, height);
    }
  });

  const at = (event: PointerEvent): [number, number] => {
    const rect = (canvas.current as HTMLCanvasElement).getBoundingClientRect();
    return [event.clientX - rect.left, event.clientY - rect.top];
  };
  const seek = (event: PointerEvent) => {
    const [x] = at(event);
    const { from, to } = store.scale.value;
    const share = from + ((x - LABEL) / (size.value.width - LABEL)) * (to - from);
    store.playing.value = false;
    goTo(share * store.lastFrame.value);
  };

  const most = Math.max(0, rows.value.length * ROW - (size.value.height - RULER));
  return (
    <section class="timeline" aria-label={t('timeline')}>
      <Thumbnails width={size.value.width} />
      <div
        ref={outer}
        class="rows"
        onPointerDown={(event) => {
          const [x, y] = at(event);
          const row = Math.floor((y - RULER + Math.min(scroll.value, most)) / ROW);
          const track = y > RULER ? rows.value[row] : undefined;
          if (track) store.selected.value = track.number;
          const finger = event.pointerType === 'touch';
          if (track && x < LABEL && !finger) return goTo(frameAt(store.times.value, start(track)));
          (event.currentTarget as Element).setPointerCapture(event.pointerId);
          // A finger may want to see other rows: where it goes first tells.
          held.current = { x, y, scroll: Math.min(scroll.value, most), does: finger ? 'undecided' : 'seek' };
          if (held.current.does === 'seek') seek(event);
        }}
        onPointerMove={(event) => {
          const now = held.current;
          if (!now) return;
          const [x, y] = at(event);
          if (now.does === 'undecided' && Math.hypot(x - now.x, y - now.y) >= 6)
            now.does = most > 0 && Math.abs(y - now.y) > Math.abs(x - now.x) ? 'scroll' : 'seek';
          if (now.does === 'seek') seek(event);
          if (now.does === 'scroll') scroll.value = Math.min(most, Math.max(0, now.scroll + now.y - y));
        }}
        onPointerUp={(event) => {
          if (held.current?.does !== 'undecided') held.current = null;
          else if (held.current.x < LABEL && store.track.value) goTo(frameAt(store.times.value, start(store.track.value)));
          else seek(event);
          held.current = null;
        }}
        onPointerCancel={() => (held.current = null)}
        onWheel={(event) => {
          event.preventDefault();
          if (event.ctrlKey) zoomTimeline(event.deltaY < 0 ? 0.7 : 1.4);
          else scroll.value = Math.min(most, Math.max(0, scroll.value + event.deltaY));
        }}
      >
        <canvas ref={canvas} role="img" aria-label={t('timeline')} />
      </div>
    </section>
  );
}

/** Closer (below 1) or wider (above 1), around the current frame. */
export function zoomTimeline(by: number): void {
  const share = store.frame.value / Math.max(1, store.lastFrame.value);
  const { from, to } = store.scale.value;
  const span = Math.min(1, Math.max(Math.min(1, 20 / Math.max(1, store.lastFrame.value)), (to - from) * by));
  const start = Math.min(1 - span, Math.max(0, share - span / 2));
  store.scale.value = { from: start, to: start + span };
}

/**
 * One masked picture for each scene, or for each stretch of time where scenes are long. They are fetched one after the
 * other: each is a jump in the film, and the large picture must not wait for a row of them.
 */
function Thumbnails({ width }: { width: number }) {
  const file = store.file.value;
  const info = store.info.value;
  const fetched = useSignal<ReadonlySet<string>>(new Set());
  if (!file || !info) return null;
  const height = 44;
  const each = Math.max(30, Math.round((height * info.width) / info.height));
  const count = Math.min(24, Math.max(1, Math.floor((width - LABEL) / each)));
  const { from, to } = store.scale.value;
  const last = store.lastFrame.value;
  const cuts = (info.cuts ?? []).map((time) => frameAt(store.times.value, time as number));
  const places = Array.from({ length: count }, (_, n) => {
    const first = Math.floor((from + ((to - from) * n) / count) * last);
    const next = Math.floor((from + ((to - from) * (n + 1)) / count) * last);
    return cuts.find((cut) => cut >= first && cut < next) ?? first;
  });
  const address = (frame: number) => pictureAddress('masked', file.id, store.video.value, frame, 160, 0, true);
  const arrived = (frame: number) => (fetched.value = new Set([...fetched.value, address(frame)]));
  const next = places.findIndex((frame) => !fetched.value.has(address(frame)));
  return (
    <div class="thumbnails">
      {places.map((frame, n) => (
        <button
          key={n}
          type="button"
          tabIndex={-1}
          aria-label={`${t('goTo')} ${clock(store.secondsAt(store.times.value[frame] ?? 0))}`}
          onClick={() => goTo(frame)}
        >
          {(n === next || fetched.value.has(address(frame))) && (
            <img
              src={address(frame)}
              alt=""
              fetchpriority="low"
              width={each}
              height={height}
              onLoad={() => arrived(frame)}
              onError={() => arrived(frame)}
            />
          )}
        </button>
      ))}
    </div>
  );
}
