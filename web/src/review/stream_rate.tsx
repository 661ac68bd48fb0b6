// How many frames a second a stream without a container has: it states no times, and sometimes no rate either.
import { useSignal } from '@preact/signals';
import { client, type FileSummary, request } from './api';
import * as cases from './cases/case_store';
import { showCasePage } from './cases/navigation';
import { t } from './messages';
import { withErrors } from './notify';
import * as store from './store';

/** Has the file searched anew; the page of the case, or of the files, says how far that is. */
async function searchAt(id: number, rate: string): Promise<void> {
  const sent = await withErrors(() =>
    request<FileSummary>(
      client.POST('/api/files/{id}/rate', { params: { path: { id } }, body: { frame_rate: rate.trim() } }),
    ),
  );
  if (!sent) return;
  if (cases.openCase.value) await showCasePage();
  else location.reload();
}

export function StreamRate() {
  const file = store.file.value;
  const rate = file?.stream_rate ?? null;
  const typed = useSignal('');
  if (!file || rate === null) return null;
  return (
    <form
      class="stream-rate"
      onSubmit={(event) => {
        event.preventDefault();
        void searchAt(file.id, typed.value);
      }}
    >
      <p>{t('streamRate', { rate: String(Math.round(rate * 1000) / 1000) })}</p>
      <label>
        {t('streamRateOther')}
        <input
          id="stream-rate"
          value={typed.value}
          required
          pattern="[0-9]+([.][0-9]+)?(/[0-9]+)?"
          title={t('streamRateHint')}
          placeholder={t('streamRateHint')}
          maxLength={20}
          onInput={(event) => {
            typed.value = event.currentTarget.value;
          }}
        />
      </label>
      <button type="submit">{t('streamRateSearch')}</button>
    </form>
  );
}
