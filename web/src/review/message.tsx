// The message about what was done or went wrong. It has a row of its own wherever there are controls, and covers none.
import { useEffect } from 'preact/hooks';
import * as store from './store';

const SHOWN_MS = 4000;

interface MessageProps {
  /** Only what went wrong, or only what did not: on the picture, what is gone soon lies on it, so that it stays put. */
  only?: 'bad' | 'good';
  onPicture?: boolean;
}

export function Message({ only, onPicture = false }: MessageProps) {
  const toast = store.toast.value;
  const message = toast && (!only || toast.bad === (only === 'bad')) ? toast : null;
  return (
    <div
      class={`message ${message?.bad ? 'bad' : ''} ${onPicture ? 'on-picture' : ''}`}
      role={only === 'bad' || message?.bad ? 'alert' : 'status'}
      aria-live="polite"
    >
      {message?.text}
      {message?.details && <span lang="en"> {message.details}</span>}
    </div>
  );
}

/** Errors stay until the next message. */
export function useMessageEnd(): void {
  const message = store.toast.value;
  useEffect(() => {
    if (!message || message.bad) return;
    const timer = window.setTimeout(() => {
      store.toast.value = null;
    }, SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [message]);
}
