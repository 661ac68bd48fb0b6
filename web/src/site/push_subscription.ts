// This browser's subscription to notifications: asked for, made with the key of the site, and named for its owner.

export const WORKER = '/notifications-worker.js';

export interface Subscription {
  endpoint: string;
  keys: { p256dh: string; auth: string };
  label: string;
}

/** Can this browser be notified of these pages at all? */
export const canSubscribe = (): boolean =>
  'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window && window.isSecureContext;

/** URL-safe Base64, as a push service wants the key of the site. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const padded = text
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .padEnd(Math.ceil(text.length / 4) * 4, '=');
  return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
}

/** Which browser it is, in a few words: whoever removes one must know which. */
export function browserLabel(agent: string): string {
  const find = (names: [RegExp, string][]): string | undefined => names.find(([pattern]) => pattern.test(agent))?.[1];
  const browser = find([
    [/Edg/, 'Edge'],
    [/Firefox|FxiOS/, 'Firefox'],
    [/OPR/, 'Opera'],
    [/Chrome|CriOS|Chromium/, 'Chrome'],
    [/Safari/, 'Safari'],
  ]);
  const system = find([
    [/Android/, 'Android'],
    [/iPhone|iPad/, 'iOS'],
    [/Windows/, 'Windows'],
    [/Mac OS/, 'macOS'],
    [/Linux/, 'Linux'],
  ]);
  return [browser ?? 'Browser', system].filter(Boolean).join(', ');
}

/** What became of asking: a subscription, or why there is none. */
export type Outcome = Subscription | 'denied' | 'failed';

export async function subscribe(siteKey: string): Promise<Outcome> {
  if ((await Notification.requestPermission()) !== 'granted') return 'denied';
  try {
    await navigator.serviceWorker.register(WORKER);
    const worker = await navigator.serviceWorker.ready;
    const made = await worker.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: fromBase64Url(siteKey),
    });
    const { endpoint, keys } = made.toJSON();
    if (!endpoint || !keys?.p256dh || !keys.auth) return 'failed';
    return { endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth }, label: browserLabel(navigator.userAgent) };
  } catch {
    return 'failed';
  }
}
