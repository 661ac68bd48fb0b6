// A marked time range, and what holds for ranges: the picture blacked out, sound muted or bleeped, time cut.
import { Button } from './button';
import { loadReasons } from './cases/case_actions';
import { reasons } from './cases/case_store';
import { offeredReasons } from './cases/reason_choice';
import { blackOutRange, cutRange, markRange, setCutRanges, setSoundRanges, silenceRange } from './commands';
import { t } from './messages';
import { actionText, removesVoices } from './range_lanes';
import { isSameTime, type Seconds } from './range_marks';
import { moveEdgeHere } from './sound/waveform_drag';
import * as store from './store';
import { formatTimecode } from './timecode';

export function TimeRangesPanel() {
  const { from, to } = store.rangeMarks.value;
  const marked = from !== null && to !== null;
  const timeOf = (frame: number | null) => (frame === null ? '…' : formatTimecode(store.secondsOfFrame(frame)));
  const file = store.file.value;
  const hasSound = file?.has_audio ?? false;
  const hasRanges = Boolean(file?.history.audio.length);
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
        <Button text={t('soundStartsHere')} hint="{" run={() => moveEdgeHere('start')} disabled={!hasRanges} />
        <Button text={t('soundEndsHere')} hint="}" run={() => moveEdgeHere('end')} disabled={!hasRanges} />
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
  const without = <T extends Seconds>(items: readonly T[], item: Seconds) =>
    items.filter((other) => !isSameTime(other, item));
  const withReason = <T extends Seconds>(items: readonly T[], item: Seconds, reason: string | null) =>
    items.map((other) => (isSameTime(other, item) ? { ...other, reason } : other));
  return (
    <>
      <datalist id="range-reasons">
        {offeredReasons(reasons.value).map(({ code, description }) => (
          <option key={code} value={code}>
            {description}
          </option>
        ))}
      </datalist>
      <ul class="ranges">
        {sound.map((item) => (
          <li key={`sound ${item.start}`}>
            {range(item)}{' '}
            {t(item.origin ? (removesVoices.value ? 'speechRemoved' : 'speech') : actionText(item.action))}{' '}
            {item.origin && (
              <span class="quiet" title={t('detectedScore')}>
                {Math.round(100 * (item.score ?? 0))} %
              </span>
            )}
            <RangeReason
              reason={item.reason}
              save={(reason) => setSoundRanges((current) => withReason(current, item, reason))}
            />
            <Button text={t('removeRange')} run={() => void setSoundRanges((current) => without(current, item))} />
          </li>
        ))}
        {trim.map((item) => (
          <li key={`cut ${item.start}`}>
            {range(item)} {t('cut')}{' '}
            <RangeReason
              reason={item.reason}
              save={(reason) => setCutRanges((current) => withReason(current, item, reason))}
            />
            <Button text={t('removeRange')} run={() => void setCutRanges((current) => without(current, item))} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** Typed, or chosen from the office's list; saved when the field is left. */
function RangeReason({ reason, save }: { reason?: string | null; save: (reason: string | null) => Promise<boolean> }) {
  return (
    <input
      class="range-reason"
      aria-label={t('reason')}
      placeholder={t('reason')}
      maxLength={500}
      list="range-reasons"
      value={reason ?? ''}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
      }}
      onBlur={(event) => {
        const typed = event.currentTarget.value || null;
        if (typed !== (reason ?? null)) void save(typed).then((saved) => (saved ? loadReasons() : undefined));
      }}
    />
  );
}
