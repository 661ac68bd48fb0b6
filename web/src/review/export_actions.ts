// Creating the release copy, with its check, and the spot check that a person makes of it.
import { signal } from '@preact/signals';
import { client, type ExportResponse, request, type SpotCheck } from './api';
import { withErrors } from './notify';
import { fileParams, refreshExport, refreshFiles, refreshQueue, refreshSpotCheck } from './refresh';
import * as store from './store';

const EXPORT_POLL_MS = 500;

/** For so long a frame of the spot check is shown before an answer counts; the server checks that it was. */
export const MIN_SHOWN_MS = 1000;
/** The number of the frame that was shown for that long. */
export const shownFrame = signal<number | null>(null);

/** Follows a running export; when it ends, what depends on its result is fetched again. */
export async function watchExport(): Promise<void> {
  await refreshExport();
  if (store.exportRunning.value) window.setTimeout(() => void watchUntilDone(), EXPORT_POLL_MS);
}

async function watchUntilDone(): Promise<void> {
  await watchExport();
  if (!store.exportRunning.value) await Promise.all([refreshQueue(), refreshSpotCheck(), withErrors(refreshFiles)]);
}

/** With the sound as the plan says. */
export async function startExport(): Promise<void> {
  const started = await withErrors(() =>
    request<ExportResponse>(client.POST('/api/files/{id}/export', { ...fileParams(), body: { audio: null } })),
  );
  if (started) store.release.value = started;
  await watchUntilDone();
}

export async function stopExport(): Promise<void> {
  await withErrors(() => request<ExportResponse>(client.POST('/api/files/{id}/export/stop', fileParams())));
  await watchExport();
}

export async function startSpotCheck(): Promise<void> {
  store.spotCheckIndex.value = 0;
  const started = await withErrors(() => request<ExportResponse>(client.POST('/api/files/{id}/sample', fileParams())));
  if (started) store.release.value = started;
  await watchUntilDone();
}

/** One judgement after the other, so that no older answer comes after a newer one. */
let lastJudgement: Promise<void> = Promise.resolve();

export function judgeFrame(number: number, leak: boolean): Promise<void> {
  lastJudgement = lastJudgement.then(() => sendJudgement(number, leak));
  return lastJudgement;
}

async function sendJudgement(number: number, leak: boolean): Promise<void> {
  const params = { path: { id: store.fileId.value, number } };
  const result = await withErrors(() =>
    request<SpotCheck>(client.POST('/api/files/{id}/sample/{number}', { params, body: { leak } })),
  );
  if (result) store.spotCheck.value = result;
  if (result?.max_leak_percent !== null) await watchExport();
}

/** A person has looked at a finding, and it is no problem for this reason; an empty one takes the answer back. */
export async function answerFinding(number: number, reason: string): Promise<void> {
  const params = { path: { id: store.fileId.value, number } };
  const result = await withErrors(() =>
    request<ExportResponse>(client.POST('/api/files/{id}/findings/{number}', { params, body: { reason } })),
  );
  if (result) store.release.value = result;
  await refreshQueue();
}
