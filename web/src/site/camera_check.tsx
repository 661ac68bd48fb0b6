// Tests a camera before it is relied upon: what would be recorded is shown, masked.
import { useSignal } from '@preact/signals';
import { type CameraTest, client, request } from './api';
import { ErrorNote, Form } from './components';
import { t } from './messages';
import { withErrors } from './toast';

/** A camera of the site by its name, or one that is not there yet by its address. */
export interface CameraCheckProps {
  target: { camera?: string; url?: string; user?: string; password?: string };
}

export function CameraCheck({ target }: CameraCheckProps) {
  const result = useSignal<CameraTest | null>(null);
  const submit = () =>
    withErrors(async () => {
      result.value = null;
      result.value = await request<CameraTest>(client.POST('/api/network/check-camera', { body: target }));
    });
  const checked = result.value;
  return (
    <>
      <Form onSubmit={submit} button={t('testCamera')} strong={false} label={t('testCamera')} />
      {checked?.problem && <ErrorNote text={checked.problem} />}
      {checked && !checked.problem && (
        <figure>
          <img src={checked.still ?? ''} alt={t('testStill')} />
          <figcaption>
            {t('testOk', { width: checked.width, height: checked.height, rate: checked.fps.toFixed(0) })}
          </figcaption>
        </figure>
      )}
    </>
  );
}
