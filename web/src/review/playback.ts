// Playing: frames are shown at their own times, at the chosen speed; frames that do not arrive in time are skipped.
// Where there is sound, it leads.
import { useSignalEffect } from '@preact/signals';
import { seekTo } from './actions';
import { endOfCut } from './range_marks';
import { seekSound, soundSeconds } from './sound/sound_player';
import * as store from './store';
import { frameAt } from './timecode';

/** What a time in seconds may lose when it is written as ticks, in ticks. */
const ROUNDING = 1e-6;
/** A page that was not drawn for longer has stood still. */
const MAX_REFRESH_MS = 34;

/** How much later than now a frame is seen that is drawn now, in seconds of the file: the screen shows it at its next
 * refresh, and it is half a refresh too late as often as too early. `refresh`: milliseconds since the last one. */
const ahead = (refresh: number): number => (Math.min(refresh, MAX_REFRESH_MS) / 1000) * 1.5 * store.speed.peek();

/** Where a time lies that is cut from the release: what comes after the cut, in seconds. Null elsewhere, and beside the
 * original. Stepping frame by frame shows what is cut: how else could one see where to cut. */
function afterCut(seconds: number): number | null {
  if (store.view.peek() === 'original') return null;
  return endOfCut(store.file.peek()?.history.trim ?? [], seconds);
}

export function usePlayback(): void {
  useSignalEffect(() => {
    if (!store.playing.value) return;
    let running = true;
    let previous = performance.now();
    const atEnd = store.frame.peek() >= store.lastFrame.peek();
    let ticks = atEnd ? (store.frameTimes.peek()[0] ?? 0) : store.currentTicks.peek();
    let shown = store.frame.peek();
    const advance = (now: number) => {
      if (!running) return;
      if (store.frame.peek() !== shown) {
        // Somebody has gone elsewhere meanwhile.
        ticks = store.currentTicks.peek();
        seekSound(store.secondsAt(ticks));
      } else {
        const heard = soundSeconds();
        if (heard === null) ticks += (((now - previous) / 1000) * store.speed.peek()) / store.timeBase.peek();
        else if (heard !== 'waiting') ticks = (heard + ahead(now - previous)) / store.timeBase.peek() + ROUNDING;
        const after = afterCut(store.secondsAt(ticks));
        if (after !== null) {
          ticks = after / store.timeBase.peek() + ROUNDING;
          seekSound(after);
        }
        seekTo(frameAt(store.frameTimes.peek(), ticks));
      }
      previous = now;
      shown = store.frame.peek();
      if (store.frame.peek() >= store.lastFrame.peek()) store.playing.value = false;
      else requestAnimationFrame(advance);
    };
    requestAnimationFrame(advance);
    return () => {
      running = false;
    };
  });
}
