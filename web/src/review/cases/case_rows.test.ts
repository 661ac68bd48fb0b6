import { expect, test } from 'vitest';
import type { CaseRow } from '../api';
import { nextRow, shownRows } from './case_rows';

const row = (id: number, name: string, fields: Partial<CaseRow> = {}, finished = false): CaseRow =>
  ({
    file: { id, name, finished, state: fields.state === 'failed' ? 'failed' : 'ready' },
    state: 'to_check',
    still: false,
    open_entries: 0,
    seconds: null,
    verdict: null,
    ...fields,
  }) as CaseRow;

const ROWS = [
  row(0, 'film 10.mp4', { seconds: 3600, open_entries: 2 }),
  row(1, 'film 2.mp4', { seconds: 10, state: 'reviewed', verdict: 'clean' }, true),
  row(2, 'broken.mp4', { state: 'failed' }),
  row(3, 'a.jpg', { still: true, state: 'outdated', verdict: 'review' }, true),
];
const ids = (rows: CaseRow[]) => rows.map(({ file }) => file.id);
const by = (column: 'name' | 'length' | 'state' | 'doubts' | 'verdict', descending = false) =>
  ids(shownRows(ROWS, 'all', { column, descending }));

test('names are sorted as people count', () => {
  expect(by('name')).toEqual([3, 2, 1, 0]);
  expect(by('name', true)).toEqual([0, 1, 2, 3]);
});

test('every column sorts', () => {
  expect(by('length')).toEqual([2, 3, 1, 0]);
  expect(by('state')).toEqual([2, 3, 0, 1]);
  expect(by('doubts', true)[0]).toBe(0);
  expect(by('verdict')).toEqual([3, 1, 0, 2]);
});

test('filters show what they say', () => {
  const sort = { column: 'name', descending: false } as const;
  expect(ids(shownRows(ROWS, 'open', sort))).toEqual([2, 0]);
  expect(ids(shownRows(ROWS, 'problem', sort))).toEqual([3, 2]);
  expect(ids(shownRows(ROWS, 'done', sort))).toEqual([1]);
});

test('the next file is one that can be opened, and round the end', () => {
  expect(nextRow(ROWS, 0, 1, false)?.file.id).toBe(1);
  expect(nextRow(ROWS, 1, 1, false)?.file.id).toBe(3);
  expect(nextRow(ROWS, 3, 1, false)?.file.id).toBe(0);
  expect(nextRow(ROWS, 0, -1, false)?.file.id).toBe(3);
  expect(nextRow(ROWS, 1, 1, true)?.file.id).toBe(0);
  expect(nextRow(ROWS, 0, 1, true)).toBeUndefined();
  expect(nextRow(ROWS, null, 1, true)?.file.id).toBe(0);
});
