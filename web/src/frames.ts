// Pictures of frames, kept in memory only. Playing asks ahead; an edit makes all masked ones old.
import { pictureAddress } from './api';

const KEPT = 90;
const AT_ONCE = 3;

type Key = string;

export class Frames {
  private kept = new Map<Key, ImageBitmap>();
  private wanted: Key[] = [];
  private flying = new Map<Key, AbortController>();
  private failures = 0;

  constructor(private readonly arrived: () => void) {}

  get(key: Key): ImageBitmap | undefined {
    const picture = this.kept.get(key);
    if (picture) {
      this.kept.delete(key);
      this.kept.set(key, picture); // the newest used is kept longest
    }
    return picture;
  }

  /** These are wanted, in this order; what was wanted before and is not any more is not fetched. */
  want(keys: Key[]): void {
    this.wanted = keys.filter((key) => !this.kept.has(key) && !this.flying.has(key));
    for (const [key, flight] of this.flying) {
      if (!keys.includes(key)) {
        flight.abort();
        this.flying.delete(key);
      }
    }
    this.fetchMore();
  }

  private fetchMore(): void {
    while (this.flying.size < AT_ONCE) {
      const key = this.wanted.shift();
      if (key === undefined) return;
      const flight = new AbortController();
      this.flying.set(key, flight);
      void this.fetch(key, flight);
    }
  }

  private async fetch(key: Key, flight: AbortController): Promise<void> {
    try {
      const response = await fetch(key, { signal: flight.signal, cache: 'no-store' });
      if (!response.ok) throw new Error(response.statusText);
      const picture = await createImageBitmap(await response.blob());
      this.kept.set(key, picture);
      this.failures = 0;
      while (this.kept.size > KEPT) {
        const oldest = this.kept.keys().next().value as Key;
        this.kept.get(oldest)?.close();
        this.kept.delete(oldest);
      }
      this.arrived();
    } catch {
      if (!flight.signal.aborted && ++this.failures < 5) window.setTimeout(() => this.arrived(), 500);
    } finally {
      if (this.flying.get(key) === flight) this.flying.delete(key);
      this.fetchMore();
    }
  }
}

export { pictureAddress };
