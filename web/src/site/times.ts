// Moments as people of this place read them. The server speaks of Unix seconds.

const two = (value: number): string => String(value).padStart(2, '0');

/** 2026-11-24 17:05:09, in the time of whoever looks. */
export function moment(seconds: number, tenths = false): string {
  const at = new Date(seconds * 1000);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${time(seconds, tenths)}`;
}

/** 17:05:09 */
export function time(seconds: number, tenths = false): string {
  const at = new Date(seconds * 1000);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}${tenths ? `.${Math.floor(at.getMilliseconds() / 100)}` : ''}`;
}

/** What a person types: a whole moment, a time of the day `around` is in, or seconds before now as -90. Null when it is none. */
export function parseMoment(text: string, around: number): number | null {
  const given = text.trim();
  const found = /^(?:(\d{4})-(\d{1,2})-(\d{1,2})[ T]+)?(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?$/.exec(given);
  if (!found) return /^-\d+(\.\d+)?$/.test(given) ? Date.now() / 1000 + Number(given) : null;
  const at = new Date(around * 1000);
  const [year, month, day] = [found[1] ?? at.getFullYear(), found[2] ? Number(found[2]) - 1 : at.getMonth(), found[3] ?? at.getDate()].map(Number);
  const [hour, minute, second] = [Number(found[4]), Number(found[5]), Number(found[6] ?? 0)];
  if (hour > 23 || minute > 59 || second >= 60) return null;
  const made = new Date(year as number, month as number, day as number, hour, minute, 0);
  if (made.getMonth() !== month || made.getDate() !== day) return null;
  return made.getTime() / 1000 + second;
}

/** The value of an input of type datetime-local. */
export const localValue = (seconds: number): string => moment(seconds).replace(' ', 'T');
export const fromLocal = (value: string): number | null => {
  const at = new Date(value).getTime();
  return Number.isNaN(at) ? null : at / 1000;
};

/** 3 s, 5 min, 2 h, 4 d */
export function span(seconds: number): string {
  const whole = Math.abs(seconds);
  if (whole < 120) return `${Math.round(whole)} s`;
  if (whole < 7200) return `${Math.round(whole / 60)} min`;
  if (whole < 172800) return `${Math.round(whole / 3600)} h`;
  return `${Math.round(whole / 86400)} d`;
}

export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 && unit ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
