import { expect, test } from 'vitest';
import { periodBounds } from './count_periods';

const at = (text: string): number => new Date(text).getTime() / 1000;
/** A Sunday. Tests run in the time of Berlin, where it had 25 hours. */
const SUNDAY = at('2026-10-25T15:30:00');

test('an hour', () => {
  expect(periodBounds('hour', SUNDAY)).toEqual([at('2026-10-25T15:00:00'), at('2026-10-25T16:00:00')]);
});

test('a day has as many hours as it has', () => {
  const [start, end] = periodBounds('day', SUNDAY);
  expect(start).toBe(at('2026-10-25T00:00:00'));
  expect(end - start).toBe(25 * 3600);
});

test('a week starts on Monday', () => {
  expect(periodBounds('week', SUNDAY)[0]).toBe(at('2026-10-19T00:00:00'));
  expect(periodBounds('week', at('2026-10-19T00:00:00'))[0]).toBe(at('2026-10-19T00:00:00'));
});

test('the month before and the one after', () => {
  expect(periodBounds('month', SUNDAY, -1)).toEqual([at('2026-09-01T00:00:00'), at('2026-10-01T00:00:00')]);
  expect(periodBounds('month', at('2026-12-31T12:00:00'), 1)[0]).toBe(at('2027-01-01T00:00:00'));
});
