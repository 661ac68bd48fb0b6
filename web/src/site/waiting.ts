// What waits for whoever is logged in: numbers beside the pages of the menu.
import { signal } from '@preact/signals';
import { client, request, type Waiting } from './api';
import { can } from './session';
import { loadTitles } from './titles';

export const waiting = signal<Waiting | null>(null);
const INTERVAL_MS = 10_000;

/** How many of what wait on a page of the menu; `wrong`: something is out of order. */
export function waitingOn(
  page: string,
  { clips, events, cameras }: Waiting,
): { count: number; text: WaitingText } | null {
  const found: Record<string, { count: number; text: WaitingText }> = {
    exports: { count: clips, text: 'waitingClips' },
    events: { count: events, text: 'waitingEvents' },
    live: { count: cameras, text: 'waitingCameras' },
  };
  const entry = found[page];
  return entry?.count ? entry : null;
}

export type WaitingText = 'waitingClips' | 'waitingEvents' | 'waitingCameras';

/** Ask now and then, while somebody is logged in at a site. Returns what ends it. */
export function watchWaiting(): () => void {
  const ask = async () => {
    if (document.hidden || !can('view_status')) return;
    waiting.value = await request<Waiting>(client.GET('/api/waiting')).catch(() => waiting.value);
  };
  void ask();
  void loadTitles();
  const timer = window.setInterval(() => void ask(), INTERVAL_MS);
  return () => window.clearInterval(timer);
}
