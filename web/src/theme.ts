// Light or dark, for what is drawn and not styled: it has to be drawn anew when that changes.
import { signal } from '@preact/signals';

const KEPT = 'passerby-theme';
const system = matchMedia('(prefers-color-scheme: dark)');

/** What the person chose; empty: as the system has it. */
export const theme = signal<'light' | 'dark' | ''>('');
export const dark = signal(system.matches);
system.addEventListener('change', (event) => (dark.value = event.matches));

export function setTheme(next: 'light' | 'dark'): void {
  document.documentElement.dataset['theme'] = next;
  theme.value = next;
  localStorage.setItem(KEPT, next);
}

export function switchTheme(): void {
  const now = theme.value || (dark.value ? 'dark' : 'light');
  setTheme(now === 'dark' ? 'light' : 'dark');
}

export function restoreTheme(): void {
  const kept = localStorage.getItem(KEPT);
  if (kept === 'light' || kept === 'dark') setTheme(kept);
}
