// Dates, times, durations and sizes as text. The server speaks of Unix seconds; people read the time of the site, wherever
// they are. Before it is known, that of the browser.

const twoDigits = (value: number): string => String(value).padStart(2, '0');

let zone: string | undefined;
let formatter = newFormatter();

function newFormatter(): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}

/** All times are those of this zone from now on, as Europe/Berlin; of the browser where it does not know the zone. */
export function setTimeZone(name: string | undefined): void {
  zone = name;
  try {
    formatter = newFormatter();
  } catch {
    zone = undefined;
    formatter = newFormatter();
  }
}

/** The zone of all times. */
export const timeZone = (): string => zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Year, month (1 to 12), day, hour, minute, second on the clock of the site. */
export function clockParts(seconds: number): [number, number, number, number, number, number] {
  const parts = new Map(formatter.formatToParts(Math.floor(seconds) * 1000).map(({ type, value }) => [type, value]));
  const part = (name: Intl.DateTimeFormatPartTypes) => Number(parts.get(name));
  return [part('year'), part('month'), part('day'), part('hour'), part('minute'), part('second')];
}

/** Seconds by which the clock of the site is ahead of UTC at a time. */
export function zoneOffset(seconds: number): number {
  const [year, month, ...rest] = clockParts(seconds);
  return Date.UTC(year, month - 1, ...rest) / 1000 - Math.floor(seconds);
}

/** Unix seconds of a date and time on the clock of the site. A day or hour beyond the last one is one of the next. */
export function fromClock(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number {
  const utc = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  // Twice: the offset at the first guess may be that of the other side of a change of summer time.
  return utc - zoneOffset(utc - zoneOffset(utc));
}

/** 2026-11-24 17:05:09 */
export const formatDateTime = (seconds: number): string => `${formatDate(seconds)} ${formatTime(seconds)}`;

/** 2026-11-24 */
export function formatDate(seconds: number): string {
  const [year, month, day] = clockParts(seconds);
  return `${year}-${twoDigits(month)}-${twoDigits(day)}`;
}

/** 2026-11-24 17:05 */
export const formatMinute = (seconds: number): string => formatDateTime(seconds).slice(0, 16);

/** 17:05:09 */
export const formatTime = (seconds: number): string => clockParts(seconds).slice(3).map(twoDigits).join(':');

/** 16:05: on the clock of the browser, where it shows another time than that of the site; else null. */
export function browserTime(seconds: number): string | null {
  const here = new Date(seconds * 1000);
  if (-here.getTimezoneOffset() * 60 === zoneOffset(seconds)) return null;
  return `${twoDigits(here.getHours())}:${twoDigits(here.getMinutes())}`;
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
  const [year, month, date] = match[1] ? [Number(match[1]), Number(match[2]), Number(match[3])] : clockParts(around);
  const [hour, minute, second] = [Number(match[4]), Number(match[5]), Number(match[6] ?? 0)];
  if (hour > 23 || minute > 59 || second >= 60) return null;
  const parsed = fromClock(year, month, date, hour, minute);
  const [, parsedMonth, parsedDate] = clockParts(parsed);
  const exists = parsedMonth === month && parsedDate === date; // not 30 February
  return exists ? parsed + second : null;
}

/** The value of an input of type datetime-local. */
export const toInputValue = (seconds: number): string => formatDateTime(seconds).replace(' ', 'T');

export const fromInputValue = (value: string): number | null => parseDateTime(value, 0);

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
