// The rows of a case: which are shown, in which order, and which file comes next. Pure functions.
import type { CaseRow } from '../api';
import type { RowFilter, SortColumn } from './case_store';

/** In the order in which they want attention. */
const STATE_ORDER = [
  'failed',
  'outdated',
  'to_check',
  'releasing',
  'analysing',
  'opening',
  'waiting',
  'reviewed',
  'released',
];
const VERDICT_ORDER = ['review', 'unchecked', 'reviewed', 'clean'];
const DONE = ['reviewed', 'released', 'releasing'];

export const isDone = (row: CaseRow): boolean => DONE.includes(row.state);
/** A file that somebody can work on, and that nobody has marked as reviewed. */
export const isOpen = (row: CaseRow): boolean => row.file.state === 'ready' && !row.file.finished;

const matches: Record<RowFilter, (row: CaseRow) => boolean> = {
  all: () => true,
  open: (row) => !row.file.finished,
  problem: (row) => row.state === 'failed' || row.state === 'outdated' || row.verdict === 'review',
  done: isDone,
};

const compareBy: Record<SortColumn, (a: CaseRow, b: CaseRow) => number> = {
  name: (a, b) => a.file.name.localeCompare(b.file.name, undefined, { numeric: true }),
  length: (a, b) => (a.seconds ?? -1) - (b.seconds ?? -1),
  state: (a, b) => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state),
  doubts: (a, b) => (a.open_entries ?? 0) - (b.open_entries ?? 0),
  verdict: (a, b) => verdictRank(a) - verdictRank(b),
};

const verdictRank = (row: CaseRow): number => (row.verdict ? VERDICT_ORDER.indexOf(row.verdict) : VERDICT_ORDER.length);

export function shownRows(
  rows: readonly CaseRow[],
  filter: RowFilter,
  sort: { column: SortColumn; descending: boolean },
): CaseRow[] {
  const compare = compareBy[sort.column];
  const sign = sort.descending ? -1 : 1;
  return rows.filter(matches[filter]).sort((a, b) => sign * compare(a, b) || a.file.id - b.file.id);
}

/** The next (or previous) file after the one with number `id`; with `openOnly` only those that nobody has reviewed. */
export function nextRow(
  rows: readonly CaseRow[],
  id: number | null,
  step: 1 | -1,
  openOnly: boolean,
): CaseRow | undefined {
  const index = rows.findIndex((row) => row.file.id === id);
  const from = index < 0 ? (step === 1 ? -1 : 0) : index;
  for (let n = 1; n <= rows.length; n++) {
    const row = rows[(from + step * n + rows.length * 2) % rows.length];
    if (row && row.file.id !== id && (openOnly ? isOpen(row) : row.file.state === 'ready')) return row;
  }
  return undefined;
}
