// What the site is called, and the time zone that it is in.
import { useSignal } from '@preact/signals';
import { Field, Form } from '../../site/components';
import { t } from '../../site/messages';
import { answer, client, setup } from '../api';

const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
const zones = (): string[] => ('supportedValuesOf' in Intl ? Intl.supportedValuesOf('timeZone') : []);

export function SiteStep() {
  const name = useSignal(setup.value?.name ?? '');
  const timezone = useSignal(setup.value?.timezone ?? browserZone());
  const known = zones();
  const submit = () =>
    answer('site', client.PUT('/api/setup/site', { body: { name: name.value, timezone: timezone.value } }));
  return (
    <Form onSubmit={submit} button={t('continue')} label={t('setup_site')}>
      <p>{t('setupSiteWhat')}</p>
      <Field id="site-name" label={t('setupName')} hint={t('setupNameHint')} value={name} required maxLength={80} />
      <label>
        {t('timezone')}
        <small class="quiet"> {t('setupZoneHint')}</small>
        <input
          list="zones"
          value={timezone.value}
          required
          onInput={(event) => {
            timezone.value = event.currentTarget.value;
          }}
        />
      </label>
      <datalist id="zones">
        {known.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </Form>
  );
}
