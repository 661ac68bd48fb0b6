// A marked time range, and what holds for ranges: the picture blacked out, sound muted or bleeped, time cut.
import { Button } from './button';
import { blackOutRange, cutRange, markRange, setCutRanges, setSoundRanges, silenceRange } from './commands';
import { t } from './messages';
import { actionText, removesVoices } from './range_lanes';
import * as store from './store';
import { formatTimecode } from './timecode';

export function TimeRangesPanel() {
  const { from, to } = store.rangeMarks.value;
  const marked = from !== null && to !== null;
  const timeOf = (frame: number | null) => (frame === null ? '…' : formatTimecode(store.secondsOfFrame(frame)));
  const file = store.file.value;
  const hasSound = file?.has_audio ?? false;
  return (
    <>
      <div class="buttons">
        <Button text={t('rangeStart')} hint="[" run={() => markRange('from')} />
        <Button text={t('rangeEnd')} hint="]" run={() => markRange('to')} />
      </div>
      <p>{from === null && to === null ? t('noRange') : t('range', { from: timeOf(from), to: timeOf(to) })}</p>
      <div class="buttons">
        <Button text={t('blackOutRange')} hint="W" run={blackOutRange} disabled={!marked} />
        <Button text={t('muteRange')} hint="M" run={() => silenceRange('mute')} disabled={!marked || !hasSound} />
        <Button
          text={t('bleepRange')}
          hint="Shift+M"
          run={() => silenceRange('bleep')}
          disabled={!marked || !hasSound}
        />
        <Button text={t('cutRange')} hint="Shift+X" run={cutRange} disabled={!marked} />
      </div>
      {!hasSound && <p>{t('noSound')}</p>}
      {hasSound && file?.history.audio_mode.audio === 'remove' && <p>{t('soundRemoved')}</p>}
      <RangeList />
    </>
  );
}

function RangeList() {
  const sound = store.file.value?.history.audio ?? [];
  const trim = store.file.value?.history.trim ?? [];
  const range = ({ start, end }: { start: number; end: number }) =>
    t('range', { from: formatTimecode(start), to: formatTimecode(end) });
  const without = <T,>(items: readonly T[], index: number) => items.filter((_, other) => other !== index);
  return (
    <ul class="ranges">
      {sound.map((item, index) => (
        <li key={`sound ${item.start}`}>
          {range(item)} {t(item.origin ? (removesVoices.value ? 'speechRemoved' : 'speech') : actionText(item.action))}{' '}
          {!item.origin && (
            <input
              class="range-reason"
              aria-label={t('reason')}
              placeholder={t('reason')}
              maxLength={500}
              value={item.reason ?? ''}
              onKeyDown={(event) => {
                if (event.key === 'Enter') event.currentTarget.blur();
              }}
              onBlur={(event) => {
                const reason = event.currentTarget.value || null;
                if (reason === (item.reason ?? null)) return;
                const spans = sound.map((other, place) => (place === index ? { ...item, reason } : other));
                setSoundRanges(spans);
              }}
            />
          )}
          <Button text={t('removeRange')} run={() => setSoundRanges(without(sound, index))} />
        </li>
      ))}
      {trim.map((item, index) => (
        <li key={`cut ${item.start}`}>
          {range(item)} {t('cut')} <Button text={t('removeRange')} run={() => setCutRanges(without(trim, index))} />
        </li>
      ))}
    </ul>
  );
}
