// What buttons and keys do: they read what is selected and marked, and pass it to the server.
import { edit, stopFollowing } from './actions';
import type { EditRequest } from './api';
import { commitDraft, startEdit } from './draft_box';
import { t } from './messages';
import { toast } from './notify';
import { WHOLE_PICTURE, zoomTo } from './picture_layout';
import { withMark } from './range_marks';
import * as store from './store';

const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4, 8];
/** The timeline shows at least this many frames. */
const MIN_TIMELINE_FRAMES = 20;

/** The selected track in the current frame, as commands of the server name it. */
export const selection = () => ({
  video: store.video.value,
  track: store.selectedNumber.value ?? 0,
  frame: store.frame.value,
});

/** `command` when a track is selected; otherwise a message that none is. */
export function withTrack(command: () => void): () => void {
  return () => (store.selectedNumber.value === null ? toast(t('noSelection'), true) : command());
}

export const framesPerSecond = (): number => {
  const duration = store.secondsOfFrame(store.lastFrame.value) - store.secondsOfFrame(0);
  return Math.max(1, Math.round(store.lastFrame.value / Math.max(0.001, duration)));
};

export function zoomBy(factor: number): void {
  const box = store.draftBox.value;
  const info = store.info.value;
  const { scale, x, y } = store.zoom.value;
  if (box && info)
    store.zoom.value = zoomTo(scale * factor, (box[0] + box[2]) / 2 / info.width, (box[1] + box[3]) / 2 / info.height);
  else store.zoom.value = zoomTo(scale * factor, x, y);
}

export function resetZoom(): void {
  store.zoom.value = WHOLE_PICTURE;
}

/** In (below 1) or out (above 1), around the current frame. */
export function zoomTimeline(factor: number): void {
  const { from, to } = store.timelineRange.value;
  const narrowest = Math.min(1, MIN_TIMELINE_FRAMES / Math.max(1, store.lastFrame.value));
  const length = Math.min(1, Math.max(narrowest, (to - from) * factor));
  const start = Math.min(1 - length, Math.max(0, store.shareOfFrame(store.frame.value) - length / 2));
  store.timelineRange.value = { from: start, to: start + length };
}

export function changeSpeed(step: 1 | -1): void {
  const index = SPEEDS.indexOf(store.speed.value) + step;
  store.speed.value = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, index))] ?? 1;
}

export function togglePlaying(): void {
  store.playing.value = !store.playing.value;
}

export function toggleOutlines(): void {
  store.outlines.value = !store.outlines.value;
}

export function toggleLock(): void {
  store.boxesLocked.value = !store.boxesLocked.value;
}

export function toggleView(): void {
  if (!store.session.value?.originals_allowed) return;
  store.view.value = store.view.value === 'masked' ? 'original' : 'masked';
}

export function selectNextTrack(): void {
  const tracks = store.tracksInFrame.value;
  if (!tracks.length) return toast(t('noTracksInFrame'));
  const index = tracks.findIndex((track) => track.number === store.selectedNumber.value);
  store.selectedNumber.value = tracks[(index + 1) % tracks.length]?.number ?? null;
  store.panel.value = 'track';
}

/** Pressed once it remembers the selected track, pressed again with another one it merges both. */
export function mergeTracks(): void {
  const first = store.mergeSource.value;
  const second = store.selectedNumber.value;
  if (second === null) return toast(t('noSelection'), true);
  if (first === null || first === second) {
    store.mergeSource.value = second;
    return toast(t('mergeHint'));
  }
  store.mergeSource.value = null;
  void edit({ op: 'merge', video: store.video.value, track: first, other: second });
}

export const followFromHere = withTrack(() => {
  const track = store.selectedTrack.value;
  const isInFrame = store.tracksInFrame.value.some((other) => other.number === track?.number);
  if (track?.kind === 'region') return toast(t('regionFixed'), true);
  if (!isInFrame) return toast(t('noTracksInFrame'), true);
  startEdit();
  void commitDraft();
});

export function stopOrDeselect(): void {
  if (store.isFollowing.value) void stopFollowing();
  else store.selectedNumber.value = store.mergeSource.value = null;
}

export function markRange(side: 'from' | 'to'): void {
  store.rangeMarks.value = withMark(store.rangeMarks.value, side, store.frame.value);
  store.panel.value = 'ranges';
}

/** First and last frame of the marked range; null, with a message, when none is marked. */
function markedFrames(): { first: number; last: number } | null {
  const { from, to } = store.rangeMarks.value;
  if (from === null || to === null || to < from) {
    toast(t('noRange'), true);
    return null;
  }
  return { first: from, last: to };
}

/** The marked range in seconds, to the end of its last frame. */
function markedSeconds(): { start: number; end: number } | null {
  const marked = markedFrames();
  if (!marked) return null;
  return { start: store.secondsOfFrame(marked.first), end: endOfFrame(marked.last) };
}

/** When the next frame begins, in seconds; of the last frame, as if it were as long as the one before. */
export function endOfFrame(frame: number): number {
  if (frame < store.lastFrame.value) return store.secondsOfFrame(frame + 1);
  return 2 * store.secondsOfFrame(frame) - store.secondsOfFrame(Math.max(0, frame - 1));
}

export function blackOutRange(): void {
  const marked = markedFrames();
  if (marked) void edit({ op: 'cover', video: store.video.value, ...marked });
}

export function silenceRange(action: 'mute' | 'bleep'): void {
  const marked = markedSeconds();
  if (marked) void setSoundRanges((current) => [...current, { ...marked, action }]);
}

type SoundRanges = Extract<EditRequest, { op: 'audio' }>['spans'];

/** `change` makes the new ranges from those that are there when the edits before it are done; null: nothing is to be
 * done. Who mutes a part wants to hear the rest: it is said where that was removed before. */
export async function setSoundRanges(change: (current: SoundRanges) => SoundRanges | null): Promise<boolean> {
  let removed = false;
  const saved = await edit(() => {
    removed = store.file.value?.history.audio_mode.audio === 'remove';
    const seen = store.file.value?.history.audio ?? [];
    const spans = change(seen);
    return spans && { op: 'audio', spans, seen };
  });
  if (removed && store.file.value?.history.audio_mode.audio === 'keep') toast(t('soundKeptNow'));
  return saved;
}

type CutRanges = Extract<EditRequest, { op: 'trim' }>['spans'];

export function setCutRanges(change: (current: CutRanges) => CutRanges | null): Promise<boolean> {
  return edit(() => {
    const seen = store.file.value?.history.trim ?? [];
    const spans = change(seen);
    return spans && { op: 'trim', spans, seen };
  });
}

export function cutRange(): void {
  const marked = markedSeconds();
  if (marked) void setCutRanges((current) => [...current, marked]);
}
