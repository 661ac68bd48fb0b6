// Shows or hides one type of items in all files of the case.
import { useSignal } from '@preact/signals';
import { client, type KindResponse, type KindUndoResponse, request } from '../api';
import { Button } from '../button';
import { KINDS } from '../draft_box';
import { kindName, t } from '../messages';
import { withErrors } from '../notify';
import { refreshCase } from './case_actions';
import * as store from './case_store';

export function TypePanel() {
  const kind = useSignal<(typeof KINDS)[number]>('plate');
  const result = useSignal<KindResponse | null>(null);
  const undone = useSignal<KindUndoResponse | null>(null);
  const params = { params: { path: { case: store.openCase.value?.id ?? 0 } } };
  const undo = async () => {
    undone.value = await withErrors(() =>
      request<KindUndoResponse>(client.POST('/api/cases/{case}/kind/undo', params)),
    );
    result.value = null;
    await refreshCase();
  };
  const change = async (shown: boolean) => {
    undone.value = null;
    const body = { kind: kind.value, shown };
    result.value = await withErrors(() =>
      request<KindResponse>(client.POST('/api/cases/{case}/kind', { ...params, body })),
    );
    await refreshCase();
  };
  return (
    <section class="card" aria-labelledby="type-title">
      <h2 id="type-title">{t('typeInCase')}</h2>
      <p class="quiet">{t('typeInCaseHint')}</p>
      <div class="buttons">
        <select
          aria-label={t('kind')}
          value={kind.value}
          onChange={(event) => {
            kind.value = event.currentTarget.value as (typeof KINDS)[number];
            result.value = null;
            undone.value = null;
          }}
        >
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {kindName(one)}
            </option>
          ))}
        </select>
        <Button text={t('showType')} run={() => void change(true)} />
        <Button text={t('hideType')} run={() => void change(false)} />
      </div>
      {result.value && result.value.changed > 0 && <Button text={t('typeUndo')} run={() => void undo()} />}
      {undone.value && (
        <p role="status">
          {t('typeUndone', { n: undone.value.changed })}{' '}
          {undone.value.changed_since.length > 0 &&
            t('typeChangedSince', { names: undone.value.changed_since.join(', ') })}
        </p>
      )}
      {result.value && (
        <p role="status">
          {t('typeChanged', { n: result.value.changed })}{' '}
          {result.value.not_searched.length > 0 &&
            t('typeNotSearched', { names: result.value.not_searched.join(', ') })}
        </p>
      )}
    </section>
  );
}
