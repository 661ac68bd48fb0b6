// Data that a page fetches and keeps up to date.
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ErrorNote } from './components';
import { t } from './messages';
import { errorMessage, isRequiredStep } from './toast';

export interface Query<T> {
  data: Signal<T | null>;
  error: Signal<string | null>;
  refresh: () => Promise<void>;
}

/** Fetches when `deps` change, and every `intervalS` seconds while the tab is visible. */
export function useQuery<T>(fetchData: () => Promise<T>, deps: unknown[], intervalS = 0): Query<T> {
  const data = useSignal<T | null>(null);
  const error = useSignal<string | null>(null);
  const latestCall = useRef(0);
  const latestFetch = useRef(fetchData);
  latestFetch.current = fetchData;
  const refresh = async () => {
    latestCall.current += 1;
    const call = latestCall.current;
    try {
      const result = await latestFetch.current();
      if (call !== latestCall.current) return;
      data.value = result;
      error.value = null;
    } catch (cause) {
      if (call === latestCall.current && !isRequiredStep(cause)) error.value = errorMessage(cause);
    }
  };
  useEffect(() => {
    void refresh();
    const timer = intervalS ? window.setInterval(() => document.hidden || void refresh(), intervalS * 1000) : 0;
    return () => {
      latestCall.current += 1; // an answer that is still on its way is dropped
      window.clearInterval(timer);
    };
  }, deps);
  return { data, error, refresh };
}

/** Loading, or why there is nothing; once there is something, that the last refresh has failed. */
export function QueryStatus({ query }: { query: Query<unknown> }) {
  if (query.error.value) return <ErrorNote text={query.error.value} />;
  return query.data.value === null ? <p class="quiet">{t('loading')}</p> : null;
}
