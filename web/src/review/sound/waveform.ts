// The loudness of the file over time: a lane of the timeline, with what was detected as speech and what is removed.
import { signal } from '@preact/signals';
import { fetchPeaks } from '../api';
import { removesVoices } from '../range_lanes';
import * as store from '../store';
import { soundTrack } from './sound_player';
import { soundDrag } from './waveform_drag';

/** Peaks a second, as the server sends them. */
const PEAK_RATE = 50;
const LOUDEST = 255;
export const WAVEFORM_PX = 32;

/** The loudness of each fiftieth of a second, 0 to 255; null until it is there. */
export const peaks = signal<Uint8Array | null>(null);

/** Fetches the loudness of the file that is open. Without it there is no lane: nothing else depends on it. */
export async function loadPeaks(): Promise<void> {
  peaks.value = null;
  const file = store.file.peek();
  if (!file?.has_audio) return;
  const track = soundTrack.peek();
  const found = await fetchPeaks(file.id, track).catch(() => null);
  if (store.file.peek()?.id === file.id && soundTrack.peek() === track) peaks.value = found;
}

export const waveformHeight = (): number => (peaks.value ? WAVEFORM_PX : 0);

/** The loudest of some seconds, from 0 to 1. Quiet sound is drawn larger than it is: a voice far away is to be seen. */
export function loudness(all: Uint8Array, from: number, to: number): number {
  const first = Math.max(0, Math.floor(from * PEAK_RATE));
  const after = Math.min(all.length, Math.max(first + 1, Math.ceil(to * PEAK_RATE)));
  let loudest = 0;
  for (let at = first; at < after; at++) loudest = Math.max(loudest, all[at] as number);
  return Math.sqrt(loudest / LOUDEST);
}

interface WaveformView {
  top: number;
  left: number;
  width: number;
  /** Seconds at a position of the timeline, and the other way round. */
  secondsAt: (x: number) => number;
  xAt: (seconds: number) => number;
  colours: { ink: string; speech: string; removed: string };
}

export function drawWaveform(context: CanvasRenderingContext2D, view: WaveformView): void {
  const all = peaks.value;
  const history = store.file.value?.history;
  if (!all || !history) return;
  const { top, left, width, colours } = view;
  const allRemoved = history.audio_mode.audio === 'remove';
  for (const span of history.audio) {
    const [from, to] = [Math.max(left, view.xAt(span.start)), Math.min(width, view.xAt(span.end))];
    const removed = !span.origin || removesVoices.value;
    context.globalAlpha = removed ? 0.45 : 0.3;
    context.fillStyle = removed ? colours.removed : colours.speech;
    if (to > from) context.fillRect(from, top + 1, Math.max(2, to - from), WAVEFORM_PX - 2);
  }
  const drag = soundDrag.value;
  if (drag) {
    const [from, to] = [view.xAt(Math.min(drag.fixed, drag.at)), view.xAt(Math.max(drag.fixed, drag.at))];
    context.globalAlpha = 0.6;
    context.fillStyle = colours.removed;
    context.fillRect(Math.max(left, from), top, Math.max(1, to - Math.max(left, from)), WAVEFORM_PX);
  }
  context.globalAlpha = allRemoved ? 0.4 : 1;
  context.fillStyle = colours.ink;
  for (let x = left; x < width; x++) {
    const height = Math.max(1, loudness(all, view.secondsAt(x), view.secondsAt(x + 1)) * (WAVEFORM_PX - 4));
    context.fillRect(x, top + (WAVEFORM_PX - height) / 2, 1, height);
  }
  context.globalAlpha = 1;
}
