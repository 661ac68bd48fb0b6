// The state of the start page and of the open case, as signals.
import { computed, signal } from '@preact/signals';
import type { CaseResponse, CaseSummary, ReasonList, StartResponse } from '../api';

/** Which page is shown: the list of cases, one case, or one file. */
export type PageName = 'start' | 'case' | 'file';
export type RowFilter = 'all' | 'open' | 'problem' | 'done';
export type SortColumn = 'name' | 'length' | 'state' | 'doubts' | 'verdict';

export interface LeftOutOfDrop {
  hidden: number;
  refused: { name: string; why: string }[];
}

export const start = signal<StartResponse | null>(null);
export const pageName = signal<PageName>('file');
export const cases = signal<CaseSummary[] | null>(null);
export const openCase = signal<CaseResponse | null>(null);
export const reasons = signal<ReasonList>({ schema_version: 1, reasons: [], recent: [] });
export const rowFilter = signal<RowFilter>('all');
export const sort = signal<{ column: SortColumn; descending: boolean }>({ column: 'name', descending: false });
/** What a dropped file has come to, while it is copied. */
export const upload = signal<{ name: string; percent: number } | null>(null);
/** What of the last drop was not copied: hidden files, and those that failed, with the reason. */
export const leftOutOfDrop = signal<LeftOutOfDrop>({ hidden: 0, refused: [] });
export const reasonsOpen = signal(false);

export const releaseRunning = computed(() => openCase.value?.release.progress.state === 'running');
/** Does anything in the case change by itself? */
export const caseBusy = computed(
  () =>
    releaseRunning.value ||
    !!openCase.value?.files.some(({ state }) => ['waiting', 'analysing', 'opening', 'releasing'].includes(state)),
);
