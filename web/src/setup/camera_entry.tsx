// One camera: its name and login, the test picture, and then that it is added.
import { type Signal, useSignal } from '@preact/signals';
import { Field, Form } from '../site/components';
import { t } from '../site/messages';
import { type CameraCheck, change, client } from './api';
import { TestPicture } from './test_picture';

export interface EnteredCamera {
  /** Of one that was added before. */
  name?: string;
  title: string;
  url: string;
  user: string;
  password: string;
}

interface CameraEntryProps {
  camera: EnteredCamera;
  /** Remembered for the next camera. */
  login: { user: Signal<string>; password: Signal<string> };
  close: () => void;
}

export function CameraEntry({ camera, login, close }: CameraEntryProps) {
  const [title, url] = [useSignal(camera.title), useSignal(camera.url)];
  const [user, password] = [useSignal(camera.user), useSignal(camera.password)];
  const check = useSignal<CameraCheck | null>(null);
  const target = () => ({
    ...(camera.name ? { name: camera.name } : {}),
    url: url.value,
    user: user.value || null,
    password: password.value || null,
  });
  const add = async () => {
    const body = { ...target(), display_name: title.value.trim() || null };
    if (!(await change(client.POST('/api/setup/cameras', { body })))) return;
    login.user.value = user.value;
    login.password.value = password.value;
    close();
  };
  const tested = check.value !== null;
  const works = tested && !check.value?.problem;
  return (
    <>
      <div class="camera-fields">
        <Field
          id="camera-title"
          label={t('setupCameraName')}
          hint={t('setupCameraNameHint')}
          value={title}
          maxLength={60}
        />
        <Field id="camera-url" label={t('url')} hint={t('setupUrlHint')} value={url} required maxLength={500} />
        <div class="columns">
          <Field label={t('user')} hint={t('setupIfAsked')} value={user} autocomplete="off" maxLength={100} />
          <Field
            label={t('password')}
            hint={camera.name ? t('passwordKept') : t('setupIfAsked')}
            type="password"
            value={password}
            autocomplete="new-password"
            maxLength={200}
          />
        </div>
        <p class="quiet small">{t('setupPasswordStored')}</p>
      </div>
      {url.value.trim() ? (
        <TestPicture
          target={target()}
          onChecked={(done) => {
            check.value = done;
          }}
        />
      ) : (
        <p class="quiet">{t('setupUrlFirst')}</p>
      )}
      {url.value.trim() && (
        <Form
          onSubmit={add}
          button={t(works ? (camera.name ? 'save' : 'setupAdd') : 'setupAddAnyway')}
          strong={works}
          label={t('setupAdd')}
        >
          {!works && <p class="quiet">{t(tested ? 'setupAddBroken' : 'setupAddUntested')}</p>}
        </Form>
      )}
      <p>
        <button type="button" onClick={close}>
          {t('setupBack')}
        </button>
      </p>
    </>
  );
}
