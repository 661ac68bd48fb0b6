// Messages at the edge of the page, and what becomes of errors.
import { ApiError } from './api';
import * as store from './store';

export function toast(text: string, bad = false, details: string | null = null): void {
  store.toast.value = { text, bad, details };
}

/** Any error that the server did not word itself is a failed connection. */
export function toastError(error: unknown): void {
  if (error instanceof ApiError) toast(error.message, true, error.details);
  else store.connectionLost.value = true;
}

/** Runs `work`; what it throws is shown as a message, and null comes back. */
export async function withErrors<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) store.loggedOut.value = true;
    toastError(error);
    return null;
  }
}
