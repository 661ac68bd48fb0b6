// The periods that counts are shown for: an hour, a day, a week, a month, in the time of the site.
import type { Interval } from './api';
import { clockParts, fromClock } from './datetime';

export const PERIODS = ['hour', 'day', 'week', 'month'] as const;
export type Period = (typeof PERIODS)[number];

/** The length of the chart's bars. */
export const INTERVALS: Record<Period, Interval> = { hour: 'minute', day: 'quarter', week: 'hour', month: 'day' };

/**
 * Start and end of the period that contains `time`, or of one before or after it. All in Unix seconds: a day may have
 * 23 or 25 hours. Weeks start on Monday.
 */
export function periodBounds(period: Period, time: number, offset = 0): [number, number] {
  const [year, month, day, hour] = clockParts(time);
  const monday = day - ((new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7);
  const startOf = (n: number): number => {
    if (period === 'hour') return fromClock(year, month, day, hour + n);
    if (period === 'day') return fromClock(year, month, day + n);
    if (period === 'week') return fromClock(year, month, monday + 7 * n);
    return fromClock(year, month + n, 1);
  };
  return [startOf(offset), startOf(offset + 1)];
}
