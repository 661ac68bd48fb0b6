// Who reaches the pages: this machine alone, or other devices too.
import { useSignal } from '@preact/signals';
import { Form } from '../../site/components';
import { t } from '../../site/messages';
import { answer, client, setup } from '../api';

export function AccessStep() {
  const fixed = setup.value?.on_network ?? false;
  const network = useSignal(setup.value?.network ?? false);
  const submit = () => answer('access', client.PUT('/api/setup/access', { body: { network: network.value } }));
  return (
    <Form onSubmit={submit} button={t('continue')} label={t('setup_access')}>
      {fixed && <p class="note">{t('setupAccessFixed')}</p>}
      <fieldset disabled={fixed}>
        <legend>{t('setupAccessWhat')}</legend>
        {[false, true].map((others) => (
          <label key={String(others)} class="choose">
            <input
              type="radio"
              name="access"
              checked={network.value === others}
              onChange={() => {
                network.value = others;
              }}
            />
            <span>
              <b>{t(others ? 'setupAccessNetwork' : 'setupAccessHere')}</b>
              <br />
              <span class="quiet">{t(others ? 'setupAccessNetworkHint' : 'setupAccessHereHint')}</span>
            </span>
          </label>
        ))}
      </fieldset>
    </Form>
  );
}
