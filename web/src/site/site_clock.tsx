// The clock of the site, by which all times are given; and the browser's beside it where that differs.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { browserTime, formatTime, timeZone } from './datetime';
import { t } from './messages';

const INTERVAL_MS = 5000;
const now = (): number => Date.now() / 1000;

export function SiteClock() {
  const time = useSignal(now());
  useEffect(() => {
    const timer = window.setInterval(() => {
      time.value = now();
    }, INTERVAL_MS);
    return () => window.clearInterval(timer);
  }, []);
  const here = browserTime(time.value);
  return (
    <span class="clock quiet small" title={t('clockTitle', { zone: timeZone() })}>
      {formatTime(time.value).slice(0, 5)} {timeZone()}
      {here && ` (${t('clockHere', { time: here })})`}
    </span>
  );
}
