// The settings of one camera in site.yaml, or those of a camera that is to be added.
import { useSignal } from '@preact/signals';
import { client, type Profile, request, type Settings } from './api';
import { CameraCheck } from './camera_check';
import { Field, Form, Select } from './components';
import { HideOptions, PROFILES } from './hide_options';
import { profileName, t } from './messages';
import { withErrors } from './toast';

export type CameraConfig = Settings['cameras'][number];

export interface NewCamera {
  name: string;
  url: string;
  user: string;
  password?: string;
}

interface CameraFormProps {
  settings: Settings;
  /** The camera that is changed; without it, one is added. */
  camera?: CameraConfig;
  /** What is known of the camera that is added. */
  initial?: NewCamera;
  onSaved: (saved: Settings) => void;
}

type Transport = 'tcp' | 'udp';

export function CameraForm({ settings, camera, initial, onSaved }: CameraFormProps) {
  /** A value of the camera's own; empty where the site's default applies. */
  const override = (key: 'profile' | 'max_fps' | 'transport'): string =>
    camera?.overrides.includes(key) ? String(camera.settings[key]) : '';
  const name = useSignal(camera?.display_name ?? initial?.name ?? '');
  const url = useSignal(camera?.url ?? initial?.url ?? '');
  const user = useSignal(camera?.user ?? initial?.user ?? '');
  const password = useSignal(initial?.password ?? '');
  const onvifPort = useSignal(camera?.onvif_port ? String(camera.onvif_port) : '');
  const hide = useSignal(camera?.overrides.includes('hide') ? [...(camera.settings.hide ?? [])] : null);
  const profile = useSignal(override('profile'));
  const maxFps = useSignal(override('max_fps'));
  const transport = useSignal(override('transport'));
  const { defaults, revision } = settings;
  const body = () => ({
    revision,
    ...(name.value !== (camera?.display_name ?? '') ? { display_name: name.value.trim() } : {}),
    url: url.value,
    user: user.value || null,
    ...(password.value ? { password: password.value } : {}),
    ...(onvifPort.value !== String(camera?.onvif_port ?? '')
      ? { onvif_port: onvifPort.value ? Number(onvifPort.value) : null }
      : {}),
    hide: hide.value,
    profile: (profile.value || null) as Profile | null,
    max_fps: maxFps.value ? Number(maxFps.value) : null,
    transport: (transport.value || null) as Transport | null,
  });
  const submit = () =>
    withErrors(async () => {
      const call = camera
        ? client.PUT('/api/settings/cameras/{camera}', {
            params: { path: { camera: camera.name } },
            body: body() as never,
          })
        : client.POST('/api/settings/cameras', { body: body() as never });
      onSaved(await request<Settings>(call));
    }, t('savedInFile'));
  return (
    <>
      <Form onSubmit={submit} button={t(camera ? 'save' : 'saveCamera')} label={t('camera')}>
        <Field id="camera-name" label={t('name')} hint={t('nameHint')} value={name} required maxLength={60} />
        <Field id="camera-url" label={t('url')} hint={t('urlHint')} value={url} required maxLength={500} />
        <Field label={t('user')} hint={t('optional')} value={user} autocomplete="off" maxLength={100} />
        <Field
          label={t('password')}
          hint={t(camera?.password_stored || camera?.password_env ? 'passwordKept' : 'optional')}
          type="password"
          value={password}
          autocomplete="new-password"
          maxLength={200}
        />
        <p class="quiet small">{t('passwordStored')}</p>
        <HideOptions
          value={hide.value}
          siteDefault={defaults.hide ?? []}
          onChange={(kinds) => {
            hide.value = kinds;
          }}
        />
        <Select
          label={t('profile')}
          value={profile.value}
          emptyText={t('asDefault', { value: profileName(defaults.profile ?? 'fast') })}
          options={PROFILES.map((option) => [option, profileName(option)])}
          onChange={(option) => {
            profile.value = option;
          }}
        />
        <Field
          label={t('maxFps')}
          hint={t('asDefault', { value: defaults.max_fps ?? 10 })}
          type="number"
          min="0.5"
          step="0.5"
          value={maxFps}
        />
        <Select
          label={t('transport')}
          value={transport.value}
          emptyText={t('asDefault', { value: (defaults.transport ?? 'tcp').toUpperCase() })}
          options={[
            ['tcp', 'TCP'],
            ['udp', 'UDP'],
          ]}
          onChange={(option) => {
            transport.value = option;
          }}
        />
        <Field label={t('onvifPort')} hint={t('onvifPortHint')} type="number" min="1" step="1" value={onvifPort} />
      </Form>
      {url.value && (
        <CameraCheck
          target={{
            url: url.value,
            ...(camera ? { camera: camera.name } : {}),
            ...(user.value ? { user: user.value } : {}),
            ...(password.value ? { password: password.value } : {}),
          }}
        />
      )}
      {camera && (
        <RemoveCamera camera={camera.name} title={camera.display_name} revision={revision} onSaved={onSaved} />
      )}
    </>
  );
}

interface RemoveCameraProps {
  camera: string;
  title: string;
  revision: string;
  onSaved: (saved: Settings) => void;
}

function RemoveCamera({ camera, title, revision, onSaved }: RemoveCameraProps) {
  const remove = () => {
    if (!confirm(t('removeCameraSure', { camera: title }))) return;
    void withErrors(async () => {
      const params = { path: { camera }, query: { revision } };
      onSaved(await request<Settings>(client.DELETE('/api/settings/cameras/{camera}', { params })));
    }, t('savedInFile'));
  };
  return (
    <p>
      <button type="button" onClick={remove}>
        {t('removeCamera')}
      </button>
    </p>
  );
}
