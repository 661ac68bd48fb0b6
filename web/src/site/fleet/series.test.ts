import { expect, test } from 'vitest';
import { coverage, fillGaps, firstStep, isoDate, localMidnight, shiftDate, sumOf } from './series';

const point = (start: number, forward: number | null, suppressed = 0) => ({
  start,
  forward,
  backward: null,
  entries: null,
  observed_seconds: 1800,
  possible_seconds: 3600,
  suppressed,
  doubtful: 0,
});

test('a step without a point is a gap', () => {
  const { times, points } = fillGaps([point(3600, 4)], 3600, 100, 10_000);
  expect(times).toEqual([0, 3600, 7200]);
  expect(points.map((one) => one?.forward ?? null)).toEqual([null, 4, null]);
});

test('unknown stays unknown', () => {
  expect(sumOf([point(0, null), point(1, null)], 'forward').sum).toBe(null);
  expect(sumOf([point(0, null, 1), point(1, 7)], 'forward')).toEqual({
    sum: 7,
    observed: 3600,
    possible: 7200,
    suppressed: 1,
    doubtful: 0,
  });
});

test('coverage counts steps of which nothing arrived', () => {
  expect(coverage({ site: 'a', display_name: null, points: [point(0, 1), point(3600, 1)] }, 3600, 4)).toBe(0.25);
  expect(coverage({ site: 'a', display_name: null, points: [] }, 3600, 4)).toBe(0);
});

test('weeks begin on Monday', () => {
  expect(isoDate(firstStep('2027-01-15', 'week'))).toBe('2027-01-11');
  expect(isoDate(firstStep('2027-01-11', 'week'))).toBe('2027-01-11');
  expect(isoDate(firstStep('2027-01-15', 'day'))).toBe('2027-01-15');
});

test('dates are moved by days', () => {
  expect(shiftDate('2027-03-01', -1)).toBe('2027-02-28');
});

test('a day is shown under its own date', () => {
  const shown = new Date(localMidnight(Date.parse('2027-01-15T00:00:00Z') / 1000) * 1000);
  expect([shown.getDate(), shown.getHours()]).toEqual([15, 0]);
});
