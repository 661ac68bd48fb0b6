// Light or dark, as a signal: what is drawn on a canvas, and not styled, has to be redrawn when it changes.
import { signal } from '@preact/signals';

const STORAGE_KEY = 'passerby-theme';
const systemDark = matchMedia('(prefers-color-scheme: dark)');

/** What the person chose; empty: as the system has it. */
export const theme = signal<'light' | 'dark' | ''>('');
export const dark = signal(systemDark.matches);
systemDark.addEventListener('change', (event) => {
  dark.value = event.matches;
});

function setTheme(next: 'light' | 'dark'): void {
  document.documentElement.dataset.theme = next;
  theme.value = next;
  localStorage.setItem(STORAGE_KEY, next);
}

export function toggleTheme(): void {
  const current = theme.value || (dark.value ? 'dark' : 'light');
  setTheme(current === 'dark' ? 'light' : 'dark');
}

export function restoreTheme(): void {
  const stored = localStorage.getItem(STORAGE_KEY);
  if (stored === 'light' || stored === 'dark') setTheme(stored);
}
