// What the start page and a case ask of the server.
import {
  ApiError,
  type CaseDetails,
  type CaseResponse,
  type CaseSummary,
  client,
  type ReasonList,
  type ReleaseReason,
  request,
} from '../api';
import { t } from '../messages';
import { toast, withErrors } from '../notify';
import * as pageStore from '../store';
import * as store from './case_store';
import { isHidden } from './hidden_files';
import { uploadFile } from './upload';

/** How often it is asked how far a case has come while something runs, and while nothing does. */
const BUSY_POLL_MS = 700;
const IDLE_POLL_MS = 5000;

/** Shows a case as the server has it. The list of files of the page is that of the case. */
export function showCase(opened: CaseResponse): void {
  store.openCase.value = opened;
  pageStore.files.value = opened.files.map((row) => row.file);
}

export async function loadCases(): Promise<void> {
  await withErrors(async () => {
    store.cases.value = await request<CaseSummary[]>(client.GET('/api/cases'));
  });
}

export async function loadReasons(): Promise<void> {
  await withErrors(async () => {
    store.reasons.value = await request<ReasonList>(client.GET('/api/reasons'));
  });
}

export async function loadCase(id: number): Promise<boolean> {
  const opened = await withErrors(() =>
    request<CaseResponse>(client.GET('/api/cases/{case}', { params: { path: { case: id } } })),
  );
  if (opened) showCase(opened);
  return opened !== null;
}

const openId = (): number => store.openCase.value?.id ?? 0;
const caseParams = () => ({ params: { path: { case: openId() } } });

export async function refreshCase(): Promise<void> {
  if (store.openCase.value) await loadCase(openId());
}

/** Asks again and again how far the open case is. Answers that are late do not pile up. */
export function watchCase(): void {
  const again = async () => {
    if (store.openCase.value && !pageStore.loggedOut.value && !pageStore.connectionLost.value) await refreshCase();
    window.setTimeout(() => void again(), store.caseBusy.value ? BUSY_POLL_MS : IDLE_POLL_MS);
  };
  window.setTimeout(() => void again(), BUSY_POLL_MS);
}

async function change(send: () => Promise<CaseResponse>): Promise<boolean> {
  const opened = await withErrors(send);
  if (opened) showCase(opened);
  return opened !== null;
}

export async function createCase(details: CaseDetails, paths: string[], dropped: File[]): Promise<boolean> {
  store.leftOutOfDrop.value = { hidden: 0, refused: [] };
  const made = await change(() => request(client.POST('/api/cases', { body: { details, paths } })));
  return made && (await uploadAll(dropped));
}

export const openFolderAsCase = (path: string): Promise<boolean> =>
  change(() => request(client.POST('/api/cases/open', { body: { path } })));

export const addPaths = (paths: string[]): Promise<boolean> => {
  store.leftOutOfDrop.value = { hidden: 0, refused: [] };
  return change(() => request(client.POST('/api/cases/{case}/files', { ...caseParams(), body: { paths } })));
};

/** `seen`: the details that were there before they were changed here; others are not overwritten. */
export async function saveDetails(details: CaseDetails, seen: CaseDetails): Promise<void> {
  const saved = await change(() =>
    request(client.POST('/api/cases/{case}/details', { ...caseParams(), body: { details, seen } })),
  );
  if (!saved) await refreshCase();
}

export async function removeFile(id: number, name: string): Promise<void> {
  const done = await change(() =>
    request(client.POST('/api/cases/{case}/remove', { ...caseParams(), body: { file: id } })),
  );
  if (done) toast(t('removed', { name }));
}

/** Has a file opened again that failed. */
export async function retryFile(id: number): Promise<void> {
  await withErrors(() => request<unknown>(client.POST('/api/files/{id}/retry', { params: { path: { id } } })));
  await refreshCase();
}

/** Copies dropped files into the case. One that cannot be copied does not keep the others out. */
export async function uploadAll(files: File[]): Promise<boolean> {
  const wanted = files.filter((file) => !isHidden(file.name));
  store.leftOutOfDrop.value = { hidden: files.length - wanted.length, refused: [] };
  for (const file of wanted) {
    try {
      showCase(
        await uploadFile(openId(), file, (percent) => {
          store.upload.value = { name: file.name, percent };
        }),
      );
    } catch (error) {
      if (!(error instanceof ApiError) || error.status === 401) {
        store.upload.value = null;
        await withErrors(() => Promise.reject(error)); // the connection is lost: no other will arrive
        return false;
      }
      const { hidden, refused } = store.leftOutOfDrop.value;
      store.leftOutOfDrop.value = { hidden, refused: [...refused, { name: file.name, why: error.message }] };
    }
    store.upload.value = null;
  }
  return true;
}

export const startRelease = (): Promise<boolean> =>
  change(() => request(client.POST('/api/cases/{case}/release', caseParams())));

export const stopRelease = (): Promise<boolean> =>
  change(() => request(client.POST('/api/cases/{case}/release/stop', caseParams())));

/** `seen`: the reasons that were there before they were changed here; others are not overwritten. */
export async function saveReasons(reasons: ReleaseReason[], seen: ReleaseReason[]): Promise<boolean> {
  const saved = await withErrors(() => request<ReasonList>(client.POST('/api/reasons', { body: { reasons, seen } })));
  if (saved) {
    store.reasons.value = saved;
    toast(t('reasonsSaved'));
  }
  return saved !== null;
}
