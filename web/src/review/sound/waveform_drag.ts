// Dragging over the waveform: a new range that is muted or bleeped, or the edge of one that is there.
import { signal } from '@preact/signals';
import { endOfFrame, setSoundRanges } from '../commands';
import { t } from '../messages';
import { toast } from '../notify';
import { isSameTime, rangeAt } from '../range_marks';
import * as store from '../store';

export type SoundAction = 'mute' | 'bleep';
type SoundRange = { start: number; end: number };

/** A press this close to an edge, in pixels, takes hold of it; and one that moves less makes no range. */
const EDGE_PX = 5;
/** Shorter ranges than this, in seconds, hide nothing: they are slips. */
const MIN_RANGE_S = 0.02;

/** What is being dragged: from where to where, in seconds; `index` of the range whose edge it is, or null. */
export const soundDrag = signal<{ fixed: number; at: number; index: number | null; action: SoundAction } | null>(null);

/** The range with an edge at a position, the last one on top, and its other edge. */
export function edgeAt(
  ranges: readonly SoundRange[],
  x: number,
  xAt: (seconds: number) => number,
): { index: number; fixed: number } | null {
  for (let index = ranges.length - 1; index >= 0; index--) {
    const { start, end } = ranges[index] as SoundRange;
    if (Math.abs(xAt(end) - x) <= EDGE_PX) return { index, fixed: start };
    if (Math.abs(xAt(start) - x) <= EDGE_PX) return { index, fixed: end };
  }
  return null;
}

export function startSoundDrag(x: number, seconds: number, xAt: (seconds: number) => number, bleep: boolean): void {
  const held = edgeAt(store.file.value?.history.audio ?? [], x, xAt);
  soundDrag.value = {
    fixed: held?.fixed ?? seconds,
    at: seconds,
    index: held?.index ?? null,
    action: bleep ? 'bleep' : 'mute',
  };
}

export function moveSoundDrag(seconds: number): void {
  if (soundDrag.value) soundDrag.value = { ...soundDrag.value, at: Math.max(0, seconds) };
}

/** Makes the range. False where nothing was dragged: it was a click. */
export function endSoundDrag(): boolean {
  const drag = soundDrag.value;
  soundDrag.value = null;
  if (!drag || Math.abs(drag.at - drag.fixed) < MIN_RANGE_S) return false;
  const range = { start: Math.min(drag.fixed, drag.at), end: Math.max(drag.fixed, drag.at) };
  const held = drag.index === null ? undefined : store.file.value?.history.audio[drag.index];
  void setSoundRanges((current) =>
    held
      ? current.map((span) => (isSameTime(span, held) ? { ...span, ...range } : span))
      : [...current, { ...range, action: drag.action }],
  );
  return true;
}

/** An edge of the range that the current frame lies in, or is next to, moved to this frame, which belongs to the range. */
export function moveEdgeHere(side: 'start' | 'end'): void {
  const seconds = store.currentSeconds.value;
  const here = side === 'start' ? store.secondsOfFrame(store.frame.value) : endOfFrame(store.frame.value);
  void setSoundRanges((current) => {
    const index = rangeAt(current, seconds);
    const held = index === null ? undefined : current[index];
    const moved = held && { ...held, [side]: here };
    if (!moved || moved.end - moved.start < MIN_RANGE_S) {
      toast(t(held ? 'edgesSwapped' : 'noSoundRange'), true);
      return null;
    }
    return current.map((span, place) => (place === index ? moved : span));
  });
}
