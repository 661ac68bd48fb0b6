// The periods that counts are shown for: an hour, a day, a week, a month, in the time of the browser.
import type { Interval } from './api';

export const PERIODS = ['hour', 'day', 'week', 'month'] as const;
export type Period = (typeof PERIODS)[number];

/** The length of the chart's bars. */
export const INTERVALS: Record<Period, Interval> = { hour: 'minute', day: 'quarter', week: 'hour', month: 'day' };

/**
 * Start and end of the period that contains `time`, or of one before or after it. All in Unix seconds: a day may have
 * 23 or 25 hours. Weeks start on Monday.
 */
export function periodBounds(period: Period, time: number, offset = 0): [number, number] {
  const date = new Date(time * 1000);
  const [year, month, day, hour] = [date.getFullYear(), date.getMonth(), date.getDate(), date.getHours()];
  const monday = day - ((date.getDay() + 6) % 7);
  const startOf = (n: number): number => {
    if (period === 'hour') return new Date(year, month, day, hour + n).getTime() / 1000;
    if (period === 'day') return new Date(year, month, day + n).getTime() / 1000;
    if (period === 'week') return new Date(year, month, monday + 7 * n).getTime() / 1000;
    return new Date(year, month + n, 1).getTime() / 1000;
  };
  return [startOf(offset), startOf(offset + 1)];
}
