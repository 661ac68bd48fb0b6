import { expect, test } from 'vitest';
import { loudness } from './waveform';

test('the loudest of a stretch counts, and quiet sound is enlarged', () => {
  const peaks = new Uint8Array(200);
  peaks[60] = 255; // at 1.2 s
  peaks[110] = 64; // at 2.2 s
  expect(loudness(peaks, 0, 1.19)).toBe(0);
  expect(loudness(peaks, 1, 2)).toBe(1);
  expect(loudness(peaks, 2, 3)).toBeCloseTo(0.5, 2);
  // Between two of them, and after the end.
  expect(loudness(peaks, 1.205, 1.206)).toBe(1);
  expect(loudness(peaks, 5, 6)).toBe(0);
});
