import { expect, test } from 'vitest';
import { withMark } from './range_marks';

test('an end before the start swaps them', () => {
  const marked = withMark({ from: null, to: null }, 'from', 20);
  expect(marked).toEqual({ from: 20, to: null });
  expect(withMark(marked, 'to', 5)).toEqual({ from: 5, to: 20 });
  expect(withMark({ from: 5, to: 20 }, 'from', 30)).toEqual({ from: 20, to: 30 });
  expect(withMark({ from: 5, to: 20 }, 'to', 10)).toEqual({ from: 5, to: 10 });
});
