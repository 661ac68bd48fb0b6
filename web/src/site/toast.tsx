// Messages at the edge of the page, and what becomes of errors.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError } from './api';
import { t } from './messages';

const TOAST_MS = 5000;

const message = signal<{ text: string; bad: boolean } | null>(null);

export function toast(text: string, bad = false): void {
  message.value = { text, bad };
}

/** What a person can read of an error. Any error that the server did not word itself is a failed connection. */
export const errorMessage = (error: unknown): string => (error instanceof ApiError ? error.message : t('unreachable'));

/** Is it an error that another page takes care of, such as the login page? */
export const isRequiredStep = (error: unknown): boolean => error instanceof ApiError && !!error.needs;

/** Runs `work`; what it throws is shown as a message. True when it threw nothing; `done` is then shown. */
export async function withErrors(work: () => Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await work();
    if (done) toast(done);
    return true;
  } catch (error) {
    if (!isRequiredStep(error)) toast(errorMessage(error), true);
    return false;
  }
}

/** Errors stay until they are closed. */
export function Toast() {
  const current = message.value;
  const clear = () => {
    message.value = null;
  };
  useEffect(() => {
    if (!current || current.bad) return;
    const timer = window.setTimeout(clear, TOAST_MS);
    return () => window.clearTimeout(timer);
  }, [current]);
  return (
    <div
      class={`message site-message ${current?.bad ? 'bad' : ''}`}
      role={current?.bad ? 'alert' : 'status'}
      aria-live="polite"
    >
      {current && (
        <>
          {current.text}{' '}
          <button type="button" aria-label={t('close')} onClick={clear}>
            ×
          </button>
        </>
      )}
    </div>
  );
}
