// Where a track is at a given time: linear interpolation between keyframes, as the renderer does it.
import type { TrackResponse } from './api';

/** Left, top, right, bottom, in pixels of the picture. */
export type Box = [number, number, number, number];

export type Keyframes = Pick<TrackResponse, 'times' | 'boxes'>;

export const startTicks = (track: Pick<Keyframes, 'times'>): number => track.times[0] as number;
export const endTicks = (track: Pick<Keyframes, 'times'>): number => track.times[track.times.length - 1] as number;

const boxOf = (track: Keyframes, keyframe: number): Box => track.boxes.slice(4 * keyframe, 4 * keyframe + 4) as Box;

/** The box at a time (ticks), masked or not; null outside the track. */
export function interpolate(track: Keyframes, ticks: number): Box | null {
  const times = track.times;
  if (ticks < startTicks(track) || ticks > endTicks(track)) return null;
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < ticks) low = middle + 1;
    else high = middle;
  }
  const after = boxOf(track, low);
  const [from, to] = [times[low - 1] as number, times[low] as number];
  if (to === ticks || low === 0) return after;
  const share = (ticks - from) / (to - from);
  return boxOf(track, low - 1).map((value, side) => value + ((after[side] as number) - value) * share) as Box;
}

/** Was the track kept visible by the reviewer at this time? Both ends of a range are included. */
export const isVisibleAt = (track: Pick<TrackResponse, 'visible'>, ticks: number): boolean =>
  track.visible.some(([from, to]) => (from as number) <= ticks && ticks <= (to as number));
