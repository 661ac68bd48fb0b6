// The cameras of the site: their settings, testing them, finding others on the network, and adding one.
import { useSignal } from '@preact/signals';
import { client, type FoundCamera, request, type Settings } from '../api';
import { CameraCheck } from '../camera_check';
import { type CameraConfig, CameraForm, type NewCamera } from '../camera_form';
import { Dialog, ErrorNote, Field, Form, Page } from '../components';
import { hideName, t } from '../messages';
import { QueryStatus, useQuery } from '../query';
import { pageUrl } from '../route';
import { loadTitles } from '../titles';
import { withErrors } from '../toast';

/** How long cameras have to answer. */
const DISCOVERY_TIMEOUT_S = 4;

export default function CamerasPage() {
  const query = useQuery(() => request<Settings>(client.GET('/api/settings')), []);
  const settings = query.data.value;
  const edited = useSignal<CameraConfig | null>(null);
  const added = useSignal<NewCamera | null>(null);
  const close = () => {
    edited.value = added.value = null;
  };
  const replace = (saved: Settings) => {
    query.data.value = saved;
    void loadTitles();
    close();
  };
  const add = (camera: NewCamera) => {
    added.value = camera;
  };
  return (
    <Page
      title={t('cameras')}
      tools={
        <button type="button" class="strong" onClick={() => add({ name: '', url: '', user: '' })}>
          {t('addCamera')}
        </button>
      }
    >
      <QueryStatus query={query} />
      <ErrorNote text={settings?.write_problem ?? null} />
      <ErrorNote text={settings?.password_problem ?? null} />
      {settings && !settings.hot_reload && <p class="note">{t('restartNeeded')}</p>}
      <div class="cards">
        {settings?.cameras.map((camera) => (
          <CameraCard
            key={camera.name}
            camera={camera}
            edit={() => {
              edited.value = camera;
            }}
          />
        ))}
      </div>
      <CameraDiscovery known={settings?.cameras ?? []} add={add} />
      {settings && edited.value && (
        <Dialog title={t('editCamera', { camera: edited.value.display_name })} close={close}>
          <CameraForm settings={settings} camera={edited.value} onSaved={replace} />
        </Dialog>
      )}
      {settings && added.value && (
        <Dialog title={t('addCamera')} close={close}>
          <CameraForm settings={settings} initial={added.value} onSaved={replace} />
        </Dialog>
      )}
    </Page>
  );
}

function CameraCard({ camera, edit }: { camera: CameraConfig; edit: () => void }) {
  const { name, display_name, url, user, password_env, password_stored, settings } = camera;
  return (
    <section class="card" aria-label={name}>
      <h3>{display_name}</h3>
      <dl>
        <dt>{t('url')}</dt>
        <dd>{url}</dd>
        {user && (
          <>
            <dt>{t('user')}</dt>
            <dd>{userText(user, password_env, password_stored)}</dd>
          </>
        )}
        <dt>{t('hides')}</dt>
        <dd>{(settings.hide ?? []).map(hideName).join(', ')}</dd>
      </dl>
      <CameraCheck target={{ camera: name }} />
      <div class="buttons">
        <button type="button" onClick={edit}>
          {t('edit')}
        </button>
        <a class="button" href={pageUrl('zones', name)}>
          {t('zones')}
        </a>
      </div>
    </section>
  );
}

function userText(user: string, variable: string | null, stored: boolean): string {
  if (variable) return t('userPassword', { user, variable });
  return stored ? t('userPasswordStored', { user }) : user;
}

interface CameraDiscoveryProps {
  known: readonly CameraConfig[];
  add: (camera: NewCamera) => void;
}

function CameraDiscovery({ known, add }: CameraDiscoveryProps) {
  const found = useSignal<FoundCamera[] | null>(null);
  const [host, user, password] = [useSignal(''), useSignal(''), useSignal('')];
  const submit = () =>
    withErrors(async () => {
      const body = {
        timeout_s: DISCOVERY_TIMEOUT_S,
        host: host.value || null,
        user: user.value || null,
        password: password.value || null,
      };
      found.value = await request<FoundCamera[]>(client.POST('/api/network/discover', { body }));
    });
  const urls = new Set(known.map(({ url }) => url));
  return (
    <section aria-label={t('findCameras')}>
      <h3>{t('findCameras')}</h3>
      <p class="quiet">{t('findHow')}</p>
      <Form onSubmit={submit} button={t('find')} label={t('findCameras')}>
        <div class="columns">
          <Field label={t('findAt')} hint={t('optional')} value={host} />
          <Field label={t('user')} hint={t('optional')} value={user} autocomplete="off" />
          <Field label={t('password')} hint={t('notStored')} type="password" value={password} autocomplete="off" />
        </div>
      </Form>
      {found.value?.length === 0 && <p>{t('noneFound')}</p>}
      <div class="cards">
        {found.value?.map((camera) => (
          <FoundCard
            key={camera.host}
            camera={camera}
            known={urls}
            add={(url) => add({ name: camera.name || camera.host, url, user: user.value, password: password.value })}
          />
        ))}
      </div>
    </section>
  );
}

interface FoundCardProps {
  camera: FoundCamera;
  known: ReadonlySet<string>;
  add: (url: string) => void;
}

function FoundCard({ camera, known, add }: FoundCardProps) {
  return (
    <section class="card" aria-label={camera.name || camera.host}>
      <h3>
        {camera.name} <span class="quiet">{camera.host}</span>
      </h3>
      <ErrorNote text={camera.problem} />
      {camera.streams.map((stream) => (
        <div key={stream.url} class="stream">
          <p>
            {stream.recommended ? <b>{t('suitable')}</b> : stream.role} · {stream.codec} {stream.width}×{stream.height}
            <br />
            <small>{stream.url}</small>
          </p>
          {known.has(stream.url) ? (
            <span class="quiet">{t('alreadyAdded')}</span>
          ) : (
            <button type="button" class={stream.recommended ? 'strong' : ''} onClick={() => add(stream.url)}>
              {t('addStream')}
            </button>
          )}
        </div>
      ))}
    </section>
  );
}
