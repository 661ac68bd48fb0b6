import { expect, test } from 'vitest';
import { edgeAt } from './waveform_drag';

test('an edge is held near it, that of the upper range first, and nothing in between', () => {
  const ranges = [
    { start: 1, end: 2 },
    { start: 2, end: 4 },
  ];
  const xAt = (seconds: number) => 100 + 50 * seconds;
  expect(edgeAt(ranges, 153, xAt)).toEqual({ index: 0, fixed: 2 });
  expect(edgeAt(ranges, 200, xAt)).toEqual({ index: 1, fixed: 4 });
  expect(edgeAt(ranges, 297, xAt)).toEqual({ index: 1, fixed: 2 });
  expect(edgeAt(ranges, 250, xAt)).toBeNull();
});
