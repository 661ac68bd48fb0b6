// Who is logged in, and what they may do. When a session ends, the login page is shown, whatever page one is on.
import { signal } from '@preact/signals';
import { client, type LoginMethods, type Right, request, requiredStep, type Session } from './api';
import { setTimeZone } from './datetime';
import { applyLanguage } from './language';

export const session = signal<Session | null>(null);
export const loginMethods = signal<LoginMethods | null>(null);
/** Has the server answered whether somebody is logged in? */
export const sessionLoaded = signal(false);

export const can = (right: Right): boolean => session.value?.rights.includes(right) ?? false;

export async function loadSession(): Promise<void> {
  try {
    session.value = await request<Session>(client.GET('/api/session'));
    requiredStep.value = session.value.must_set_up ?? (session.value.purpose === null ? 'purpose' : null);
  } catch {
    session.value = null;
    loginMethods.value = await request<LoginMethods>(client.GET('/api/login')).catch(() => null);
  }
  sessionLoaded.value = true;
}

/** Times are those of the site. */
session.subscribe((current) => setTimeZone(current?.timezone));
session.subscribe((current) => applyLanguage(current?.language));

requiredStep.subscribe((step) => {
  if (step === 'login' && session.value) void loadSession();
});

export async function setPurpose(purpose: string): Promise<void> {
  session.value = await request<Session>(client.PUT('/api/session/purpose', { body: { purpose } }));
  requiredStep.value = session.value.must_set_up;
}

export async function logOut(): Promise<void> {
  await request<unknown>(client.POST('/api/logout')).catch(() => undefined);
  session.value = null;
  await loadSession();
}
