// What an undo or a redo changed, in words: from the state before and after it.
import type { EditResponse, TrackResponse } from './api';
import { kindName, t } from './messages';

export interface StateBefore {
  video: number;
  tracks: ReadonlyMap<number, TrackResponse>;
  history: EditResponse['history'];
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const name = (track: TrackResponse): string => t('trackName', { kind: kindName(track.kind), number: track.number });

/** One line for each item, at most three; empty when nothing changed. */
export function changeText(before: StateBefore, change: EditResponse): string {
  const lines: string[] = [];
  for (const [video, after] of (change.tracks ?? []) as [number, TrackResponse][]) {
    if (video === before.video) lines.push(...trackText(before.tracks.get(after.number), after));
  }
  for (const [video, number] of (change.removed ?? []) as [number, number][]) {
    const track = before.tracks.get(number);
    if (video === before.video && track) lines.push(t('change_gone', { item: name(track) }));
  }
  if (!same(before.history.audio, change.history.audio)) lines.push(t('change_audio'));
  const mode = change.history.audio_mode;
  if (!same(before.history.audio_mode, mode)) lines.push(t('change_sound', { sound: t(`sound_${mode.audio}`) }));
  if (!same(before.history.trim, change.history.trim)) lines.push(t('change_trim'));
  const more = lines.length > 3 ? ` ${t('change_more', { n: lines.length - 3 })}` : '';
  return lines.slice(0, 3).join(' ') + more;
}

function trackText(before: TrackResponse | undefined, after: TrackResponse): string[] {
  const item = name(after);
  if (!before) return [t('change_back', { item })];
  if (before.kind !== after.kind) return [t('change_kind', { item: name(before), kind: kindName(after.kind) })];
  if (before.reason !== after.reason) return [t('change_reason', { item, reason: after.reason ?? t('noReason') })];
  if (!same(before.visible, after.visible)) {
    return [t(after.visible.length ? 'change_visible' : 'change_hidden', { item })];
  }
  return same(before.boxes, after.boxes) && same(before.times, after.times) ? [] : [t('change_boxes', { item })];
}
