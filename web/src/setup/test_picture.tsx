// A test picture of a camera: masked, as it would be recorded. It takes up to a minute, so it says so.
import { useSignal } from '@preact/signals';
import { request } from '../site/api';
import { ErrorNote, Form } from '../site/components';
import { t } from '../site/messages';
import { attempt, type CameraCheck, client } from './api';

interface TestPictureProps {
  target: { name?: string; url: string; user?: string | null; password?: string | null };
  /** What is saved before; false where that failed. */
  before?: () => Promise<boolean>;
  /** How the check went. */
  onChecked?: (check: CameraCheck) => void;
}

export function TestPicture({ target, before, onChecked }: TestPictureProps) {
  const check = useSignal<CameraCheck | null>(null);
  const submit = async () => {
    check.value = null;
    if (before && !(await before())) return;
    await attempt(async () => {
      check.value = await request<CameraCheck>(client.POST('/api/setup/check-camera', { body: target }));
      onChecked?.(check.value);
    });
  };
  const done = check.value;
  return (
    <>
      <Form onSubmit={submit} button={t('setupTest')} strong={!done} label={t('setupTest')}>
        <p class="quiet">{t('setupTestTakes')}</p>
      </Form>
      <div aria-live="polite">
        {done?.problem && <ErrorNote text={done.problem} />}
        {done && !done.problem && (
          <figure class="test">
            <img src={done.still ?? ''} alt={t('testStill')} />
            <figcaption>
              {t('testOk', { width: done.width, height: done.height, rate: done.fps.toFixed(0) })} {t('setupLookAtIt')}
            </figcaption>
          </figure>
        )}
      </div>
    </>
  );
}
