// What the page asks of the server: each function sends a request and puts the answer into the store.
import { batch } from '@preact/signals';
import {
  ApiError,
  client,
  type EditRequest,
  type EditResponse,
  errorText,
  type FileDetail,
  type FileSummary,
  fetchFrameTimes,
  type PropagationResponse,
  type QueueEntry,
  request,
  type SavedCase,
  type TrackResponse,
} from './api';
import { changeText } from './change_text';
import { watchExport } from './export_actions';
import { t } from './messages';
import { toast, toastError, withErrors } from './notify';
import { WHOLE_PICTURE } from './picture_layout';
import { fileParams, refreshQueue, refreshSpotCheck } from './refresh';
import { soundTrack } from './sound/sound_player';
import * as store from './store';

const PROPAGATION_POLL_MS = 300;

export async function openFile(id: number): Promise<void> {
  await lastEdit; // it may depend on the file that it was made in
  await withErrors(async () => {
    const [detail, times] = await Promise.all([
      request<FileDetail>(client.GET('/api/files/{id}', { params: { path: { id } } })),
      fetchFrameTimes(id, 0),
    ]);
    store.playing.value = false;
    batch(() => {
      soundTrack.value = 0; // in one with the file: it may have no track of that number
      store.file.value = detail;
    });
    store.mode.value = 'view';
    store.draftBox.value = null;
    store.release.value = store.spotCheck.value = store.following.value = null;
    store.spotCheckIndex.value = 0;
    showVideoTrack(0, times);
    await Promise.all([refreshQueue(), watchExport(), refreshSpotCheck(), pollPropagation()]);
  });
}

export async function selectVideoTrack(number: number): Promise<void> {
  await withErrors(async () => {
    const times = await fetchFrameTimes(store.fileId.value, number);
    store.file.value = await request<FileDetail>(client.GET('/api/files/{id}', fileParams()));
    showVideoTrack(number, times);
  });
}

function showVideoTrack(number: number, times: Float64Array): void {
  store.video.value = number;
  store.frameTimes.value = times;
  store.frame.value = 0;
  store.selectedNumber.value = null;
  store.timelineRange.value = { from: 0, to: 1 };
  store.zoom.value = WHOLE_PICTURE;
  store.rangeMarks.value = { from: null, to: null };
  const tracks = store.file.value?.tracks[number] ?? [];
  store.tracks.value = new Map(tracks.map((track) => [track.number, track]));
}

/** Goes to a frame; the timeline moves along when it shows another part of the file. */
export function seekTo(frame: number): void {
  store.frame.value = Math.min(store.lastFrame.value, Math.max(0, Math.round(frame)));
  const share = store.shareOfFrame(store.frame.value);
  const { from, to } = store.timelineRange.value;
  if (share >= from && share <= to) return;
  const half = (to - from) / 2;
  const centre = Math.min(1 - half, Math.max(half, share));
  store.timelineRange.value = { from: centre - half, to: centre + half };
}

let lastEdit: Promise<unknown> = Promise.resolve();

/** One request about tracks after the other: an answer that overtook a newer one would bring back what is gone. */
function inSequence<T>(send: () => Promise<T>): Promise<T> {
  const result = lastEdit.then(send, send);
  lastEdit = result.catch(() => undefined);
  return result;
}

function applyChange(change: EditResponse): void {
  const tracks = new Map(store.tracks.value);
  for (const [video, track] of change.tracks ?? []) {
    if (video === store.video.value) tracks.set((track as TrackResponse).number, track as TrackResponse);
  }
  for (const [video, number] of change.removed ?? []) {
    if (video === store.video.value) tracks.delete(number as number);
  }
  store.tracks.value = tracks;
  if (store.file.value) store.file.value = { ...store.file.value, history: change.history };
  const selected = store.selectedNumber.value;
  if (change.selected !== null && change.selected !== undefined) store.selectedNumber.value = change.selected;
  else if (selected !== null && !tracks.has(selected)) store.selectedNumber.value = null;
  if (store.release.value?.verdict) store.release.value = { ...store.release.value, stale: true };
}

/** Shows the items and ranges as they are now: another page has changed what this one shows. */
async function showCurrentPlan(): Promise<void> {
  const params = fileParams();
  const detail = await request<FileDetail>(client.GET('/api/files/{id}', params));
  if (detail.id !== store.file.value?.id) return;
  store.file.value = detail;
  const tracks = detail.tracks[store.video.value] ?? [];
  store.tracks.value = new Map(tracks.map((track) => [track.number, track]));
  if (!store.tracks.value.has(store.selectedNumber.value ?? -1)) store.selectedNumber.value = null;
}

/** Sends an edit and shows what it changed. Where it does not fit the plan as it is now, that is shown instead. */
async function sendEdit(params: ReturnType<typeof fileParams>, body: EditRequest): Promise<void> {
  try {
    applyChange(await request<EditResponse>(client.POST('/api/files/{id}/edit', { ...params, body })));
  } catch (error) {
    // Why it was refused is what is to be read, also where the plan as it is now cannot be fetched.
    if (error instanceof ApiError && error.status === 409) await showCurrentPlan().catch(() => undefined);
    throw error;
  }
}

/** Edits the plan; when the answer comes the change is on the disk. False when the server refused, or where there was
 * nothing to change. What depends on what the edits before it have made is a function: it is asked when they are done. */
