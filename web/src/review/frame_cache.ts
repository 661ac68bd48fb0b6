// Decoded frames, kept in memory only and fetched ahead of playback.

/** A frame of 1280 × 720 takes 3.7 MB decoded: 90 of them a third of a gigabyte. */
const MAX_CACHED = 90;
/** The server decodes one seek at a time, and does not notice when a frame is no longer wanted: whatever is in flight is
 * what somebody who drags the timeline waits for before the frame they stop at. */
const MAX_REQUESTS = 2;
/** After this many failures in a row nothing is tried again until somebody moves. */
const MAX_FAILURES = 5;
const RETRY_MS = 500;

/** A least-recently-used cache of frames by URL. `onLoad` is called when one has arrived, and to retry after a failure;
 * `onFailure` with the first failure of several in a row: a file that is gone is said once. */
export class FrameCache {
  private readonly cached = new Map<string, ImageBitmap>();
  private queued: string[] = [];
  private readonly inFlight = new Set<string>();
  private failures = 0;

  constructor(
    private readonly onLoad: () => void,
    private readonly load: (url: string) => Promise<ImageBitmap>,
    private readonly onFailure: (error: unknown) => void = () => undefined,
  ) {}

  get(url: string): ImageBitmap | undefined {
    const bitmap = this.cached.get(url);
    if (bitmap) {
      this.cached.delete(url);
      this.cached.set(url, bitmap); // now the most recently used
    }
    return bitmap;
  }

  /** Fetches these, in this order. What was queued before and is not requested yet is dropped. */
  prefetch(urls: string[]): void {
    this.queued = urls.filter((url) => !this.cached.has(url) && !this.inFlight.has(url));
    this.fetchQueued();
  }

  private fetchQueued(): void {
    while (this.inFlight.size < MAX_REQUESTS) {
      const url = this.queued.shift();
      if (url === undefined) return;
      this.inFlight.add(url);
      void this.fetch(url);
    }
  }

  private async fetch(url: string): Promise<void> {
    try {
      this.cached.set(url, await this.load(url));
      this.failures = 0;
      this.evict();
      this.onLoad();
    } catch (error) {
      this.failures += 1;
      if (this.failures === 1) this.onFailure(error);
      if (this.failures < MAX_FAILURES) setTimeout(() => this.onLoad(), RETRY_MS);
    } finally {
      this.inFlight.delete(url);
      this.fetchQueued();
    }
  }

  private evict(): void {
    while (this.cached.size > MAX_CACHED) {
      const oldest = this.cached.keys().next().value as string;
      this.cached.get(oldest)?.close();
      this.cached.delete(oldest);
    }
  }
}
