// Draws the timeline of one camera: what was recorded, events, a selected range, and the current time.
import type { Timeline } from './api';
import { formatDate, formatDuration, formatTime, zoneOffset } from './datetime';
import type { TimeRange } from './time_range';

export const HEIGHT_PX = 84;
/** The bar of recordings. */
const BAR_TOP = 30;
const BAR_HEIGHT = 34;
const BAR_BOTTOM = BAR_TOP + BAR_HEIGHT;
const HATCH_PX = 10;
const MARKER_PX = 6;
/** Distances of the ticks, in seconds; the first is taken that leaves room for its text. */
const TICK_STEPS_S = [
  1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400, 172800, 604800, 2592000,
];
const MAX_TICK_STEP_S = 2592000;
const TICK_SPACE_PX = 76;
const DAY_S = 86400;

export interface TimelineView {
  timeline: Timeline | null;
  view: TimeRange;
  width: number;
  /** The time that is shown, Unix seconds. */
  time: number;
  selection: TimeRange | null;
}

export function drawTimeline(context: CanvasRenderingContext2D, drawing: TimelineView): void {
  const { timeline, view, width, time, selection } = drawing;
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const xOf = (at: number) => ((at - view.from) / (view.to - view.from)) * width;
  context.clearRect(0, 0, width, HEIGHT_PX);
  context.font = '11px system-ui, sans-serif';
  drawHatching(context, width, colour('--soft'), colour('--line'));
  for (const { start, end, trusted, covered_share } of timeline?.spans ?? []) {
    const [left, right] = [Math.max(0, xOf(start)), Math.min(width, xOf(end))];
    if (xOf(end) < 0 || xOf(start) > width) continue;
    const length = Math.max(1.5, right - left);
    context.fillStyle = colour(trusted ? '--accent' : '--warn');
    context.fillRect(left, BAR_TOP, length, BAR_HEIGHT);
    context.fillStyle = '#000';
    const hidden = BAR_HEIGHT * (covered_share ?? 0);
    context.fillRect(left, BAR_BOTTOM - hidden, length, hidden);
  }
  drawTicks(context, view, width, xOf, colour('--line'), colour('--quiet'));
  if (selection) {
    context.fillStyle = `${colour('--good')}55`;
    context.fillRect(xOf(selection.from), BAR_TOP - 4, xOf(selection.to) - xOf(selection.from), BAR_HEIGHT + 8);
  }
  for (const event of timeline?.events ?? [])
    drawMarker(context, xOf(event.time), colour(event.state === 'new' ? '--bad' : '--quiet'));
  context.fillStyle = colour('--quiet');
  context.fillText(`${formatDate(view.from)} · ${formatDuration(view.to - view.from)}`, 4, 11);
  context.fillStyle = colour('--ink');
  context.fillRect(xOf(time) - 1, 14, 2, 54);
}

/** The ground is hatched: it shows where nothing was recorded. */
function drawHatching(context: CanvasRenderingContext2D, width: number, ground: string, line: string): void {
  context.fillStyle = ground;
  context.fillRect(0, BAR_TOP, width, BAR_HEIGHT);
  context.strokeStyle = line;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = -BAR_HEIGHT; x < width; x += HATCH_PX) {
    context.moveTo(x, BAR_BOTTOM);
    context.lineTo(x + BAR_HEIGHT, BAR_TOP);
  }
  context.stroke();
}

function drawTicks(
  context: CanvasRenderingContext2D,
  view: TimeRange,
  width: number,
  xOf: (time: number) => number,
  line: string,
  text: string,
): void {
  const pixelsPerSecond = width / (view.to - view.from);
  const step = TICK_STEPS_S.find((seconds) => seconds * pixelsPerSecond >= TICK_SPACE_PX) ?? MAX_TICK_STEP_S;
  const offset = -zoneOffset(view.from);
  for (let tick = Math.ceil((view.from - offset) / step) * step + offset; tick < view.to; tick += step) {
    const x = xOf(tick);
    context.fillStyle = line;
    context.fillRect(x, 20, 1, 46);
    context.fillStyle = text;
    const time = formatTime(tick);
    context.fillText(step >= DAY_S ? formatDate(tick) : step >= 60 ? time.slice(0, 5) : time, x + 3, 78);
  }
}

function drawMarker(context: CanvasRenderingContext2D, x: number, colour: string): void {
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(x - MARKER_PX, 14);
  context.lineTo(x + MARKER_PX, 14);
  context.lineTo(x, 27);
  context.fill();
}
