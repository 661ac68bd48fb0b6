// Which page is shown: the part of the address after #, as #/cameras/gate?at=12. The server need not know of it.
import { computed, signal } from '@preact/signals';

const hash = signal(location.hash);
window.addEventListener('hashchange', () => (hash.value = location.hash));

export interface Route {
  /** The first word: which page. */
  page: string;
  /** The second: of which camera. */
  about: string;
  query: URLSearchParams;
}

export const route = computed((): Route => {
  const [path = '', query = ''] = hash.value.replace(/^#\/?/, '').split('?');
  const [page = '', about = ''] = path.split('/').map(decodeURIComponent);
  return { page: page || 'live', about, query: new URLSearchParams(query) };
});

export function address(page: string, about = '', query: Record<string, string | number> = {}): string {
  const asked = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString();
  return `#/${page}${about ? `/${encodeURIComponent(about)}` : ''}${asked ? `?${asked}` : ''}`;
}

export const go = (page: string, about = '', query: Record<string, string | number> = {}): void => {
  location.hash = address(page, about, query);
};
