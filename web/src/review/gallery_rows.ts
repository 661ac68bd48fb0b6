// The items of a file in a gallery: their order, their parts of the picture, and sets of them. Pure functions.
import type { TrackResponse } from './api';
import type { Size } from './box_editing';
import { type Box, interpolate, startTicks } from './track_interpolation';

/** How much of the surroundings is shown, as a multiple of the box. */
const SURROUNDINGS = 2.2;

/** Masked throughout, in part, or shown throughout. */
export type Shown = 'hidden' | 'part' | 'shown';

export function shownState(track: Pick<TrackResponse, 'visible' | 'times'>): Shown {
  if (!track.visible.length) return 'hidden';
  const [from, to] = [startTicks(track), track.times[track.times.length - 1] as number];
  const covers = track.visible.some(([start, end]) => (start as number) <= from && (end as number) >= to);
  return covers ? 'shown' : 'part';
}

/** Grouped by kind, the longest first: who is there for long is looked for first. */
export function galleryOrder(tracks: Iterable<TrackResponse>): TrackResponse[] {
  const length = (track: TrackResponse) => (track.times[track.times.length - 1] as number) - startTicks(track);
  return [...tracks].sort((a, b) => a.kind.localeCompare(b.kind) || length(b) - length(a) || a.number - b.number);
}

/** The part of the picture around a track at the time at which it is seen best, in pixels, with the sides of `shape`. */
export function cropAround(track: TrackResponse, picture: Size, shape: Size): Box {
  const box = interpolate(track, track.best) ?? (track.boxes.slice(0, 4) as Box);
  const [w, h] = [Math.max(8, box[2] - box[0]), Math.max(8, box[3] - box[1])];
  const scale = Math.min(
    Math.max((w * SURROUNDINGS) / shape.width, (h * SURROUNDINGS) / shape.height),
    picture.width / shape.width,
    picture.height / shape.height,
  );
  const [width, height] = [shape.width * scale, shape.height * scale];
  const left = Math.min(picture.width - width, Math.max(0, (box[0] + box[2] - width) / 2));
  const top = Math.min(picture.height - height, Math.max(0, (box[1] + box[3] - height) / 2));
  return [left, top, left + width, top + height];
}

/** All of a kind when not all of them are selected, none of them when they are. */
export function toggleKind(selected: ReadonlySet<number>, tracks: TrackResponse[], kind: string): Set<number> {
  const numbers = tracks.filter((track) => track.kind === kind).map((track) => track.number);
  const next = new Set(selected);
  const all = numbers.every((number) => next.has(number));
  for (const number of numbers) {
    if (all) next.delete(number);
    else next.add(number);
  }
  return next;
}
