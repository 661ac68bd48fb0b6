// Time in a file, and dates. Ticks are units of the video track's time base; frames are counted from 0.

/** The last frame at or before a time in ticks, or the first. */
export function frameAt(frameTimes: Float64Array, ticks: number): number {
  let low = 0;
  let high = frameTimes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((frameTimes[middle] as number) <= ticks) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/** Seconds as 1:02:03.45; without hours below one hour. */
export function formatTimecode(seconds: number): string {
  const hundredths = Math.round(Math.max(0, seconds) * 100);
  const h = Math.floor(hundredths / 360_000);
  const m = Math.floor((hundredths % 360_000) / 6_000);
  const s = ((hundredths % 6_000) / 100).toFixed(2).padStart(5, '0');
  return h ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`;
}

/** Seconds from 1:02:03.5, 2:03 or 123.5; null when the text is not a time. */
export function parseTimecode(text: string): number | null {
  const parts = text.trim().split(':').map(Number);
  if (!text.trim() || parts.length > 3 || parts.some((part) => !Number.isFinite(part) || part < 0)) return null;
  return parts.reduce((sum, part) => sum * 60 + part, 0);
}

/** Seconds as 1:02:03 or 0:12: for a table, in which hundredths only make noise. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), String(whole % 60).padStart(2, '0')];
  return h ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`;
}

/** A date as the language of the page writes it; what is no date is left as it is. */
export function formatDate(text: string, language = document.documentElement.lang): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date.toLocaleDateString(language, { dateStyle: 'medium' });
}
