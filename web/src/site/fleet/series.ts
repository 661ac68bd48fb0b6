// Points as the server sends them, on a regular grid: what is missing is null, which a chart shows as a gap.
import type { Every, Total, TotalSeries } from './api';

export const HEALTH_PERIODS = ['day', 'week', 'month', 'year'] as const;
export type HealthPeriod = (typeof HEALTH_PERIODS)[number];
const DAY_S = 86400;
export const PERIOD_S: Record<HealthPeriod, number> = {
  day: DAY_S,
  week: 7 * DAY_S,
  month: 31 * DAY_S,
  year: 365 * DAY_S,
};

export const METRICS = ['forward', 'backward', 'entries'] as const;
export type Metric = (typeof METRICS)[number];

/** Every step from `start` to before `end`, and the point of each. */
export function fillGaps<T extends { start: number }>(
  points: readonly T[],
  step: number,
  start: number,
  end: number,
): { times: number[]; points: (T | null)[] } {
  const byStart = new Map(points.map((point) => [point.start, point]));
  const times: number[] = [];
  for (let time = Math.floor(start / step) * step; time < end; time += step) times.push(time);
  return { times, points: times.map((time) => byStart.get(time) ?? null) };
}

/** ISO date of a time, and that of some days later. */
export const isoDate = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);
export const shiftDate = (date: string, days: number): string =>
  isoDate(Date.parse(`${date}T00:00:00Z`) / 1000 + days * DAY_S);
export const secondsOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 1000;

/** The first step of a selection: weeks begin on Monday. */
export function firstStep(start: string, every: Every): number {
  const seconds = secondsOf(start);
  if (every !== 'week') return seconds;
  return seconds - ((seconds / DAY_S + 3) % 7) * DAY_S;
}

export interface Sum {
  sum: number | null;
  observed: number;
  possible: number;
  suppressed: number;
  doubtful: number;
}

/** All points together: unknown stays unknown. */
export function sumOf(points: readonly Total[], metric: Metric): Sum {
  const known = points.map((point) => point[metric]).filter((value): value is number => value !== null);
  const add = (name: 'observed_seconds' | 'possible_seconds' | 'suppressed' | 'doubtful') =>
    points.reduce((total, point) => total + point[name], 0);
  return {
    sum: known.length ? known.reduce((total, value) => total + value, 0) : null,
    observed: add('observed_seconds'),
    possible: add('possible_seconds'),
    suppressed: add('suppressed'),
    doubtful: add('doubtful'),
  };
}

/** Share of the time that was observed. A whole period is what could have been, also where nothing arrived. */
export const coverage = (series: TotalSeries, step: number, steps: number): number => {
  const perStep = Math.max(0, ...series.points.map(({ possible_seconds }) => possible_seconds));
  const observed = series.points.reduce((total, { observed_seconds }) => total + observed_seconds, 0);
  return perStep && step ? Math.min(1, observed / (perStep * steps)) : 0;
};

/** The midnight of the reader at the date that a time has at UTC: so a chart shows a day under its own date. */
export function localMidnight(seconds: number): number {
  const day = new Date(seconds * 1000);
  return new Date(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate()).getTime() / 1000;
}
