// Draws the timeline: a row for each track, a ruler above, markers of what is to be checked.
import { fitCanvas } from '../shared/canvas_size';
import type { TrackResponse } from './api';
import { kindName, t } from './messages';
import { rangeLanes } from './range_lanes';
import { drawWaveform, waveformHeight } from './sound/waveform';
import * as store from './store';
import { formatTimecode, frameAt } from './timecode';
import { endTicks, startTicks } from './track_interpolation';
import { COLOURS, trackColour } from './track_label';

export const ROW_PX = 14;
export const LABEL_PX = 112;
export const RULER_PX = 20;
/** Distances of the ruler's ticks, in seconds; the first is taken that leaves room for its text. */
const TICK_STEPS_S = [0.04, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800];
const MAX_TICK_STEP_S = 3600;
const TICK_SPACE_PX = 70;
const MARKER_PX = 4;
const FINDING_COLOUR = '#d11';

export interface TimelineView {
  /** Tracks from top to bottom. */
  rows: readonly TrackResponse[];
  width: number;
  height: number;
  /** How far the rows are scrolled, in pixels. */
  scroll: number;
}

const shareOfTicks = (ticks: number): number => store.shareOfFrame(frameAt(store.frameTimes.value, ticks));

function xOfShare(share: number, width: number): number {
  const { from, to } = store.timelineRange.value;
  return LABEL_PX + ((share - from) / (to - from)) * (width - LABEL_PX);
}

/** The frame at a position on the timeline; before the labels' edge it is left of what is shown. */
export function frameAtX(x: number, width: number): number {
  const { from, to } = store.timelineRange.value;
  return (from + ((x - LABEL_PX) / (width - LABEL_PX)) * (to - from)) * store.lastFrame.value;
}

/** The sound is below the ruler; ranges of the file have lanes of their own below that; items follow. */
export const lanesHeight = (): number => rangeLanes.value.length * ROW_PX;
const lanesTop = (): number => RULER_PX + waveformHeight();
export const rowsTop = (): number => lanesTop() + lanesHeight();

/** The time at a position on the timeline, and where a time is: between frames too, for sound. */
export function secondsAtX(x: number, width: number): number {
  const frame = Math.max(0, frameAtX(x, width));
  const [first, last] = [Math.floor(frame), store.lastFrame.value];
  const [from, to] = [store.secondsOfFrame(Math.min(first, last)), store.secondsOfFrame(Math.min(first + 1, last))];
  return from + (frame - first) * (to - from);
}
export function xOfSeconds(seconds: number, width: number): number {
  const frame = store.frameAtSeconds(seconds);
  const [from, to] = [store.secondsOfFrame(frame), store.secondsOfFrame(Math.min(frame + 1, store.lastFrame.value))];
  const within = to > from ? Math.min(1, Math.max(0, (seconds - from) / (to - from))) : 0;
  return xOfShare(store.shareOfFrame(frame + within), width);
}

export const maxScroll = (rows: number, height: number): number => Math.max(0, rows * ROW_PX - (height - rowsTop()));

function colours(canvas: HTMLCanvasElement) {
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    ink: colour('--ink'),
    back: colour('--back'),
    soft: colour('--soft'),
    accent: colour('--accent'),
    warn: colour('--warn'),
  };
}
type Colours = ReturnType<typeof colours>;

export function drawTimeline(canvas: HTMLCanvasElement, view: TimelineView): void {
  const { width, height } = view;
  const context = fitCanvas(canvas, width, height);
  if (!context) return;
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  const palette = colours(canvas);
  const first = Math.max(0, Math.floor(view.scroll / ROW_PX));
  const last = Math.min(view.rows.length, first + Math.ceil((height - rowsTop()) / ROW_PX) + 1);
  canvas.dataset.rows = `${first} ${last}`;
  drawRows(context, view, palette, first, last);
  drawLanes(context, view, palette);
  drawSound(context, view, palette);
  drawRuler(context, width, palette);
  drawMarkedRange(context, view, palette);
  drawQueueMarkers(context, width, palette);
  drawPlayhead(context, view, palette);
}

function drawRows(
  context: CanvasRenderingContext2D,
  { rows, width, scroll }: TimelineView,
  palette: Colours,
  first: number,
  last: number,
): void {
  let previousKind = '';
  for (let row = first; row < last; row++) {
    const track = rows[row];
    const y = rowsTop() + row * ROW_PX - scroll;
    if (!track || y < rowsTop() - ROW_PX) continue;
    if (track.number === store.selectedNumber.value) {
      context.fillStyle = palette.soft;
      context.fillRect(0, y, width, ROW_PX);
    }
    drawTrack(context, track, y, width, palette);
    context.fillStyle = palette.ink;
    // The kind is named once for each group of rows.
    const grouped = track.kind === previousKind;
    context.textAlign = grouped ? 'right' : 'left';
    const label = grouped ? `${track.number}` : `${kindName(track.kind)} ${track.number}`;
    context.fillText(label, grouped ? LABEL_PX - 6 : 4, y + ROW_PX / 2, LABEL_PX - 8);
    previousKind = track.kind;
  }
}

