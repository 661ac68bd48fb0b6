// What the pages of recordings share: a still of a time, a time to go to, small buttons.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { thumbnailUrl } from './api';
import { LazyImage } from './components';
import { formatDateTime, parseDateTime } from './datetime';
import { t } from './messages';

/** The newest recording may end a little before its last picture is on the disk. */
export const NEWEST_MARGIN_S = 2;
const STILL_SETTLE_MS = 200;

export function IconButton({ icon, text, onClick }: { icon: string; text: string; onClick: () => void }) {
  return (
    <button type="button" aria-label={text} title={text} onClick={onClick}>
      {icon}
    </button>
  );
}

/** The picture of a time, fetched once the time no longer changes. */
export function Still({ name, time, size }: { name: string; time: number; size: number }) {
  const settled = useSignal(time);
  useEffect(() => {
    const timer = window.setTimeout(() => {
      settled.value = time;
    }, STILL_SETTLE_MS);
    return () => window.clearTimeout(timer);
  }, [time]);
  return (
    <LazyImage
      src={thumbnailUrl(name, settled.value, size)}
      alt={t('pictureOf', { when: formatDateTime(settled.value) })}
      fallback={t('nothingRecorded')}
    />
  );
}

/** Shows the current time; while it has the focus, a time can be typed. */
export function TimeInput({ time, onSeek }: { time: number; onSeek: (time: number) => void }) {
  const typed = useSignal<string | null>(null);
  const invalid = useSignal(false);
  const submit = (event: Event) => {
    event.preventDefault();
    const parsed = parseDateTime(typed.value ?? '', time);
    invalid.value = parsed === null;
    if (parsed === null) return;
    typed.value = null;
    onSeek(parsed);
    (document.activeElement as HTMLElement | null)?.blur();
  };
  return (
    <form onSubmit={submit}>
      <input
        id="go-to"
        class="time-input"
        aria-label={t('goToHint')}
        title={t('goToHint')}
        aria-invalid={invalid.value}
        value={typed.value ?? formatDateTime(time)}
        onFocus={(event) => {
          typed.value = formatDateTime(time);
          event.currentTarget.select();
        }}
        onBlur={() => {
          typed.value = null;
        }}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
      />
    </form>
  );
}
