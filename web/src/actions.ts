// What can be done. Each function asks the server and puts the answer into the store.
import {
  ask,
  type Changed,
  client,
  type DrawTold,
  type Edit,
  type Entry,
  type FileTold,
  type Following,
  frameTimes,
  type Kept,
  Refusal,
  type ReleaseTold,
  sentence,
  type Session,
  type TrackTold,
  type Whole,
} from './api';
import { t } from './messages';
import * as store from './store';
import { frameAt } from './time';

/** Milliseconds between two questions whether more files are ready. */
const POLL = 250;

const id = (): number => store.file.value?.id ?? 0;
const path = () => ({ params: { path: { id: id() } } });

export function say(text: string, bad = false, words: string | null = null): void {
  store.message.value = { text, bad, words };
}

/** Words for whatever went wrong. What is no refusal is a connection that failed. */
function sayWhy(error: unknown): void {
  if (error instanceof Refusal) say(error.message, true, error.words);
  else say(t('unreachable'), true, String(error));
}

/** Run something, and tell the person when it is refused. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) store.loggedOut.value = true;
    sayWhy(error);
    return null;
  }
}

export async function begin(): Promise<void> {
  await attempt(async () => {
    store.session.value = await ask<Session>(client.GET('/api/session'));
    await refreshFiles();
    const wanted = Number(new URLSearchParams(location.hash.slice(1)).get('file') ?? '0');
    const first = store.files.value.find((one) => one.id === wanted) ?? store.files.value[0];
    if (first?.state === 'ready') await open(first.id);
  });
  window.setInterval(() => void watch(), POLL);
}

/** Files become ready by themselves; the first that does is opened. */
async function watch(): Promise<void> {
  if (store.loggedOut.value || store.session.value === null) return;
  if (store.files.value.every((one) => one.state === 'ready' || one.state === 'failed')) return;
  await attempt(refreshFiles);
  const first = store.files.value.find((one) => one.state === 'ready');
  if (store.file.value === null && first) await open(first.id);
}

export async function refreshFiles(): Promise<void> {
  store.files.value = await ask<FileTold[]>(client.GET('/api/files'));
}

export async function open(wanted: number): Promise<void> {
  await attempt(async () => {
    const [whole, times] = await Promise.all([
      ask<Whole>(client.GET('/api/files/{id}', { params: { path: { id: wanted } } })),
      frameTimes(wanted, 0),
    ]);
    store.playing.value = false;
    store.file.value = whole;
    store.release.value = store.draw.value = store.following.value = null;
    store.drawAt.value = 0;
    showVideo(0, times);
    location.hash = `file=${wanted}`;
    await Promise.all([refreshQueue(), refreshRelease(), refreshDraw(), pollFollowing()]);
  });
}

export async function chooseVideo(number: number): Promise<void> {
  await attempt(async () => {
    const times = await frameTimes(id(), number);
    store.file.value = await ask<Whole>(client.GET('/api/files/{id}', path()));
    showVideo(number, times);
  });
}

function showVideo(number: number, times: Float64Array): void {
  store.video.value = number;
  store.times.value = times;
  store.frame.value = 0;
  store.selected.value = null;
  store.scale.value = { from: 0, to: 1 };
  store.zoom.value = { scale: 1, x: 0.5, y: 0.5 };
  store.spanMarks.value = { from: null, to: null };
  const listed = store.file.value?.tracks[number] ?? [];
  store.tracks.value = new Map(listed.map((track) => [track.number, track]));
}

export function goTo(frame: number): void {
  store.frame.value = Math.min(store.lastFrame.value, Math.max(0, Math.round(frame)));
  const share = store.frame.value / Math.max(1, store.lastFrame.value);
  const { from, to } = store.scale.value;
  if (share < from || share > to) {
    const half = (to - from) / 2;
    const middle = Math.min(1 - half, Math.max(half, share));
    store.scale.value = { from: middle - half, to: middle + half };
  }
}

export function take(changed: Changed): void {
  const map = new Map(store.tracks.value);
  for (const [video, track] of changed.tracks ?? []) {
    if (video === store.video.value) map.set((track as TrackTold).number, track as TrackTold);
  }
  for (const [video, number] of changed.gone ?? []) if (video === store.video.value) map.delete(number as number);
  store.tracks.value = map;
  if (store.file.value) store.file.value = { ...store.file.value, history: changed.history };
  if (changed.selected !== null && changed.selected !== undefined) store.selected.value = changed.selected;
  else if (store.selected.value !== null && !map.has(store.selected.value)) store.selected.value = null;
  if (store.release.value?.verdict) store.release.value = { ...store.release.value, stale: true };
}

/** Change something; what comes back is on the disk. */
export async function edit(body: Edit): Promise<boolean> {
  const changed = await attempt(() => ask<Changed>(client.POST('/api/files/{id}/edit', { ...path(), body })));
  if (!changed) return false;
  take(changed);
  say(t('saved'));
  void refreshQueue();
  if ('follow' in body || body.op === 'extend') void pollFollowing();
  return true;
}

export async function undo(redo = false): Promise<void> {
  const call = redo ? client.POST('/api/files/{id}/redo', path()) : client.POST('/api/files/{id}/undo', path());
  const changed = await attempt(() => ask<Changed>(call));
  if (changed) take(changed);
  void refreshQueue();
}

let polling = false;

