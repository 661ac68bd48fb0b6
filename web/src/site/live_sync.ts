// How a live picture stays with the present: after a stall it plays a little faster, and after a long one it jumps.

/** Further behind than this, seconds, it jumps. */
export const MAX_BEHIND_S = 2;
/** Less than this is left as it is; and this much must be loaded ahead, or playing faster would stall again. */
const MIN_BEHIND_S = 0.1;
const MIN_AHEAD_S = 0.3;
const MAX_RATE = 1.5;

/**
 * The playback rate of a picture that is `behind` where it should be and has `ahead` loaded (both seconds), or 'jump'.
 */
export function syncStep(behind: number, ahead: number): number | 'jump' {
  if (behind > MAX_BEHIND_S) return 'jump';
  if (behind < MIN_BEHIND_S || ahead < MIN_AHEAD_S) return 1;
  return Math.min(MAX_RATE, 1 + behind / 2);
}
