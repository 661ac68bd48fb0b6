// The office's list of reasons: code, law, explanation, and the types that each is the default for.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Kind, ReleaseReason } from '../api';
import { Button } from '../button';
import { Message } from '../message';
import { kindName, t } from '../messages';
import { saveReasons } from './case_actions';
import * as store from './case_store';

const KINDS = ['face', 'plate', 'person', 'text', 'screen', 'region'] as const satisfies Kind[];
const EMPTY: ReleaseReason = { code: '', statute: '', text: '', default_for: [] };

export function ReasonsDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const seen = useRef<ReleaseReason[]>([...(store.reasons.value.reasons ?? [])]);
  const rows = useSignal<ReleaseReason[]>(seen.current);
  useEffect(() => {
    dialog.current?.showModal();
    if (!rows.value.length) rows.value = [EMPTY];
  }, []);
  const set = (index: number, fields: Partial<ReleaseReason>) => {
    rows.value = rows.value.map((row, other) => (other === index ? { ...row, ...fields } : row));
  };
  /** A kind has one default: whoever takes it takes it from the other. */
  const setDefault = (index: number, kind: Kind, on: boolean) => {
    rows.value = rows.value.map((row, other) => {
      const without = (row.default_for ?? []).filter((one) => one !== kind);
      return { ...row, default_for: on && other === index ? [...without, kind] : without };
    });
  };
  const save = async () => {
    if (
      await saveReasons(
        rows.value.filter((row) => row.code.trim()),
        seen.current,
      )
    )
      dialog.current?.close();
  };
  return (
    <dialog
      ref={dialog}
      aria-labelledby="reasons-title"
      onClose={() => {
        store.reasonsOpen.value = false;
      }}
    >
      <header>
        <h2 id="reasons-title">{t('reasonsTitle')}</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          {t('close')}
          <kbd>Esc</kbd>
        </button>
      </header>
      <p>{t('reasonsIntro')}</p>
      <ul class="reason-rows">
        {rows.value.map((row, index) => (
          <li key={index}>
            <ReasonFields row={row} set={(fields) => set(index, fields)} />
            <fieldset>
              <legend>{t('reasonDefault')}</legend>
              {KINDS.map((kind) => (
                <label key={kind} class="line">
                  <input
                    type="checkbox"
                    checked={row.default_for?.includes(kind) ?? false}
                    onChange={(event) => setDefault(index, kind, event.currentTarget.checked)}
                  />
                  {kindName(kind)}
                </label>
              ))}
            </fieldset>
            <Button
              text={t('removeReason')}
              run={() => {
                rows.value = rows.value.filter((_, other) => other !== index);
              }}
            />
          </li>
        ))}
      </ul>
      <Message />
      <div class="buttons">
        <Button
          text={t('addReason')}
          run={() => {
            rows.value = [...rows.value, EMPTY];
          }}
        />
        <Button text={t('saveReasons')} run={() => void save()} strong />
      </div>
    </dialog>
  );
}

function ReasonFields({ row, set }: { row: ReleaseReason; set: (fields: Partial<ReleaseReason>) => void }) {
  return (
    <>
      <label>
        {t('reasonCode')}
        <input
          value={row.code}
          maxLength={60}
          placeholder={t('reasonHint')}
          onInput={(event) => set({ code: event.currentTarget.value })}
        />
      </label>
      <label>
        {t('reasonStatute')}
        <input value={row.statute} maxLength={200} onInput={(event) => set({ statute: event.currentTarget.value })} />
      </label>
      <label>
        {t('reasonText')}
        <input value={row.text} maxLength={500} onInput={(event) => set({ text: event.currentTarget.value })} />
      </label>
    </>
  );
}
