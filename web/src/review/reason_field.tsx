// The reason for hiding an item: typed, or chosen from the office's list; saved when the field is left.
import { useSignal } from '@preact/signals';
import { edit } from './actions';
import type { TrackResponse } from './api';
import { loadReasons } from './cases/case_actions';
import { reasons } from './cases/case_store';
import { defaultReason, offeredReasons } from './cases/reason_choice';
import { t } from './messages';
import * as store from './store';

/** Buttons for the codes used last; all others are offered while one types. */
const BUTTONS = 3;

export function ReasonField({ track }: { track: TrackResponse }) {
  const typed = useSignal(track.reason ?? '');
  const offered = offeredReasons(reasons.value);
  const byDefault = defaultReason(reasons.value, track.kind);
  /** What could not be saved stays in the field. */
  const save = async (reason: string) => {
    typed.value = reason;
    if (reason === (track.reason ?? '')) return;
    const saved = await edit({ op: 'set_reason', video: store.video.value, track: track.number, reason });
    if (saved) await loadReasons();
  };
  return (
    <div class="reason-field">
      <label>
        {t('reason')}
        <input
          id="reason"
          value={typed.value}
          placeholder={byDefault ?? t('reasonHint')}
          maxLength={500}
          list="reason-codes"
          onInput={(event) => {
            typed.value = event.currentTarget.value;
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') event.currentTarget.blur();
          }}
          onBlur={() => void save(typed.value)}
        />
      </label>
      <datalist id="reason-codes">
        {offered.map(({ code, description }) => (
          <option key={code} value={code}>
            {description}
          </option>
        ))}
      </datalist>
      {offered.length > 0 && (
        <p class="buttons" role="group" aria-label={t('recentReasons')}>
          {offered.slice(0, BUTTONS).map(({ code, description }) => (
            <button
              key={code}
              type="button"
              title={description}
              aria-pressed={track.reason === code}
              onClick={() => void save(code)}
            >
              {code}
            </button>
          ))}
        </p>
      )}
      {!track.reason && byDefault && <p class="quiet">{t('defaultReason', { code: byDefault })}</p>}
    </div>
  );
}
