// What is selected in the gallery, and what is done to it.
import { signal } from '@preact/signals';
import { edit, seekTo } from './actions';
import { t } from './messages';
import { toast } from './notify';
import * as store from './store';
import { frameAt } from './timecode';

export const galleryOpen = signal(false);
export const selectedNumbers = signal<ReadonlySet<number>>(new Set());

export function toggleGallery(): void {
  store.playing.value = false;
  galleryOpen.value = !galleryOpen.value;
  selectedNumbers.value = new Set();
}

export function toggleItem(number: number): void {
  const next = new Set(selectedNumbers.value);
  if (!next.delete(number)) next.add(number);
  selectedNumbers.value = next;
  store.selectedNumber.value = number;
}

/** Those that still exist: others may have been removed meanwhile. */
const selected = (): number[] => [...selectedNumbers.value].filter((number) => store.tracks.value.has(number));

type ManyAction = 'show' | 'hide' | 'remove' | 'reason' | 'kind';
type ManyFields = { reason?: string | null; kind?: 'face' | 'plate' | 'person' | 'text' | 'screen' | null };

export async function editMany(action: ManyAction, fields: ManyFields = {}): Promise<void> {
  const tracks = selected();
  if (!tracks.length) return toast(t('galleryNone'), true);
  const done = await edit({ op: 'many', video: store.video.value, tracks, action, ...fields });
  if (!done) return;
  if (action === 'remove') selectedNumbers.value = new Set();
  if (action === 'show') toast(t('shownUntilCrossing'));
}

/** Keeps the one selected person visible, and hides everybody else. */
export async function everybodyBut(): Promise<void> {
  const [number, ...more] = selected();
  const track = number === undefined ? undefined : store.tracks.value.get(number);
  if (!track || more.length) return toast(t('everybodyButOne'), true);
  const frame = frameAt(store.frameTimes.value, track.best);
  const done = await edit({ op: 'everybody_but', video: store.video.value, track: track.number, frame });
  if (!done) {
    // Another item crosses in this picture: it is shown large, so that a person can decide with Shift+K.
    galleryOpen.value = false;
    seekTo(frame);
    return;
  }
  store.panel.value = 'track';
  toast(t('everybodyButDone'));
}
