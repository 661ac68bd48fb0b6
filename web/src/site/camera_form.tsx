// What the file says of one camera, to be changed; and what it would say of a new one.
import { useSignal } from '@preact/signals';
import { ask, client, type Profile, type SettingsTold } from './api';
import { Try } from './cameras';
import { HideChoice, PROFILES } from './hiding';
import { profileName, t } from './messages';
import { attempt, Field, Form, Select } from './parts';

type Written = SettingsTold['cameras'][number];

export function CameraForm({ settings, camera, first, set }: { settings: SettingsTold; camera?: Written; first?: { name: string; url: string; user: string }; set: (next: SettingsTold) => void }) {
  const own = (key: string) => camera?.own.includes(key) ?? false;
  const name = useSignal(camera?.name ?? first?.name ?? '');
  const url = useSignal(camera?.url ?? first?.url ?? '');
  const user = useSignal(camera?.user ?? first?.user ?? '');
  const variable = useSignal(camera?.password_from ?? '');
  const hide = useSignal(own('hide') ? [...(camera?.settings.hide ?? [])] : null);
  const profile = useSignal<string>(own('profile') ? (camera?.settings.profile ?? '') : '');
  const rate = useSignal(own('frames_a_second') ? String(camera?.settings.frames_a_second) : '');
  const transport = useSignal<string>(own('transport') ? (camera?.settings.transport ?? '') : '');
  const wish = () => ({
    revision: settings.revision,
    url: url.value,
    user: user.value || null,
    password_from: variable.value || null,
    hide: hide.value,
    profile: (profile.value || null) as Profile | null,
    frames_a_second: rate.value ? Number(rate.value) : null,
    transport: (transport.value || null) as 'tcp' | 'udp' | null,
  });
  const submit = () =>
    attempt(async () => {
      const call = camera
        ? client.PUT('/api/settings/cameras/{camera}', { params: { path: { camera: camera.name } }, body: wish() as never })
        : client.POST('/api/settings/cameras', { body: { ...wish(), name: name.value } as never });
      set(await ask<SettingsTold>(call));
    }, t('savedInFile'));
  const remove = () =>
    camera &&
    confirm(t('removeCameraSure', { camera: camera.name })) &&
    void attempt(async () => {
      const params = { path: { camera: camera.name }, query: { revision: settings.revision } };
      set(await ask<SettingsTold>(client.DELETE('/api/settings/cameras/{camera}', { params })));
    }, t('savedInFile'));
  return (
    <>
      <Form submit={submit} button={t(camera ? 'saveInFile' : 'watchIt')} label={t('camera')}>
        {!camera && <Field id="camera-name" label={t('name')} hint={t('nameHint')} value={name.value} set={(text) => (name.value = text)} required maxLength={40} />}
        <Field id="camera-url" label={t('url')} hint={t('urlHint')} value={url.value} set={(text) => (url.value = text)} required maxLength={500} />
        <Field label={t('user')} hint={t('optional')} value={user.value} set={(text) => (user.value = text)} autocomplete="off" maxLength={100} />
        <Field label={t('passwordFrom')} hint={t('passwordFromHint')} value={variable.value} set={(text) => (variable.value = text)} maxLength={100} />
        <HideChoice value={hide.value} otherwise={settings.defaults.hide ?? []} set={(next) => (hide.value = next)} />
        <Select label={t('profile')} value={profile.value} none={t('asDefault', { value: profileName(settings.defaults.profile ?? 'fast') })} options={PROFILES.map((one) => [one, profileName(one)])} choose={(one) => (profile.value = one)} />
        <Field label={t('rate')} hint={t('asDefault', { value: settings.defaults.frames_a_second ?? 10 })} type="number" min="0.5" step="0.5" value={rate.value} set={(text) => (rate.value = text)} />
        <Select label={t('transport')} value={transport.value} none={t('asDefault', { value: settings.defaults.transport ?? 'tcp' })} options={[['tcp', 'TCP'], ['udp', 'UDP']]} choose={(one) => (transport.value = one)} />
      </Form>
      {!camera && url.value && <Try what={{ url: url.value, ...(user.value ? { user: user.value } : {}) }} />}
      {camera && (
        <p>
          <button type="button" onClick={remove}>{t('removeCamera')}</button>
        </p>
      )}
    </>
  );
}
