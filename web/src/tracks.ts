// Where a track is at a moment: the same straight lines as in the plan.
import type { KeyTold, TrackTold } from './api';

export type Box = [number, number, number, number];

export const start = (track: TrackTold): number => (track.keys[0] as KeyTold).time;
export const end = (track: TrackTold): number => (track.keys[track.keys.length - 1] as KeyTold).time;

/** The box at a time (ticks), hidden or not; null outside the track. */
export function place(track: TrackTold, time: number): Box | null {
  const keys = track.keys;
  if (time < start(track) || time > end(track)) return null;
  let low = 0;
  let high = keys.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as KeyTold).time < time) low = middle + 1;
    else high = middle;
  }
  const after = keys[low] as KeyTold;
  if (after.time === time || low === 0) return after.box as Box;
  const before = keys[low - 1] as KeyTold;
  const share = (time - before.time) / (after.time - before.time);
  return before.box.map((value, side) => value + ((after.box[side] as number) - value) * share) as Box;
}

export const isVisible = (track: TrackTold, time: number): boolean =>
  track.visible.some(([from, to]) => (from as number) <= time && time <= (to as number));
