// Which page is shown, and the part of the address that brings it back: after a reload, and with the back button.
import { effect } from '@preact/signals';
import { openFile, seekTo, selectVideoTrack } from '../actions';
import { client, type ReviewSession, request, type StartResponse } from '../api';
import { galleryOpen, selectedNumbers } from '../gallery_store';
import { t } from '../messages';
import { toast, withErrors } from '../notify';
import { refreshFiles } from '../refresh';
import * as store from '../store';
import { loadCase, loadCases, loadReasons, watchCase } from './case_actions';
import { isOpen, nextRow, shownRows } from './case_rows';
import * as cases from './case_store';

/** How often it is asked whether more files are ready, where single files are reviewed. */
const FILES_POLL_MS = 250;
/** The address is written at most so often: browsers refuse more than a hundred changes in half a minute. */
const ADDRESS_MS = 400;

/** Counts navigations: a file that takes long to open does not replace the page that was asked for after it. */
let visits = 0;

/** Loads what the address names, or what the program was started with. */
export async function beginPage(): Promise<void> {
  const begin = await withErrors(async () => {
    store.session.value = await request<ReviewSession>(client.GET('/api/session'));
    return request<StartResponse>(client.GET('/api/start'));
  });
  if (!begin) return;
  cases.start.value = begin;
  if (begin.cases) void loadReasons();
  else window.setInterval(() => void pollFiles(), FILES_POLL_MS);
  await showAddress(begin.case ?? null);
  window.addEventListener('popstate', () => void showAddress(null));
  watchCase();
  keepAddress();
}

/** Where single files are reviewed: until all are ready; the first that is ready is opened. */
async function pollFiles(): Promise<void> {
  if (store.loggedOut.value || store.connectionLost.value) return;
  if (store.files.value.every((file) => file.state === 'ready' || file.state === 'failed')) return;
  await withErrors(refreshFiles);
  const first = store.files.value.find((file) => file.state === 'ready');
  if (store.file.value === null && first) await openFile(first.id);
}

/** Shows what the address of the page names. */
async function showAddress(startCase: number | null): Promise<void> {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const number = (name: string) => (wanted.has(name) ? Number(wanted.get(name)) : null);
  const file = number('file');
  const caseId = number('case') ?? startCase;
  if (!cases.start.value?.cases) {
    await withErrors(refreshFiles);
    const first = store.files.value.find(({ id }) => id === (file ?? 0)) ?? store.files.value[0];
    if (first?.state === 'ready') await showFile(first.id, wanted);
    return;
  }
  if (caseId === null || !(await loadCase(caseId))) return showStart();
  const row = cases.openCase.value?.files.find((other) => other.file.id === file);
  if (row?.file.state === 'ready') return showFile(row.file.id, wanted);
  cases.pageName.value = 'case';
}

async function showFile(id: number, wanted: URLSearchParams): Promise<void> {
  await openFile(id);
  cases.pageName.value = 'file';
  if (wanted.has('video')) await selectVideoTrack(Number(wanted.get('video')));
  // In the address frames count from 1, as on the page.
  if (wanted.has('frame')) seekTo(Number(wanted.get('frame')) - 1);
  const item = Number(wanted.get('item') ?? Number.NaN);
  if (store.tracks.value.has(item)) store.selectedNumber.value = item;
  const panel = wanted.get('panel') as store.Panel | null;
  if (panel && store.PANEL_NAMES.includes(panel)) store.panel.value = panel;
}

export function showStart(): void {
  visits += 1;
  store.playing.value = false;
  cases.pageName.value = 'start';
  cases.openCase.value = null;
  cases.leftOutOfDrop.value = { hidden: 0, refused: [] };
  void loadCases();
}

export async function showCasePage(id?: number): Promise<void> {
  store.playing.value = false;
  visits += 1;
  const wanted = id ?? cases.openCase.value?.id;
  if (wanted === undefined) return showStart();
  if (await loadCase(wanted)) cases.pageName.value = 'case';
}

export async function openRow(id: number): Promise<void> {
  const visit = ++visits;
  galleryOpen.value = false;
  selectedNumbers.value = new Set();
  await openFile(id);
  if (visit === visits && store.file.value?.id === id) cases.pageName.value = 'file';
}

/** To another file of the case, in the order of the table. */
export async function stepFile(step: 1 | -1, openOnly = false): Promise<void> {
  const rows = shownRows(cases.openCase.value?.files ?? [], 'all', cases.sort.value);
  const next = rows.length
    ? nextRow(rows, store.file.value?.id ?? null, step, openOnly)?.file
    : nextOf(step, store.file.value?.id ?? null);
  if (next) return openRow(next.id);
  toast(t('allReviewed'));
  if (cases.openCase.value && openOnly) await showCasePage();
}

/** The same where single files are reviewed, without a case. */
function nextOf(step: 1 | -1, id: number | null) {
  const ready = store.files.value.filter((file) => file.state === 'ready');
  const index = ready.findIndex((file) => file.id === id);
  return ready.length > 1 ? ready[(index + step + ready.length) % ready.length] : undefined;
}

export const filesLeft = (): number => (cases.openCase.value?.files ?? []).filter(isOpen).length;

function address(): string {
  const fields = new URLSearchParams();
  const opened = cases.openCase.value;
  if (opened) fields.set('case', String(opened.id));
  if (cases.pageName.value === 'file' && store.file.value) {
    fields.set('file', String(store.file.value.id));
    if (store.video.value) fields.set('video', String(store.video.value));
    if (store.frame.value) fields.set('frame', String(store.frame.value + 1));
    if (store.selectedNumber.value !== null) fields.set('item', String(store.selectedNumber.value));
    fields.set('panel', store.panel.value);
  }
  return `#${fields}`;
}

function keepAddress(): void {
  let page = '';
  let timer: number | undefined;
  const write = () => {
    timer = undefined;
    const next = address();
    if (next === location.hash) return;
    const nextPage = `${cases.pageName.value} ${cases.openCase.value?.id} ${store.file.value?.id}`;
    // The back button leads to the page before, and not to the frame before.
    if (page && nextPage !== page) history.pushState(null, '', next);
    else history.replaceState(null, '', next);
    page = nextPage;
  };
  effect(() => {
    address();
    if (timer === undefined) timer = window.setTimeout(write, ADDRESS_MS);
  });
}
