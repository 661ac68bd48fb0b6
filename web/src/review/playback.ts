// Playing: frames are shown at their own times, at the chosen speed; frames that do not arrive in time are skipped.
import { useSignalEffect } from '@preact/signals';
import { seekTo } from './actions';
import * as store from './store';
import { frameAt } from './timecode';

export function usePlayback(): void {
  useSignalEffect(() => {
    if (!store.playing.value) return;
    let running = true;
    let previous = performance.now();
    const atEnd = store.frame.peek() >= store.lastFrame.peek();
    let ticks = atEnd ? (store.frameTimes.peek()[0] ?? 0) : store.currentTicks.peek();
    const advance = (now: number) => {
      if (!running) return;
      ticks += (((now - previous) / 1000) * store.speed.peek()) / store.timeBase.peek();
      previous = now;
      seekTo(frameAt(store.frameTimes.peek(), ticks));
      if (store.frame.peek() >= store.lastFrame.peek()) store.playing.value = false;
      else requestAnimationFrame(advance);
    };
    requestAnimationFrame(advance);
    return () => {
      running = false;
    };
  });
}