/** While a box is followed, its track grows. */
export async function pollFollowing(): Promise<void> {
  if (polling) return;
  polling = true;
  try {
    for (;;) {
      const about = id();
      const told = await ask<Following>(client.GET('/api/files/{id}/following', path()));
      if (about !== id()) continue;
      store.following.value = told;
      if (told.track && told.video === store.video.value) {
        take({ history: told.history, tracks: [[told.video as number, told.track]], gone: [], selected: null });
      }
      if (told.progress.state !== 'running') {
        if (told.progress.error) say(sentence(told.progress.error), true, told.progress.error.words);
        return;
      }
      await new Promise((done) => window.setTimeout(done, 300));
    }
  } catch (error) {
    sayWhy(error);
  } finally {
    polling = false;
  }
}

export async function stopFollowing(): Promise<void> {
  const told = await attempt(() => ask<Following>(client.POST('/api/files/{id}/following/stop', path())));
  if (told) store.following.value = told;
}

export async function refreshQueue(): Promise<void> {
  await attempt(async () => {
    store.queue.value = await ask<Entry[]>(client.GET('/api/files/{id}/queue', path()));
    const done = store.queue.value.filter((one) => one.done).length;
    store.files.value = store.files.value.map((one) =>
      one.id === id() ? { ...one, to_look_at: store.queue.value.length, looked_at: done } : one,
    );
  });
}

/** The next or previous moment that needs a look, in the order of the queue. */
export function doubt(step: 1 | -1): void {
  const open = store.queue.value.filter((one) => !one.done || one.id === store.entry.value);
  if (!open.length) return say(t('nothingDoubtful'));
  const at = open.findIndex((one) => one.id === store.entry.value);
  const next = open[(at + step + open.length) % open.length] ?? open[0];
  if (next) void show(next.id);
}

export async function show(entry: string): Promise<void> {
  const one = store.queue.value.find((other) => other.id === entry);
  if (!one) return;
  if (one.video !== store.video.value) await chooseVideo(one.video);
  store.entry.value = entry;
  store.playing.value = false;
  store.panel.value = 'queue';
  goTo(one.frame);
  store.selected.value = one.track ?? null;
}

export async function markDone(entry: string, done: boolean, onward = false): Promise<void> {
  const listed = await attempt(() =>
    ask<Entry[]>(client.POST('/api/files/{id}/queue', { ...path(), body: { id: entry, done } })),
  );
  if (!listed) return;
  store.queue.value = listed;
  if (onward) doubt(1);
  void attempt(refreshFiles);
}

export async function markFinished(finished: boolean): Promise<void> {
  await attempt(() => ask<FileTold>(client.POST('/api/files/{id}/finished', { ...path(), body: { finished } })));
  await attempt(refreshFiles);
}

export async function refreshRelease(): Promise<void> {
  await attempt(async () => {
    store.release.value = await ask<ReleaseTold>(client.GET('/api/files/{id}/release', path()));
  });
  if (store.running.value) window.setTimeout(() => void afterRelease(), 500);
}

async function afterRelease(): Promise<void> {
  await refreshRelease();
  if (!store.running.value) await Promise.all([refreshQueue(), refreshDraw(), attempt(refreshFiles)]);
}

export async function startRelease(audio: 'remove' | 'keep' | 'disguise' | null): Promise<void> {
  const told = await attempt(() => ask<ReleaseTold>(client.POST('/api/files/{id}/release', { ...path(), body: { audio } })));
  if (told) store.release.value = told;
  await afterRelease();
}

export async function stopRelease(): Promise<void> {
  await attempt(() => ask<ReleaseTold>(client.POST('/api/files/{id}/release/stop', path())));
  await refreshRelease();
}

export async function refreshDraw(): Promise<void> {
  await attempt(async () => {
    store.draw.value = await ask<DrawTold>(client.GET('/api/files/{id}/draw', path()));
  });
}

export async function startDraw(): Promise<void> {
  store.drawAt.value = 0;
  const told = await attempt(() => ask<ReleaseTold>(client.POST('/api/files/{id}/draw', path())));
  if (told) store.release.value = told;
  await afterRelease();
}

/** One after the other, so that no older answer comes after a newer one. */
let judging: Promise<void> = Promise.resolve();

export function judge(number: number, shows: boolean): Promise<void> {
  judging = judging.then(() => sendJudgement(number, shows));
  return judging;
}

async function sendJudgement(number: number, shows: boolean): Promise<void> {
  const told = await attempt(() =>
    ask<DrawTold>(
      client.POST('/api/files/{id}/draw/{number}', {
        params: { path: { id: id(), number } },
        body: { shows },
      }),
    ),
  );
  if (told) store.draw.value = told;
  if (told?.percent !== null) await refreshRelease();
}

export async function saveCase(): Promise<void> {
  const number = store.selected.value;
  if (number === null) return;
  const kept = await attempt(() =>
    ask<Kept>(
      client.POST('/api/files/{id}/case', {
        ...path(),
        body: { video: store.video.value, track: number, note: store.track.value?.reason ?? '' },
      }),
    ),
  );
  if (kept) say(t('caseKept', { name: kept.name }));
}

export async function logIn(password: string): Promise<void> {
  await attempt(async () => {
    const response = await fetch('/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-passerby': 'page' },
      body: JSON.stringify({ password }),
    });
    if (!response.ok) {
      const wait = response.headers.get('retry-after') ?? '';
      throw new Refusal(response.status === 429 ? t('tooManyTries', { seconds: wait }) : t('wrongPassword'), 0);
    }
    location.reload();
  });
}

export const frameOf = (ticks: number): number => frameAt(store.times.value, ticks);
