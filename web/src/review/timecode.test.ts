import { expect, test } from 'vitest';
import { formatDate, formatDuration, formatTimecode, frameAt, parseTimecode } from './timecode';

test('a time is shown in the last frame at or before it', () => {
  const times = new Float64Array([0, 40, 80]);
  expect([-5, 0, 39, 40, 79, 80, 500].map((ticks) => frameAt(times, ticks))).toEqual([0, 0, 0, 1, 1, 2, 2]);
});

test.each([
  [0, '0:00.00'],
  [-3, '0:00.00'],
  [9.5, '0:09.50'],
  [59.999, '1:00.00'],
  [61.25, '1:01.25'],
  [3599.999, '1:00:00.00'],
  [3723.5, '1:02:03.50'],
])('%f seconds are written as %s', (seconds, text) => {
  expect(formatTimecode(seconds)).toBe(text);
});

test.each([
  ['1:02:03.5', 3723.5],
  [' 2:03 ', 123],
  ['90', 90],
  ['0.04', 0.04],
])('%s is read as %f seconds', (text, seconds) => {
  expect(parseTimecode(text)).toBe(seconds);
});

test.each(['', '1:2:3:4', 'soon', '-3', '1:-3'])('"%s" is not a time', (text) => {
  expect(parseTimecode(text)).toBeNull();
});

test('a length has no hundredths, and a date is that of the language', () => {
  expect(formatDuration(12.4)).toBe('0:12');
  expect(formatDuration(3725)).toBe('1:02:05');
  expect(formatDate('2026-02-28', 'en')).toBe('Feb 28, 2026');
  expect(formatDate('2026-02-28', 'de')).toBe('28.02.2026');
  expect(formatDate('', 'en')).toBe('');
});
