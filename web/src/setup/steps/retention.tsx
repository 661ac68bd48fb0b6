// How long recordings are kept.
import { useSignal } from '@preact/signals';
import { Field, Form } from '../../site/components';
import { formatBytes } from '../../site/datetime';
import { t } from '../../site/messages';
import { answer, client, setup } from '../api';

const GIGABYTE = 1e9;
/** Days: what supervisory authorities of the EU expect without a particular reason (EDPB, Guidelines 3/2019, 121). */
const USUAL_DAYS = '3';

export function RetentionStep() {
  const kept = setup.value?.retention ?? null;
  const days = useSignal(kept ? String(kept.days) : USUAL_DAYS);
  const gigabytes = useSignal(kept?.bytes ? String(kept.bytes / GIGABYTE) : '');
  const place = setup.value?.places.find(({ folder }) => folder === setup.value?.folder);
  const submit = () =>
    answer(
      'retention',
      client.PUT('/api/setup/retention', {
        body: {
          days: Number(days.value),
          bytes: gigabytes.value ? Math.round(Number(gigabytes.value) * GIGABYTE) : null,
        },
      }),
    );
  return (
    <Form onSubmit={submit} button={t('continue')} label={t('setup_retention')}>
      <p>{t('setupRetentionWhat')}</p>
      <Field id="days" label={t('retentionDays')} type="number" min="0.01" step="any" value={days} required />
      <p class="quiet">{t('setupDaysHint')}</p>
      <Field
        label={t('retentionBytes')}
        hint={t('emptyNoLimit')}
        type="number"
        min="0.001"
        step="any"
        value={gigabytes}
      />
      <p class="quiet">{place ? t('setupDiskFree', { free: formatBytes(place.free) }) : t('setupDiskSafe')}</p>
    </Form>
  );
}
