// Dates, times, durations and sizes as text. The server speaks of Unix seconds; people read the time of their browser.

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** 2026-11-24 17:05:09 */
export const formatDateTime = (seconds: number): string => `${formatDate(seconds)} ${formatTime(seconds)}`;

/** 2026-11-24 */
export function formatDate(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
}

/** 2026-11-24 17:05 */
export const formatMinute = (seconds: number): string => formatDateTime(seconds).slice(0, 16);

/** 17:05:09 */
export function formatTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
}

const DATE_TIME = /^(?:(\d{4})-(\d{1,2})-(\d{1,2})[ T]+)?(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?$/;
const SECONDS_AGO = /^-\d+(\.\d+)?$/;

/**
 * What a person types: date and time, a time on the day of `around` (Unix seconds), or seconds before now as -90.
 * Null when the text is none of these.
 */
export function parseDateTime(text: string, around: number): number | null {
  const trimmed = text.trim();
  if (SECONDS_AGO.test(trimmed)) return Date.now() / 1000 + Number(trimmed);
  const match = DATE_TIME.exec(trimmed);
  if (!match) return null;
  const day = new Date(around * 1000);
  const [year, month, date] = match[1]
    ? [Number(match[1]), Number(match[2]) - 1, Number(match[3])]
    : [day.getFullYear(), day.getMonth(), day.getDate()];
  const [hour, minute, second] = [Number(match[4]), Number(match[5]), Number(match[6] ?? 0)];
  if (hour > 23 || minute > 59 || second >= 60) return null;
  const parsed = new Date(year, month, date, hour, minute, 0);
  const exists = parsed.getMonth() === month && parsed.getDate() === date; // not 30 February
  return exists ? parsed.getTime() / 1000 + second : null;
}

/** The value of an input of type datetime-local. */
export const toInputValue = (seconds: number): string => formatDateTime(seconds).replace(' ', 'T');

export function fromInputValue(value: string): number | null {
  const milliseconds = new Date(value).getTime();
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

/** 3 s, 5 min, 2 h, 4 d: the largest unit of which there are at least two. */
export function formatDuration(seconds: number): string {
  const length = Math.abs(seconds);
  if (length < 2 * MINUTE) return `${Math.round(length)} s`;
  if (length < 2 * HOUR) return `${Math.round(length / MINUTE)} min`;
  if (length < 2 * DAY) return `${Math.round(length / HOUR)} h`;
  return `${Math.round(length / DAY)} d`;
}

/** 1.5 MB, 23 GB: decimal units, one decimal place below ten. */
export function formatBytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 && unit ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
