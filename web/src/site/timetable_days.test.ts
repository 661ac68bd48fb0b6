import { expect, test } from 'vitest';
import { daysOf, rangesOf, withDays } from './timetable_days';

test('a range has each of its days, also where clocks change and a year ends', () => {
  expect(daysOf('2026-12-30', '2027-01-02')).toEqual(['2026-12-30', '2026-12-31', '2027-01-01', '2027-01-02']);
  expect(daysOf('2026-10-24', '2026-10-26')).toHaveLength(3);
  expect(daysOf('2028-02-28', '2028-03-01')).toContain('2028-02-29');
  expect(daysOf('2026-05-02', '2026-05-01')).toEqual([]);
});

test('days that follow each other are a range again', () => {
  const days = withDays(daysOf('2026-12-23', '2026-12-25'), ['2026-12-24', '2026-06-05', '2026-12-26']);
  expect(rangesOf(days)).toEqual([
    { from: '2026-06-05', to: '2026-06-05', days: 1 },
    { from: '2026-12-23', to: '2026-12-26', days: 4 },
  ]);
});
