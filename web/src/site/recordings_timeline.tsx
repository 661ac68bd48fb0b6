// The timeline of one camera's recordings. It is drawn by recordings_timeline_drawing.ts; the page decides what it does.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { dark, theme } from '../shared/theme';
import type { Timeline } from './api';
import { formatDateTime, formatTime } from './datetime';
import { kindName, t } from './messages';
import { drawTimeline, HEIGHT_PX } from './recordings_timeline_drawing';
import { type TimeRange, zoomRange } from './time_range';
import { placeTitle } from './titles';

const DRAG_THRESHOLD_PX = 4;
const WHEEL_ZOOM = 1.3;
/** A preview has to be made by the server: it is asked for when the pointer rests, at one of so many places. */
const PREVIEW_REST_MS = 120;
const PREVIEW_PLACES = 200;
const PREVIEW_WIDTH_PX = 168;
const MAX_LISTED_EVENTS = 60;
/** Seconds that keys go; ten times as far with Shift. */
const KEY_STEPS_S: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageDown: -60, PageUp: 60 };

export interface RecordingsTimelineProps {
  timeline: Timeline | null;
  view: TimeRange;
  /** The time that is shown, Unix seconds. */
  time: number;
  selection: TimeRange | null;
  /** Address of a picture of a time, where there is one. */
  previewUrl: (time: number) => string | null;
  onSeek: (time: number) => void;
  onView: (view: TimeRange) => void;
}

export function RecordingsTimeline(props: RecordingsTimelineProps) {
  const { timeline, view, time, selection, onSeek, onView } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const container = useRef<HTMLDivElement>(null);
  const width = useSignal(600);
  const hovered = useSignal<number | null>(null);
  const drag = useRef<{ x: number; view: TimeRange; moved: boolean } | null>(null);
  const length = view.to - view.from;
  const timeAt = (x: number) => view.from + (x / width.value) * length;
  const xOf = (event: { clientX: number }) =>
    event.clientX - (container.current as HTMLDivElement).getBoundingClientRect().left;

  useEffect(() => {
    const observer = new ResizeObserver(() => {
      width.value = container.current?.clientWidth ?? 600;
    });
    if (container.current) observer.observe(container.current);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context) return;
    const ratio = devicePixelRatio || 1;
    canvas.current.width = width.value * ratio;
    canvas.current.height = HEIGHT_PX * ratio;
    context.scale(ratio, ratio);
    drawTimeline(context, { timeline, view, width: width.value, time, selection });
  }, [timeline, view, time, selection, width.value, dark.value, theme.value]);

  // Preact's onWheel is passive: the page would scroll as well.
  useEffect(() => {
    const element = container.current;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        const offset = ((event.deltaX || event.deltaY) / width.value) * length;
        onView({ from: view.from + offset, to: view.to + offset });
      } else onView(zoomRange(view, event.deltaY > 0 ? WHEEL_ZOOM : 1 / WHEEL_ZOOM, timeAt(xOf(event))));
    };
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const step = KEY_STEPS_S[event.key];
    if (step !== undefined) onSeek(time + step * (event.shiftKey ? 10 : 1));
    else if (event.key === '+' || event.key === '=') onView(zoomRange(view, 0.5, time));
    else if (event.key === '-') onView(zoomRange(view, 2, time));
    else if (event.key === 'Home' && timeline?.oldest != null) onSeek(timeline.oldest);
    else if (event.key === 'End' && timeline?.newest != null) onSeek(timeline.newest - 1);
    else return;
    event.preventDefault();
  };
  const onPointerDown = (event: PointerEvent) => {
    drag.current = { x: xOf(event), view, moved: false };
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent) => {
    const x = xOf(event);
    const held = drag.current;
    if (!held) {
      hovered.value = timeAt(x);
      return;
    }
    if (Math.abs(x - held.x) > DRAG_THRESHOLD_PX) held.moved = true;
    if (!held.moved) return;
    const offset = ((held.x - x) / width.value) * length;
    onView({ from: held.view.from + offset, to: held.view.to + offset });
  };
  const onPointerUp = (event: PointerEvent) => {
    const held = drag.current;
    drag.current = null;
    if (held && !held.moved) onSeek(timeAt(xOf(event)));
  };

  return (
    <div class="recordings-timeline">
      <div
        ref={container}
        class="time-canvas"
        role="slider"
        tabIndex={0}
        aria-label={t('timeline')}
        aria-valuemin={Math.round(timeline?.oldest ?? view.from)}
        aria-valuemax={Math.round(timeline?.newest ?? view.to)}
        aria-valuenow={Math.round(time)}
        aria-valuetext={formatDateTime(time)}
        title={t('timelineHint')}
        onKeyDown={onKeyDown}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={() => {
          drag.current = null;
        }}
        onPointerLeave={() => {
          hovered.value = null;
        }}
      >
        <canvas ref={canvas} style={{ width: '100%', height: `${HEIGHT_PX}px` }} aria-hidden="true" />
      </div>
      <Preview hovered={hovered.value} width={width.value} {...props} />
    </div>
  );
}

/** The picture of the time under the pointer. */
function Preview(props: RecordingsTimelineProps & { hovered: number | null; width: number }) {
  const { timeline, view, hovered, width, previewUrl } = props;
  const shown = useSignal<{ time: number; url: string } | null>(null);
  const clear = () => {
    shown.value = null;
  };
  useEffect(() => {
    if (hovered === null) return clear();
    const step = (view.to - view.from) / PREVIEW_PLACES;
    const time = Math.round(hovered / step) * step;
    const timer = window.setTimeout(() => {
      const url = previewUrl(time);
      shown.value = url ? { time, url } : null;
    }, PREVIEW_REST_MS);
    return () => window.clearTimeout(timer);
  }, [hovered, view, timeline]);
  if (!shown.value) return null;
  const { time, url } = shown.value;
  const x = ((time - view.from) / (view.to - view.from)) * width;
  const left = Math.min(width - PREVIEW_WIDTH_PX, Math.max(0, x - PREVIEW_WIDTH_PX / 2));
  return (
    <div class="preview" style={{ left: `${left}px` }}>
      <img src={url} alt="" width={160} height={90} onError={clear} />
      <span>{formatTime(time)}</span>
    </div>
  );
}

interface EventListProps {
  camera: string;
  timeline: Timeline | null;
  onSeek: (time: number) => void;
}

/** The events of the timeline as a list, which does not have to be seen to be used. */
export function EventList({ camera, timeline, onSeek }: EventListProps) {
  const events = timeline?.events ?? [];
  if (!events.length) return <p class="quiet">{t('noEventsHere')}</p>;
  return (
    <ul class="event-list">
      {events
        .slice(-MAX_LISTED_EVENTS)
        .toReversed()
        .map((event) => (
          <li key={event.id}>
            <button type="button" onClick={() => onSeek(event.time)}>
              {formatDateTime(event.time)} <b>{kindName(event.kind)}</b>{' '}
              {event.location ? placeTitle(camera, event.location) : ''}{' '}
              <span class="quiet">{t(`state_${event.state}`)}</span>
            </button>
          </li>
        ))}
    </ul>
  );
}
