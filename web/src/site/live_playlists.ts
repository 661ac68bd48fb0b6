// The playlists of all live pictures of a page, waited for in one request. A low-latency player asks for the next version
// of its playlist, and the server answers once there is one; but a browser opens six connections to one host, so from
// the sixth picture on nothing else would be loaded.
import type { Loader, LoaderCallbacks, LoaderConfiguration, LoaderStats, PlaylistLoaderContext } from 'hls.js';

/** A request that failed is made again after this long. */
const RETRY_MS = 1000;

interface Waiting {
  camera: string;
  /** `camera:segment:part`, or the camera alone. */
  part: string;
  found: (playlist: string | null) => void;
}

/** Asks for playlists by camera; null for a camera that is not there any more. */
export type AskTogether = (parts: string[]) => Promise<Record<string, string | null>>;

/** Collects what is waited for, and asks for all of it with one request at a time. */
export class SharedPlaylists {
  private readonly waiting = new Set<Waiting>();
  private asking = false;

  constructor(private readonly ask: AskTogether) {}

  /** `found` is called once, unless the returned function is called before. */
  wait(camera: string, part: string, found: Waiting['found']): () => void {
    const entry = { camera, part, found };
    this.waiting.add(entry);
    if (!this.asking) void this.askAll();
    return () => this.waiting.delete(entry);
  }

  private async askAll(): Promise<void> {
    this.asking = true;
    await Promise.resolve(); // whoever else waits from now on is in the same request
    while (this.waiting.size) {
      const asked = [...this.waiting];
      try {
        const answer = await this.ask(asked.map((entry) => entry.part));
        for (const entry of asked) this.deliver(entry, answer[entry.camera]);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    this.asking = false;
  }

  private deliver(entry: Waiting, playlist: string | null | undefined): void {
    if (playlist !== undefined && this.waiting.delete(entry)) entry.found(playlist);
  }
}

const shared = new SharedPlaylists(async (parts) => {
  const query = parts.map((part) => `part=${encodeURIComponent(part)}`).join('&');
  const answer = await fetch(`/api/live/playlists?${query}`);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
});

/** What a player waits for, of the address of a playlist. */
export function wantedPart(url: string): { camera: string; part: string } | null {
  const { pathname, searchParams } = new URL(url, 'http://page/');
  const camera = /^\/api\/live\/([^/]+)\/live\.m3u8$/.exec(pathname)?.[1];
  if (!camera) return null;
  const segment = searchParams.get('_HLS_msn');
  const part = segment === null ? camera : `${camera}:${segment}:${searchParams.get('_HLS_part') ?? 0}`;
  return { camera: decodeURIComponent(camera), part: decodeURIComponent(part) };
}

const timing = () => ({ start: 0, first: 0, end: 0 });

/** hls.js loads playlists with this. */
export class SharedPlaylistLoader implements Loader<PlaylistLoaderContext> {
  context: PlaylistLoaderContext | null = null;
  stats: LoaderStats = {
    aborted: false,
    loaded: 0,
    retry: 0,
    total: 0,
    chunkCount: 0,
    bwEstimate: 0,
    loading: timing(),
    parsing: { start: 0, end: 0 },
    buffering: timing(),
  };
  private stop: (() => void) | null = null;
  private timer: number | undefined;
  private callbacks: LoaderCallbacks<PlaylistLoaderContext> | null = null;

  load(
    context: PlaylistLoaderContext,
    { loadPolicy }: LoaderConfiguration,
    callbacks: LoaderCallbacks<PlaylistLoaderContext>,
  ): void {
    this.context = context;
    this.callbacks = callbacks;
    this.stats.loading.start = performance.now();
    const wanted = wantedPart(context.url);
    if (!wanted) {
      callbacks.onError({ code: 404, text: 'not a live playlist' }, context, null, this.stats);
      return;
    }
    this.timer = window.setTimeout(() => {
      this.end();
      callbacks.onTimeout(this.stats, context, null);
    }, loadPolicy.maxLoadTimeMs);
    this.stop = shared.wait(wanted.camera, wanted.part, (playlist) => {
      this.end();
      const { stats } = this;
      stats.loading.first = stats.loading.end = performance.now();
      if (playlist === null) {
        callbacks.onError({ code: 404, text: 'no such camera' }, context, null, stats);
        return;
      }
      stats.loaded = stats.total = playlist.length;
      callbacks.onSuccess(
        { url: new URL(context.url, location.href).href, data: playlist, code: 200 },
        stats,
        context,
        null,
      );
    });
  }

  abort(): void {
    if (this.stop) {
      this.stats.aborted = true;
      this.end();
      if (this.context) this.callbacks?.onAbort?.(this.stats, this.context, null);
    }
  }

  destroy(): void {
    this.end();
    this.callbacks = null;
  }

  private end(): void {
    window.clearTimeout(this.timer);
    this.stop?.();
    this.stop = null;
  }
}
