import { expect, test } from 'vitest';
import { endOfCut, rangeAt, withMark } from './range_marks';

test('an end before the start swaps them', () => {
  const marked = withMark({ from: null, to: null }, 'from', 20);
  expect(marked).toEqual({ from: 20, to: null });
  expect(withMark(marked, 'to', 5)).toEqual({ from: 5, to: 20 });
  expect(withMark({ from: null, to: 20 }, 'from', 30)).toEqual({ from: 20, to: 30 });
});

test('a start after a range that is complete begins another one', () => {
  const marked = { from: 5, to: 20 };
  expect(withMark(marked, 'to', 10)).toEqual({ from: 5, to: 10 });
  expect(withMark(marked, 'from', 10)).toEqual({ from: 10, to: 20 });
  expect(withMark(marked, 'from', 30)).toEqual({ from: 30, to: null });
  expect(withMark(marked, 'to', 3)).toEqual({ from: null, to: 3 });
});

test('what is cut is skipped to the end of all cuts that follow each other', () => {
  const cuts = [
    { start: 4, end: 6 },
    { start: 1, end: 2 },
    { start: 6, end: 7 },
  ];
  expect(endOfCut(cuts, 1)).toBe(2);
  expect(endOfCut(cuts, 4.5)).toBe(7);
  expect(endOfCut(cuts, 2)).toBeNull();
  expect(endOfCut(cuts, 3)).toBeNull();
});

test('a key means the range it is pressed in, else the nearest', () => {
  const ranges = [
    { start: 1, end: 5 },
    { start: 2, end: 3 },
    { start: 8, end: 9 },
  ];
  expect(rangeAt(ranges, 2.5)).toBe(1);
  expect(rangeAt(ranges, 4)).toBe(0);
  expect(rangeAt(ranges, 7)).toBe(2);
  expect(rangeAt(ranges, 0)).toBe(0);
  expect(rangeAt([], 1)).toBeNull();
});
