// Holidays as people enter them: single days and ranges of days, of which site.yaml lists each day.

/** A day as YYYY-MM-DD. */
export type IsoDay = string;
export interface DayRange {
  from: IsoDay;
  to: IsoDay;
  days: number;
}

/** Days that can be added at once, and that a timetable may have. */
export const MAX_RANGE_DAYS = 100;
export const MAX_DAYS = 500;
const DAY_MS = 86_400_000;

const atNoon = (day: IsoDay): number => Date.parse(`${day}T12:00:00Z`);
const isoDay = (ms: number): IsoDay => new Date(ms).toISOString().slice(0, 10);
const between = (from: IsoDay, to: IsoDay): number => Math.round((atNoon(to) - atNoon(from)) / DAY_MS);

/** Each day from the first to the last, both included; none where the last is before the first. */
export function daysOf(from: IsoDay, to: IsoDay): IsoDay[] {
  const count = Math.max(0, between(from, to) + 1);
  return Array.from({ length: count }, (_, n) => isoDay(atNoon(from) + n * DAY_MS));
}

/** The days of both lists, each once, in order. */
export const withDays = (days: readonly IsoDay[], more: readonly IsoDay[]): IsoDay[] =>
  [...new Set([...days, ...more])].sort();

/** Days that follow each other, put together. */
export function rangesOf(days: readonly IsoDay[]): DayRange[] {
  const found: DayRange[] = [];
  for (const day of withDays(days, [])) {
    const last = found.at(-1);
    if (last && between(last.to, day) === 1) found[found.length - 1] = { ...last, to: day, days: last.days + 1 };
    else found.push({ from: day, to: day, days: 1 });
  }
  return found;
}
