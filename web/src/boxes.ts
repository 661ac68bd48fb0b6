// Boxes that are being drawn or changed, with the mouse or with the keyboard alone.
import { edit, say } from './actions';
import { t } from './messages';
import * as store from './store';
import { type Box, place } from './tracks';

/** Begin to draw: for the keyboard a box stands in the middle already. */
export function beginDraft(mode: 'draw' | 'region'): void {
  const info = store.info.value;
  if (!info) return;
  store.playing.value = false;
  store.mode.value = mode;
  const side = Math.min(info.width, info.height) / 8;
  const { scale, x, y } = store.zoom.value;
  const cx = info.width * (scale > 1 ? x : 0.5);
  const cy = info.height * (scale > 1 ? y : 0.5);
  store.draft.value = [cx - side / 2, cy - side / 2, cx + side / 2, cy + side / 2];
  say(t('boxKeys'));
}

export function beginEdit(): void {
  const track = store.track.value;
  const box = track ? place(track, store.now.value) : null;
  if (!box) return say(t('noTrack'), true);
  store.playing.value = false;
  store.mode.value = 'edit';
  store.draft.value = box;
  say(t('boxKeys'));
}

/** The draft, as large as it is, around a place of the picture. */
export function placeDraft(x: number, y: number): void {
  const info = store.info.value;
  const box = store.draft.value;
  if (!info || !box) return;
  const [w, h] = [box[2] - box[0], box[3] - box[1]];
  const left = Math.min(info.width - w, Math.max(0, x - w / 2));
  const top = Math.min(info.height - h, Math.max(0, y - h / 2));
  store.draft.value = [left, top, left + w, top + h];
}

export function leaveDraft(): void {
  store.mode.value = 'look';
  store.draft.value = null;
}

/** Move or resize the draft by stage steps. */
export function nudge(dx: number, dy: number, resize: boolean, fine: boolean): void {
  const info = store.info.value;
  const box = store.draft.value;
  if (!info || !box) return;
  const step = fine ? 1 : Math.max(2, Math.round(info.width / 160));
  let [x1, y1, x2, y2] = box;
  if (resize) {
    x2 = Math.max(x1 + 4, x2 + dx * step);
    y2 = Math.max(y1 + 4, y2 + dy * step);
  } else {
    [x1, x2] = [x1 + dx * step, x2 + dx * step];
    [y1, y2] = [y1 + dy * step, y2 + dy * step];
  }
  store.draft.value = [x1, y1, x2, y2];
}

/** What was drawn goes to the server. */
export async function takeDraft(): Promise<void> {
  const box = store.draft.value;
  const mode = store.mode.value;
  if (!box) return;
  const video = store.video.value;
  const frame = store.frame.value;
  let done = false;
  if (mode === 'draw') {
    done = await edit({ op: 'draw', video, frame, box, kind: 'face', follow: true });
    if (done) store.panel.value = 'track';
  } else if (mode === 'region') {
    const { from, to } = store.spanMarks.value;
    const [x1, y1, x2, y2] = box;
    const polygon: [number, number][] = [
      [x1, y1],
      [x2, y1],
      [x2, y2],
      [x1, y2],
    ];
    done = await edit({ op: 'region', video, first: from ?? 0, last: to ?? store.lastFrame.value, polygon });
  } else if (mode === 'edit' && store.selected.value !== null) {
    done = await edit({ op: 'move', video, track: store.selected.value, frame, box, follow: store.track.value?.kind !== 'region' });
  }
  void done;
  leaveDraft();
}

export type { Box };
