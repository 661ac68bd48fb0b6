// Where a track is at a moment: the same straight lines as in the plan.
import type { TrackTold } from './api';

export type Box = [number, number, number, number];

export const start = (track: TrackTold): number => track.times[0] as number;
export const end = (track: TrackTold): number => track.times[track.times.length - 1] as number;

const boxAt = (track: TrackTold, key: number): Box => track.boxes.slice(4 * key, 4 * key + 4) as Box;

/** The box at a time (ticks), hidden or not; null outside the track. */
export function place(track: TrackTold, time: number): Box | null {
  const times = track.times;
  if (time < start(track) || time > end(track)) return null;
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < time) low = middle + 1;
    else high = middle;
  }
  const after = boxAt(track, low);
  const [from, to] = [times[low - 1] as number, times[low] as number];
  if (to === time || low === 0) return after;
  const share = (time - from) / (to - from);
  return boxAt(track, low - 1).map((value, side) => value + ((after[side] as number) - value) * share) as Box;
}

export const isVisible = (track: TrackTold, time: number): boolean =>
  track.visible.some(([from, to]) => (from as number) <= time && time <= (to as number));
