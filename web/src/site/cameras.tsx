// The cameras of the site: what each is, trying one, looking for others on the network, and watching another one.
import { useSignal } from '@preact/signals';
import { ask, client, type FoundCamera, type SettingsTold, type TrialTold } from './api';
import { CameraForm } from './camera_form';
import { hidingName, t } from './messages';
import { attempt, Dialog, Field, Form, Page, Problem, useAsked, Waiting } from './parts';
import { address } from './route';

type Written = SettingsTold['cameras'][number];

export default function CamerasPage() {
  const asked = useAsked(() => ask<SettingsTold>(client.GET('/api/settings')), []);
  const settings = asked.value.value;
  const edited = useSignal<Written | null>(null);
  const added = useSignal<{ name: string; url: string; user: string } | null>(null);
  const set = (next: SettingsTold) => {
    asked.value.value = next;
    edited.value = added.value = null;
  };
  return (
    <Page
      title={t('cameras')}
      tools={
        <button type="button" class="strong" onClick={() => (added.value = { name: '', url: '', user: '' })}>
          {t('addCamera')}
        </button>
      }
    >
      {!settings ? <Waiting asked={asked} /> : <Problem text={asked.problem.value} />}
      {settings && !settings.applies && <p class="note">{t('startAnew')}</p>}
      <div class="cards">{settings?.cameras.map((camera) => <Camera key={camera.name} camera={camera} edit={() => (edited.value = camera)} />)}</div>
      <Find taken={settings?.cameras ?? []} add={(camera) => (added.value = camera)} />
      {settings && edited.value && (
        <Dialog title={t('changeCamera', { camera: edited.value.name })} close={() => (edited.value = null)}>
          <CameraForm settings={settings} camera={edited.value} set={set} />
        </Dialog>
      )}
      {settings && added.value && (
        <Dialog title={t('addCamera')} close={() => (added.value = null)}>
          <CameraForm settings={settings} first={added.value} set={set} />
        </Dialog>
      )}
    </Page>
  );
}

function Camera({ camera, edit }: { camera: Written; edit: () => void }) {
  return (
    <section class="card" aria-label={camera.name}>
      <h3>{camera.name}</h3>
      <dl>
        <dt>{t('url')}</dt>
        <dd>{camera.url}</dd>
        {camera.user && (
          <>
            <dt>{t('user')}</dt>
            <dd>{camera.password_from ? t('userPassword', { user: camera.user, variable: camera.password_from }) : camera.user}</dd>
          </>
        )}
        <dt>{t('hides')}</dt>
        <dd>{(camera.settings.hide ?? []).map(hidingName).join(', ')}</dd>
      </dl>
      <Try what={{ camera: camera.name }} />
      <div class="buttons">
        <button type="button" onClick={edit}>{t('change')}</button>
        <a class="button" href={address('zones', camera.name)}>{t('zones')}</a>
      </div>
    </section>
  );
}

/** A camera is tried before it is relied upon: what would be recorded is shown, masked. */
export function Try({ what }: { what: { camera?: string; url?: string; user?: string; password?: string } }) {
  const trial = useSignal<TrialTold | null>(null);
  const submit = () =>
    attempt(async () => {
      trial.value = null;
      trial.value = await ask<TrialTold>(client.POST('/api/network/try', { body: what }));
    });
  const told = trial.value;
  return (
    <>
      <Form submit={submit} button={t('tryIt')} strong={false} label={t('tryIt')} />
      {told?.problem && <Problem text={told.problem} />}
      {told && !told.problem && (
        <figure>
          <img src={told.still ?? ''} alt={t('triedStill')} />
          <figcaption>{t('tried', { width: told.width, height: told.height, rate: told.frames_a_second.toFixed(0) })}</figcaption>
        </figure>
      )}
    </>
  );
}

function Find({ taken, add }: { taken: readonly Written[]; add: (camera: { name: string; url: string; user: string }) => void }) {
  const found = useSignal<FoundCamera[] | null>(null);
  const [at, user, password] = [useSignal(''), useSignal(''), useSignal('')];
  const submit = () =>
    attempt(async () => {
      const body = { seconds: 4, at: at.value || null, user: user.value || null, password: password.value || null };
      found.value = await ask<FoundCamera[]>(client.POST('/api/network/find', { body }));
    });
  return (
    <section aria-label={t('findCameras')}>
      <h3>{t('findCameras')}</h3>
      <p class="quiet">{t('findHow')}</p>
      <Form submit={submit} button={t('find')} label={t('findCameras')}>
        <div class="columns">
          <Field label={t('findAt')} hint={t('optional')} value={at.value} set={(text) => (at.value = text)} />
          <Field label={t('user')} hint={t('optional')} value={user.value} set={(text) => (user.value = text)} autocomplete="off" />
          <Field label={t('password')} hint={t('notKept')} type="password" value={password.value} set={(text) => (password.value = text)} autocomplete="off" />
        </div>
      </Form>
      {found.value?.length === 0 && <p>{t('noneFound')}</p>}
      <div class="cards">
        {found.value?.map((camera) => (
          <section class="card" key={camera.host} aria-label={camera.name || camera.host}>
            <h3>
              {camera.name} <span class="quiet">{camera.host}</span>
            </h3>
            <Problem text={camera.problem} />
            {camera.streams.map((stream) => (
              <div key={stream.url} class="stream">
                <p>
                  {stream.chosen ? <b>{t('fits')}</b> : stream.role} · {stream.codec} {stream.width}×{stream.height}
                  <br />
                  <small>{stream.url}</small>
                </p>
                {taken.some((one) => one.url === stream.url) ? (
                  <span class="quiet">{t('watchedAlready')}</span>
                ) : (
                  <button type="button" class={stream.chosen ? 'strong' : ''} onClick={() => add({ name: nameOf(camera), url: stream.url, user: user.value })}>
                    {t('addThis')}
                  </button>
                )}
              </div>
            ))}
          </section>
        ))}
      </div>
    </section>
  );
}

const nameOf = (camera: FoundCamera): string => (camera.name || camera.host).toLowerCase().replace(/[^a-z0-9_-]+/g, '-').replace(/^[^a-z0-9]+|-+$/g, '').slice(0, 40);
