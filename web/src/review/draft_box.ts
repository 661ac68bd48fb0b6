// The box that is being drawn or changed, with the mouse or with the keyboard alone, until it is saved or cancelled.
import { signal } from '@preact/signals';
import { edit } from './actions';
import type { Kind } from './api';
import { centredBox, defaultBox, nudgedBox } from './box_editing';
import { reasons } from './cases/case_store';
import { defaultReason } from './cases/reason_choice';
import { t } from './messages';
import { toast } from './notify';
import * as store from './store';
import { interpolate } from './track_interpolation';

/** What can be drawn, in the order of the digits that choose it. */
export const KINDS = ['face', 'plate', 'person', 'text', 'screen'] as const satisfies Kind[];
export type DrawableKind = (typeof KINDS)[number];
/** What Enter takes: the kind that was drawn last. */
export const draftKind = signal<DrawableKind>('face');

/** Starts a new box or blacked-out area. For the keyboard it stands in the middle of what is visible already. */
export function startDraft(mode: 'draw' | 'region'): void {
  const info = store.info.value;
  if (!info) return;
  store.playing.value = false;
  store.mode.value = mode;
  const { scale, x, y } = store.zoom.value;
  store.draftBox.value = defaultBox(info, info.width * (scale > 1 ? x : 0.5), info.height * (scale > 1 ? y : 0.5));
  if (mode === 'region') toast(t('boxKeys')); // for a box the question below the picture names the keys
}

/** Starts to change the selected track's box in this frame. */
export function startEdit(): void {
  const track = store.selectedTrack.value;
  const box = track ? interpolate(track, store.currentTicks.value) : null;
  if (!box) return toast(t('noSelection'), true);
  store.playing.value = false;
  store.mode.value = 'edit';
  store.draftBox.value = box;
  toast(t('boxKeys'));
}

/** Moves the draft to a point of the picture, its size unchanged. */
export function centreDraft(x: number, y: number): void {
  const info = store.info.value;
  const box = store.draftBox.value;
  if (info && box) store.draftBox.value = centredBox(box, info, x, y);
}

export function cancelDraft(): void {
  if (store.toast.value?.text === t('boxKeys')) store.toast.value = null;
  store.mode.value = 'view';
  store.draftBox.value = null;
}

/** Moves or resizes the draft by steps of 1/160 of the picture's width, or with `fine` by single pixels. */
export function nudgeDraft(dx: number, dy: number, resize: boolean, fine: boolean): void {
  const info = store.info.value;
  const box = store.draftBox.value;
  if (!info || !box) return;
  const step = fine ? 1 : Math.max(2, Math.round(info.width / 160));
  store.draftBox.value = nudgedBox(box, dx * step, dy * step, resize);
}

/** Saves the draft on the server. `kind` of a new box; by default the one drawn last. */
export async function commitDraft(kind: DrawableKind = draftKind.value): Promise<void> {
  const box = store.draftBox.value;
  const mode = store.mode.value;
  if (!box) return;
  const video = store.video.value;
  const frame = store.frame.value;
  if (mode === 'draw') {
    draftKind.value = kind;
    const reason = defaultReason(reasons.value, kind);
    const saved = await edit({ op: 'draw', video, frame, box, kind, reason, propagate: true });
    if (saved) store.panel.value = 'track';
  } else if (mode === 'region') {
    const { from, to } = store.rangeMarks.value;
    const [x1, y1, x2, y2] = box;
    const polygon: [number, number][] = [
      [x1, y1],
      [x2, y1],
      [x2, y2],
      [x1, y2],
    ];
    await edit({ op: 'region', video, first: from ?? 0, last: to ?? store.lastFrame.value, polygon });
  } else if (mode === 'edit' && store.selectedNumber.value !== null) {
    const propagate = store.selectedTrack.value?.kind !== 'region';
    await edit({ op: 'move', video, track: store.selectedNumber.value, frame, box, propagate });
  }
  cancelDraft();
}