export async function edit(change: EditRequest | (() => EditRequest | null)): Promise<boolean> {
  const params = fileParams();
  const body = await withErrors(() =>
    inSequence(async () => {
      const body = typeof change === 'function' ? change() : change;
      if (body) await sendEdit(params, body);
      return body;
    }),
  );
  if (!body) return false;
  toast(t('saved'));
  void refreshQueue();
  if ('propagate' in body || body.op === 'extend') void pollPropagation();
  return true;
}

export async function undo(redo = false): Promise<void> {
  const params = fileParams();
  const post = () => (redo ? client.POST('/api/files/{id}/redo', params) : client.POST('/api/files/{id}/undo', params));
  await withErrors(() =>
    inSequence(async () => {
      const history = store.file.value?.history;
      const change = await request<EditResponse>(post());
      const before = { video: store.video.value, tracks: store.tracks.value, history: history ?? change.history };
      const text = changeText(before, change);
      applyChange(change);
      toast(text ? t(redo ? 'redone' : 'undone', { change: text }) : t('nothingToUndo'));
    }),
  );
  void refreshQueue();
}

/** Fetches how far following a box has come; null when another file was opened meanwhile. */
async function fetchPropagation(): Promise<PropagationResponse | null> {
  const file = store.fileId.value;
  const state = await request<PropagationResponse>(client.GET('/api/files/{id}/propagation', fileParams()));
  if (file !== store.fileId.value) return null;
  store.following.value = state;
  if (state.track && state.video === store.video.value) {
    applyChange({
      history: state.history,
      tracks: [[state.video as number, state.track]],
      removed: [],
      selected: null,
    });
  }
  return state;
}

let polling = false;

/** Keeps the track up to date while its box is being followed. */
async function pollPropagation(): Promise<void> {
  if (polling) return;
  polling = true;
  try {
    for (;;) {
      const state = await inSequence(fetchPropagation);
      if (state === null) continue;
      if (state.progress.state !== 'running') {
        if (state.progress.error) toast(errorText(state.progress.error), true, state.progress.error.message);
        return;
      }
      await new Promise((resolve) => window.setTimeout(resolve, PROPAGATION_POLL_MS));
    }
  } catch (error) {
    toastError(error);
  } finally {
    polling = false;
  }
}

export async function stopFollowing(): Promise<void> {
  const post = () => client.POST('/api/files/{id}/propagation/stop', fileParams());
  const state = await withErrors(() => request<PropagationResponse>(post()));
  if (state) store.following.value = state;
}

/** To the next or previous entry of the queue that is not checked yet. */
export function stepQueue(step: 1 | -1): void {
  const open = store.queue.value.filter((entry) => !entry.reviewed || entry.id === store.queueItem.value);
  if (!open.length) return toast(t(store.queue.value.length ? 'queueAllDone' : 'queueEmpty'));
  const index = open.findIndex((entry) => entry.id === store.queueItem.value);
  const next = open[(index + step + open.length) % open.length] ?? open[0];
  if (next) void openQueueItem(next.id);
}

export async function openQueueItem(id: string): Promise<void> {
  const entry = store.queue.value.find((other) => other.id === id);
  if (!entry) return;
  if (entry.video !== store.video.value) await selectVideoTrack(entry.video);
  store.queueItem.value = id;
  store.playing.value = false;
  store.panel.value = 'queue';
  seekTo(entry.frame);
  store.selectedNumber.value = entry.track ?? null;
}

export async function markReviewed(id: string, reviewed: boolean, advance = false): Promise<void> {
  const post = () => client.POST('/api/files/{id}/queue', { ...fileParams(), body: { id, reviewed } });
  const queue = await withErrors(() => request<QueueEntry[]>(post()));
  if (!queue) return;
  store.queue.value = queue;
  if (advance) stepQueue(1);
  const reviewedCount = queue.filter((entry) => entry.reviewed).length;
  store.files.value = store.files.value.map((file) =>
    file.id === store.fileId.value ? { ...file, flagged: queue.length, reviewed: reviewedCount } : file,
  );
}

/** False when it was not saved. */
export async function markFileReviewed(finished: boolean): Promise<boolean> {
  const post = () => client.POST('/api/files/{id}/finished', { ...fileParams(), body: { finished } });
  const saved = await withErrors(() => request<FileSummary>(post()));
  if (saved) store.files.value = store.files.value.map((file) => (file.id === saved.id ? saved : file));
  return saved !== null;
}

export async function saveCase(): Promise<void> {
  const track = store.selectedNumber.value;
  if (track === null) return;
  const body = { video: store.video.value, track, note: store.selectedTrack.value?.reason ?? '' };
  const post = () => client.POST('/api/files/{id}/regression-case', { ...fileParams(), body });
  const saved = await withErrors(() => request<SavedCase>(post()));
  if (saved) toast(t('caseSaved', { name: saved.name }));
}

export async function logIn(password: string): Promise<void> {
  await withErrors(async () => {
    const response = await fetch('/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-passerby': 'page' },
      body: JSON.stringify({ password }),
    });
    if (!response.ok) {
      const seconds = response.headers.get('retry-after') ?? '';
      throw new ApiError(response.status === 429 ? t('tooManyTries', { seconds }) : t('wrongPassword'), 0);
    }
    location.reload();
  });
}
