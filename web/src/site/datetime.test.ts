import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  browserTime,
  formatBytes,
  formatDateTime,
  formatDuration,
  formatMinute,
  formatTime,
  fromClock,
  fromInputValue,
  parseDateTime,
  setTimeZone,
  toInputValue,
} from './datetime';

/** Tests run in the time of Berlin: in winter one hour ahead of UTC, in summer two. */
const WINTER = Date.UTC(2026, 10, 24, 16, 5, 9) / 1000;
const SUMMER = Date.UTC(2026, 6, 1, 22, 30, 0) / 1000;

afterEach(() => {
  setTimeZone(undefined);
  vi.useRealTimers();
});

test('times are those of the browser', () => {
  expect(formatDateTime(WINTER)).toBe('2026-11-24 17:05:09');
  expect(formatDateTime(SUMMER)).toBe('2026-07-02 00:30:00');
  expect(formatTime(WINTER + 0.999)).toBe('17:05:09');
  expect(formatMinute(WINTER)).toBe('2026-11-24 17:05');
});

describe('reading what a person types', () => {
  test('a date and a time', () => {
    expect(parseDateTime(' 2026-11-24  17:05:09 ', 0)).toBe(WINTER);
    expect(parseDateTime('2026-11-24T17:05:09.5', 0)).toBe(WINTER + 0.5);
  });

  test('a time alone is of the day that is shown', () => {
    expect(parseDateTime('17:05:09', WINTER - 3600)).toBe(WINTER);
    expect(parseDateTime('0:30', SUMMER + 7200)).toBe(SUMMER);
  });

  test('a negative number is seconds ago', () => {
    vi.useFakeTimers({ now: WINTER * 1000 });
    expect(parseDateTime('-90', 0)).toBe(WINTER - 90);
  });

  test.each(['', 'noon', '24:00', '12:60', '12:30:60', '2026-02-30 12:00', '2026-13-01 12:00', '90'])(
    '"%s" is not a time',
    (text) => {
      expect(parseDateTime(text, WINTER)).toBeNull();
    },
  );
});

test('values of inputs are read as they are written', () => {
  expect(toInputValue(WINTER)).toBe('2026-11-24T17:05:09');
  expect(fromInputValue(toInputValue(SUMMER))).toBe(SUMMER);
  expect(fromInputValue('')).toBeNull();
});

test.each([
  [3.4, '3 s'],
  [119, '119 s'],
  [120, '2 min'],
  [7200, '2 h'],
  [-172800, '2 d'],
])('%f seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test.each([
  [999, '999 B'],
  [1500, '1.5 kB'],
  [23_400_000_000, '23 GB'],
  [5e15, '5000 TB'],
])('%d bytes are %s', (count, text) => {
  expect(formatBytes(count)).toBe(text);
});

test('times are those of the site, wherever the browser is', () => {
  setTimeZone('America/New_York');
  expect(formatDateTime(WINTER)).toBe('2026-11-24 11:05:09');
  expect(parseDateTime('2026-11-24 11:05:09', 0)).toBe(WINTER);
  expect(fromInputValue(toInputValue(SUMMER))).toBe(SUMMER);
  expect(browserTime(WINTER)).toBe('17:05');
  setTimeZone('Europe/Paris');
  expect(browserTime(WINTER)).toBeNull();
});

test('the hour that a change of summer time leaves out or repeats is one of those beside it', () => {
  setTimeZone('Europe/Berlin');
  expect(formatDateTime(fromClock(2026, 10, 25, 1, 59))).toBe('2026-10-25 01:59:00');
  expect(formatDateTime(fromClock(2026, 10, 25, 3, 0))).toBe('2026-10-25 03:00:00');
  expect(formatDateTime(fromClock(2026, 3, 29, 3, 0))).toBe('2026-03-29 03:00:00');
});

test('a zone that the browser does not know leaves its own', () => {
  setTimeZone('Mars/Olympus');
  expect(formatDateTime(WINTER)).toBe('2026-11-24 17:05:09');
});
