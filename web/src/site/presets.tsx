// A camera that turns: its presets, for those who may turn it. There is no other way to move it.
import { useSignal } from '@preact/signals';
import { client, type Preset, request } from './api';
import { t } from './messages';
import { QueryStatus, useQuery } from './query';
import { withErrors } from './toast';

export function Presets({ camera }: { camera: string }) {
  const path = { camera };
  const query = useQuery(
    () => request<Preset[]>(client.GET('/api/cameras/{camera}/presets', { params: { path } })),
    [camera],
  );
  const going = useSignal<string | null>(null);
  const go = async ({ token, name }: Preset) => {
    going.value = token;
    await withErrors(
      () => request(client.POST('/api/cameras/{camera}/presets/go', { params: { path }, body: { token } })),
      t('presetGoing', { name }),
    );
    going.value = null;
  };
  const found = query.data.value;
  return (
    <div class="presets" role="group" aria-label={t('presets')}>
      <b>{t('presets')}</b>
      <QueryStatus query={query} />
      {found && !found.length && <span class="quiet small">{t('presetsNone')}</span>}
      {found?.map((preset) => (
        <button key={preset.token} type="button" disabled={going.value !== null} onClick={() => void go(preset)}>
          {preset.name}
        </button>
      ))}
    </div>
  );
}
