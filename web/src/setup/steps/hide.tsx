// What is hidden on all cameras, with a test picture of one that shows it.
import { useSignal } from '@preact/signals';
import type { Kind } from '../../site/api';
import { Form } from '../../site/components';
import { HideOptions } from '../../site/hide_options';
import { t } from '../../site/messages';
import { answer, change, client, setup } from '../api';
import { TestPicture } from '../test_picture';

const DEFAULT: Kind[] = ['face', 'plate'];

export function HideStep() {
  const hide = useSignal<Kind[]>([...((setup.value?.hide as Kind[] | null) ?? DEFAULT)]);
  const camera = useSignal(setup.value?.cameras[0]?.name ?? '');
  const save = () => client.PUT('/api/setup/hide', { body: { hide: hide.value } });
  const tested = setup.value?.cameras.find(({ name }) => name === camera.value);
  return (
    <>
      <Form onSubmit={() => answer('hide', save())} button={t('continue')} label={t('setup_hide')}>
        <p>{t('setupHideWhat')}</p>
        <HideOptions
          value={hide.value}
          onChange={(kinds) => {
            if (kinds) hide.value = kinds;
          }}
        />
      </Form>
      {tested && (
        <section aria-label={t('testCamera')}>
          <h3>{t('setupSeeIt')}</h3>
          {(setup.value?.cameras.length ?? 0) > 1 && (
            <label>
              {t('camera')}
              <select
                value={camera.value}
                onChange={(event) => {
                  camera.value = event.currentTarget.value;
                }}
              >
                {setup.value?.cameras.map(({ name, display_name }) => (
                  <option key={name} value={name}>
                    {display_name}
                  </option>
                ))}
              </select>
            </label>
          )}
          <TestPicture
            key={tested.name}
            target={{ name: tested.name, url: tested.url, user: tested.user }}
            before={() => change(save())}
          />
        </section>
      )}
    </>
  );
}
