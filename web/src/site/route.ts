// Which page is shown: the fragment of the address, as #/camera/gate?at=12. It is not sent to the server.
import { computed, signal } from '@preact/signals';

export interface Route {
  page: string;
  /** The camera that the page is about; empty when it is about none. */
  camera: string;
  query: URLSearchParams;
}

export function parseRoute(fragment: string): Route {
  const [path = '', query = ''] = fragment.replace(/^#\/?/, '').split('?');
  const [page = '', camera = ''] = path.split('/').map(decodeURIComponent);
  return { page: page || 'live', camera, query: new URLSearchParams(query) };
}

export function pageUrl(page: string, camera = '', query: Record<string, string | number> = {}): string {
  const values = Object.entries(query).map(([name, value]) => [name, String(value)]);
  const text = new URLSearchParams(values).toString();
  return `#/${page}${camera ? `/${encodeURIComponent(camera)}` : ''}${text ? `?${text}` : ''}`;
}

const fragment = signal(globalThis.location?.hash ?? '');
globalThis.addEventListener?.('hashchange', () => {
  fragment.value = location.hash;
});

export const route = computed(() => parseRoute(fragment.value));

export function navigate(page: string, camera = '', query: Record<string, string | number> = {}): void {
  location.hash = pageUrl(page, camera, query);
}
