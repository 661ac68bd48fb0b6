// Fetches what the server holds of the open file, and puts it into the store.
import { client, type ExportResponse, type FileSummary, type QueueEntry, request, type SpotCheck } from './api';
import { openCase } from './cases/case_store';
import { withErrors } from './notify';
import * as store from './store';

/** The open file, as parameters of a request. */
export const fileParams = () => ({ params: { path: { id: store.fileId.value } } });

/** The server lists the files of all cases that are open: those of this one are kept. */
export async function refreshFiles(): Promise<void> {
  const all = await request<FileSummary[]>(client.GET('/api/files'));
  const ids = new Set(openCase.value?.files.map(({ file }) => file.id));
  store.files.value = openCase.value ? all.filter(({ id }) => ids.has(id)) : all;
}

export async function refreshQueue(): Promise<void> {
  await withErrors(async () => {
    store.queue.value = await request<QueueEntry[]>(client.GET('/api/files/{id}/queue', fileParams()));
    const reviewed = store.queue.value.filter((entry) => entry.reviewed).length;
    store.files.value = store.files.value.map((file) =>
      file.id === store.fileId.value ? { ...file, flagged: store.queue.value.length, reviewed } : file,
    );
  });
}

export async function refreshExport(): Promise<void> {
  await withErrors(async () => {
    store.release.value = await request<ExportResponse>(client.GET('/api/files/{id}/export', fileParams()));
  });
}

export async function refreshSpotCheck(): Promise<void> {
  await withErrors(async () => {
    store.spotCheck.value = await request<SpotCheck>(client.GET('/api/files/{id}/sample', fileParams()));
  });
}
