// Where the recordings are kept.
import { useSignal } from '@preact/signals';
import { Field, Form } from '../../site/components';
import { formatBytes } from '../../site/datetime';
import { t } from '../../site/messages';
import { answer, client, setup } from '../api';

/** In place of a folder of the list: another one. */
const OTHER = '';

export function DiskStep() {
  const places = setup.value?.places ?? [];
  const kept = setup.value?.folder ?? null;
  const listed = places.some(({ folder }) => folder === kept);
  const folder = useSignal(kept === null ? (places[0]?.folder ?? OTHER) : listed ? kept : OTHER);
  const other = useSignal(kept !== null && !listed ? kept : '');
  const submit = () => answer('disk', client.PUT('/api/setup/disk', { body: { folder: folder.value || other.value } }));
  const choose = (value: string) => () => {
    folder.value = value;
  };
  return (
    <Form onSubmit={submit} button={t('continue')} label={t('setup_disk')}>
      <p>{t('setupDiskWhat')}</p>
      <fieldset>
        <legend>{t('setupFolder')}</legend>
        {places.map((place) => (
          <label key={place.folder} class="choose">
            <input type="radio" name="disk" checked={folder.value === place.folder} onChange={choose(place.folder)} />
            <span>
              <b>{place.folder}</b>
              <br />
              <span class="quiet">
                {t('setupFree', { free: formatBytes(place.free), total: formatBytes(place.total) })}
                {place.used && kept !== place.folder && ` ${t('setupUsed')}`}
              </span>
            </span>
          </label>
        ))}
        <label class="choose">
          <input type="radio" name="disk" checked={folder.value === OTHER} onChange={choose(OTHER)} />
          <span>{t('setupOtherFolder')}</span>
        </label>
        {folder.value === OTHER && (
          <Field label={t('setupFolder')} hint={t('setupFolderHint')} value={other} required maxLength={500} />
        )}
      </fieldset>
    </Form>
  );
}
