// Cameras: found on the network, or by the address patterns of their makers; tried with a masked test picture; added.
import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { request } from '../../site/api';
import { ErrorNote, Field, Form, Select } from '../../site/components';
import { t } from '../../site/messages';
import { answer, attempt, change, client, type FoundCamera, type Maker, setup } from '../api';
import { CameraEntry, type EnteredCamera } from '../camera_entry';

/** Seconds that cameras have to answer. */
const DISCOVERY_TIMEOUT_S = 4;

/** The login that was entered last: cameras of a site often share one. */
interface Login {
  user: Signal<string>;
  password: Signal<string>;
}

export function CamerasStep() {
  const login = { user: useSignal(''), password: useSignal('') };
  const entered = useSignal<EnteredCamera | null>(null);
  const makers = useSignal<Maker[]>([]);
  useEffect(() => {
    void attempt(async () => {
      makers.value = await request<Maker[]>(client.GET('/api/setup/makers'));
    });
  }, []);
  const added = setup.value?.cameras ?? [];
  const enter = (camera: Partial<EnteredCamera>) => {
    const { user, password } = { user: login.user.value, password: login.password.value };
    entered.value = { title: '', url: '', user, password, ...camera };
  };
  const close = () => {
    entered.value = null;
  };
  const one = entered.value;
  useEffect(() => window.scrollTo(0, 0), [one]);
  if (one) return <CameraEntry key={one.url} camera={one} login={login} close={close} />;
  return (
    <>
      <p>{t('setupCamerasWhat')}</p>
      <AddedCameras enter={enter} />
      {added.length > 0 && (
        <Form
          onSubmit={() => answer('cameras', client.PUT('/api/setup/cameras'))}
          button={t('setupCamerasDone')}
          label={t('setup_cameras')}
        />
      )}
      <Search login={login} makers={makers.value} enter={enter} />
      <ByMaker makers={makers.value} enter={enter} />
      <section aria-label={t('setupByAddress')}>
        <h3>{t('setupByAddress')}</h3>
        <p class="quiet">{t('setupByAddressWhat')}</p>
        <button type="button" onClick={() => enter({})}>
          {t('setupEnterAddress')}
        </button>
      </section>
    </>
  );
}

type Enter = (camera: Partial<EnteredCamera>) => void;

function AddedCameras({ enter }: { enter: Enter }) {
  const added = setup.value?.cameras ?? [];
  if (!added.length) return null;
  return (
    <ul class="added" aria-label={t('setupAdded')}>
      {added.map(({ name, display_name, url, user }) => (
        <li key={name} class="card">
          <b>{display_name}</b>
          <br />
          <small class="quiet">{url}</small>
          <div class="buttons">
            <button
              type="button"
              onClick={() => enter({ name, title: display_name, url, user: user ?? '', password: '' })}
            >
              {t('edit')}
            </button>
            <button
              type="button"
              aria-label={t('setupRemove', { camera: display_name })}
              onClick={() => void change(client.DELETE('/api/setup/cameras/{name}', { params: { path: { name } } }))}
            >
              {t('remove')}
            </button>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Search({ login, makers, enter }: { login: Login; makers: Maker[]; enter: Enter }) {
  const found = useSignal<FoundCamera[] | null>(null);
  const submit = () =>
    attempt(async () => {
      const body = {
        timeout_s: DISCOVERY_TIMEOUT_S,
        user: login.user.value || null,
        password: login.password.value || null,
      };
      found.value = await request<FoundCamera[]>(client.POST('/api/setup/discover', { body }));
    });
  return (
    <section aria-label={t('findCameras')}>
      <h3>{t('findCameras')}</h3>
      <p class="quiet">{t('setupFindWhat')}</p>
      <Form onSubmit={submit} button={t('setupSearch')} strong={!setup.value?.cameras.length} label={t('findCameras')}>
        <div class="columns">
          <Field label={t('user')} hint={t('setupLoginOfCameras')} value={login.user} autocomplete="off" />
          <Field label={t('password')} type="password" value={login.password} autocomplete="off" />
        </div>
      </Form>
      {found.value?.length === 0 && <p role="status">{t('setupNoneFound')}</p>}
      <div class="cards">
        {found.value?.map((one) => (
          <Found key={one.camera.host} found={one} makers={makers} enter={enter} />
        ))}
      </div>
    </section>
  );
}

function Found({ found: { camera, maker }, makers, enter }: { found: FoundCamera; makers: Maker[]; enter: Enter }) {
  const known = makers.find(({ id }) => id === maker);
  const taken = new Set(setup.value?.cameras.map(({ url }) => url));
  const best = camera.streams.find(({ recommended }) => recommended);
  const title = camera.name === 'camera' ? '' : camera.name;
  const byPattern = () => attempt(async () => enter({ title, url: await makerAddress(maker ?? '', camera.host) }));
  return (
    <section class="card" aria-label={camera.name || camera.host}>
      <h4>
        {camera.name} <span class="quiet">{camera.host}</span>
      </h4>
      <ErrorNote text={camera.problem} />
      {best && (
        <p class="quiet small">
          {best.codec} {best.width}×{best.height}
        </p>
      )}
      {best && taken.has(best.url) && <p class="quiet">{t('alreadyAdded')}</p>}
      {best && !taken.has(best.url) && (
        <button type="button" class="strong" onClick={() => enter({ title, url: best.url })}>
          {t('setupUse')}
        </button>
      )}
      {!best && known && (
        <button type="button" onClick={() => void byPattern()}>
          {t('setupUseMaker', { maker: known.name })}
        </button>
      )}
    </section>
  );
}

async function makerAddress(maker: string, host: string): Promise<string> {
  const body = { maker, host, small: false };
  return (await request<{ url: string }>(client.POST('/api/setup/maker-address', { body }))).url;
}

function ByMaker({ makers, enter }: { makers: Maker[]; enter: Enter }) {
  const [maker, host] = [useSignal(''), useSignal('')];
  const submit = () => attempt(async () => enter({ url: await makerAddress(maker.value, host.value) }));
  return (
    <section aria-label={t('setupByMaker')}>
      <h3>{t('setupByMaker')}</h3>
      <p class="quiet">{t('setupByMakerWhat')}</p>
      <Form
        onSubmit={submit}
        button={t('continue')}
        strong={false}
        disabled={!maker.value}
        why={t('setupChooseMaker')}
        label={t('setupByMaker')}
      >
        <div class="columns">
          <Select
            label={t('setupMaker')}
            value={maker.value}
            emptyText={t('setupChoose')}
            options={makers.map(({ id, name }) => [id, name])}
            onChange={(id) => {
              maker.value = id;
            }}
          />
          <Field label={t('setupHost')} hint={t('setupHostHint')} value={host} required maxLength={260} />
        </div>
      </Form>
    </section>
  );
}
