// Says at once that the server is gone, and that it is there again. What was typed stays in its fields.
import { useEffect } from 'preact/hooks';
import { t } from './messages';
import { toast } from './notify';
import * as store from './store';

/** How often the server is asked whether it is there. */
const HEARTBEAT_MS = 2000;

async function isThere(): Promise<boolean> {
  try {
    await fetch('/api/session', { cache: 'no-store' });
    return true;
  } catch {
    return false;
  }
}

export function ConnectionBanner() {
  useEffect(() => {
    const timer = window.setInterval(() => {
      void isThere().then((there) => {
        if (there && store.connectionLost.value) toast(t('connected'));
        store.connectionLost.value = !there;
      });
    }, HEARTBEAT_MS);
    return () => window.clearInterval(timer);
  }, []);
  if (!store.connectionLost.value) return null;
  return (
    <div class="connection-lost" role="alert">
      {t('connectionLost')}
    </div>
  );
}
