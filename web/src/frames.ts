// Pictures of frames, kept in memory only. Playing asks ahead; an edit makes all masked ones old.
import { pictureAddress } from './api';

const KEPT = 90;
/** The server decodes one jump at a time, and does not see when a picture is not wanted any more: what is asked for at
 * once is what somebody who drags the timeline has to wait for before the frame they stop at. */
const AT_ONCE = 2;

type Key = string;

export class Frames {
  private kept = new Map<Key, ImageBitmap>();
  private wanted: Key[] = [];
  private flying = new Set<Key>();
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

  /** These are wanted, in this order; what was wanted before, is not any more and was not asked for yet, is not fetched. */
  want(keys: Key[]): void {
    this.wanted = keys.filter((key) => !this.kept.has(key) && !this.flying.has(key));
    this.fetchMore();
  }

  private fetchMore(): void {
    while (this.flying.size < AT_ONCE) {
      const key = this.wanted.shift();
      if (key === undefined) return;
      this.flying.add(key);
      void this.fetch(key);
    }
  }

  private async fetch(key: Key): Promise<void> {
    try {
      const response = await fetch(key, { cache: 'no-store' });
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
      if (++this.failures < 5) window.setTimeout(() => this.arrived(), 500);
    } finally {
      this.flying.delete(key);
      this.fetchMore();
    }
  }
}

export { pictureAddress };
