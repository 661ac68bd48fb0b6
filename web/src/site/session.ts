// Who is logged in, and what they may do. A session that is over shows the way in, whatever page one is on.
import { signal } from '@preact/signals';
import { ask, client, needed, type Right, type SessionTold, type WaysIn } from './api';

export const me = signal<SessionTold | null>(null);
export const ways = signal<WaysIn | null>(null);
/** Has it been asked who is logged in? */
export const known = signal(false);

export const may = (right: Right): boolean => me.value?.rights.includes(right) ?? false;

export async function enter(): Promise<void> {
  try {
    me.value = await ask<SessionTold>(client.GET('/api/session'));
    needed.value = me.value.owes ?? (me.value.purpose === null ? 'purpose' : null);
  } catch {
    me.value = null;
    ways.value = await ask<WaysIn>(client.GET('/api/login')).catch(() => null);
  }
  known.value = true;
}

needed.subscribe((what) => {
  if (what === 'login' && me.value) void enter();
});

export async function state(purpose: string): Promise<void> {
  me.value = await ask<SessionTold>(client.PUT('/api/session/purpose', { body: { purpose } }));
  needed.value = me.value.owes;
}

export async function leave(): Promise<void> {
  await ask<unknown>(client.POST('/api/logout')).catch(() => undefined);
  me.value = null;
  await enter();
}