function drawTrack(
  context: CanvasRenderingContext2D,
  track: TrackResponse,
  y: number,
  width: number,
  palette: Colours,
): void {
  const clipped = (from: number, to: number): [number, number] => [
    Math.max(LABEL_PX, xOfShare(shareOfTicks(from), width)),
    Math.min(width, xOfShare(shareOfTicks(to), width) + 2),
  ];
  const [left, right] = clipped(startTicks(track), endTicks(track));
  if (right <= LABEL_PX || left >= width) return;
  context.fillStyle = trackColour(track, false);
  context.fillRect(left, y + 3, Math.max(2, right - left), ROW_PX - 6);
  context.fillStyle = COLOURS.visible;
  for (const [from, to] of track.visible) {
    const [gapLeft, gapRight] = clipped(from as number, to as number);
    context.fillRect(gapLeft, y + 3, Math.max(1, gapRight - gapLeft), ROW_PX - 6);
  }
  if (track.number === store.selectedNumber.value) {
    context.strokeStyle = palette.ink;
    context.strokeRect(left - 0.5, y + 2.5, Math.max(2, right - left) + 1, ROW_PX - 5);
  }
}

/** What holds for ranges of the file: each sort in its lane, with its name at the side. */
function drawLanes(context: CanvasRenderingContext2D, { width }: TimelineView, palette: Colours): void {
  context.fillStyle = palette.back;
  context.fillRect(0, RULER_PX, width, waveformHeight() + lanesHeight());
  rangeLanes.value.forEach(({ name, ranges, markedOnly }, lane) => {
    const y = lanesTop() + lane * ROW_PX;
    context.textAlign = 'left';
    context.fillStyle = palette.ink;
    context.fillText(t(name), 4, y + ROW_PX / 2, LABEL_PX - 8);
    for (const { start, end } of ranges) {
      const [left, right] = [start, end].map((seconds) =>
        xOfShare(store.shareOfFrame(store.frameAtSeconds(seconds)), width),
      ) as [number, number];
      if (right < LABEL_PX || left > width) continue;
      const from = Math.max(LABEL_PX, left);
      context.fillStyle = COLOURS.region;
      context.strokeStyle = palette.ink;
      // The fill is that of what is taken out; what is marked only has an outline.
      if (markedOnly) context.strokeRect(from + 0.5, y + 3.5, Math.max(2, right - from) - 1, ROW_PX - 7);
      else context.fillRect(from, y + 2, Math.max(2, right - from), ROW_PX - 4);
    }
  });
}

function drawSound(context: CanvasRenderingContext2D, { width }: TimelineView, palette: Colours): void {
  if (!waveformHeight()) return;
  context.textAlign = 'left';
  context.fillStyle = palette.ink;
  context.fillText(t('hearSound'), 4, RULER_PX + waveformHeight() / 2, LABEL_PX - 8);
  drawWaveform(context, {
    top: RULER_PX,
    left: LABEL_PX,
    width,
    secondsAt: (x) => secondsAtX(x, width),
    xAt: (seconds) => xOfSeconds(seconds, width),
    colours: { ink: palette.accent, speech: palette.warn, removed: COLOURS.region },
  });
}

function drawRuler(context: CanvasRenderingContext2D, width: number, palette: Colours): void {
  context.fillStyle = palette.back;
  context.fillRect(0, 0, width, RULER_PX);
  context.fillStyle = palette.ink;
  context.textAlign = 'center';
  const { from, to } = store.timelineRange.value;
  const length = (to - from) * (store.secondsOfFrame(store.lastFrame.value) - store.secondsOfFrame(0));
  const step = TICK_STEPS_S.find((seconds) => length / seconds < (width - LABEL_PX) / TICK_SPACE_PX) ?? MAX_TICK_STEP_S;
  const first = store.secondsOfFrame(Math.round(from * store.lastFrame.value));
  for (let at = Math.ceil(first / step) * step; at <= first + length + step; at += step) {
    const x = xOfSeconds(at, width);
    if (x < LABEL_PX || x > width - 20) continue;
    context.fillText(formatTimecode(at), x, 7);
    context.fillRect(x, 13, 1, 4);
  }
}

function drawMarkedRange(context: CanvasRenderingContext2D, { width, height }: TimelineView, palette: Colours): void {
  const { from, to } = store.rangeMarks.value;
  if (from === null) return;
  const left = xOfShare(store.shareOfFrame(from), width);
  const right = xOfShare(store.shareOfFrame(to ?? from), width);
  context.globalAlpha = 0.25;
  context.fillStyle = palette.accent;
  context.fillRect(Math.max(LABEL_PX, left), 0, Math.max(2, right - left), height);
  context.globalAlpha = 1;
}

function drawQueueMarkers(context: CanvasRenderingContext2D, width: number, palette: Colours): void {
  for (const entry of store.queue.value) {
    if (entry.video !== store.video.value || entry.reviewed) continue;
    const x = xOfShare(store.shareOfFrame(entry.frame), width);
    if (x < LABEL_PX || x > width) continue;
    context.fillStyle = entry.reasons.includes('finding') ? FINDING_COLOUR : palette.warn;
    context.beginPath();
    context.moveTo(x - MARKER_PX, RULER_PX - 2 * MARKER_PX);
    context.lineTo(x + MARKER_PX, RULER_PX - 2 * MARKER_PX);
    context.lineTo(x, RULER_PX);
    context.fill();
  }
}

function drawPlayhead(context: CanvasRenderingContext2D, { width, height }: TimelineView, palette: Colours): void {
  const x = xOfShare(store.shareOfFrame(store.frame.value), width);
  if (x < LABEL_PX) return;
  context.fillStyle = palette.accent;
  context.fillRect(x - 1, 0, 2, height);
}
