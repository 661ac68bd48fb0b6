// Plays what a camera sends, and says when it no longer does. A picture that stands still is never left standing:
// whoever uses this hides the picture while `moving` is false.
import type Hls from 'hls.js/light';

/** Milliseconds without a new picture after which what is shown is no longer true. */
export const STILL = 6000;
const LOOK = 500;

export interface Player {
  close(): void;
}

/**
 * Live pictures of `playlist` in `video`. `told(true)` when pictures move, `told(false)` when they stop; then it begins
 * again by itself, without end.
 */
export function play(video: HTMLVideoElement, playlist: string, told: (moving: boolean) => void): Player {
  let hls: Hls | null = null;
  let closed = false;
  let at = -1;
  let since = performance.now();
  let moving = false;
  let tries = 0;

  const begin = async () => {
    const { default: Library } = await import('hls.js/light');
    if (closed) return;
    hls?.destroy();
    hls = null;
    since = performance.now();
    at = -1;
    if (!Library.isSupported()) {
      video.src = playlist; // iPhones play it by themselves
      await video.play().catch(() => undefined);
      return;
    }
    // No worker: it would be made of a blob, which the page's policy does not allow, and fragments are played as they are.
    hls = new Library({ enableWorker: false, lowLatencyMode: true, backBufferLength: 10, maxLiveSyncPlaybackRate: 1.5, liveDurationInfinity: true });
    hls.on(Library.Events.ERROR, (_, error) => {
      if (!error.fatal) return;
      if (error.type === Library.ErrorTypes.MEDIA_ERROR) hls?.recoverMediaError();
    });
    hls.on(Library.Events.MANIFEST_PARSED, () => void video.play().catch(() => undefined));
    hls.loadSource(playlist);
    hls.attachMedia(video);
  };

  const look = () => {
    const now = performance.now();
    if (video.currentTime !== at && !video.paused && video.readyState >= 2) {
      at = video.currentTime;
      since = now;
      tries = 0;
      if (!moving) told((moving = true));
      return;
    }
    if (moving && now - since > STILL) told((moving = false));
    if (now - since > STILL * Math.min(8, 2 + tries)) {
      tries += 1;
      void begin();
    }
  };

  const timer = window.setInterval(look, LOOK);
  void begin();
  return {
    close() {
      closed = true;
      window.clearInterval(timer);
      hls?.destroy();
      video.removeAttribute('src');
      video.load();
    },
  };
}

/** Plays what was recorded, and tells which moment (Unix seconds) is shown. */
export interface Recorded {
  close(): void;
}

/** From second `start` (Unix) of `playlist`, a film that begins a little before it. */
export function playRecorded(video: HTMLVideoElement, playlist: string, start: number, shown: (at: number) => void, failed: () => void): Recorded {
  let hls: Hls | null = null;
  let closed = false;
  let placed = false;
  const tell = () => {
    const date = hls ? hls.playingDate : started(video);
    if (date && placed) shown(date.getTime() / 1000);
  };
  const timer = window.setInterval(tell, 100);
  const begin = async () => {
    const { default: Library } = await import('hls.js/light');
    if (closed) return;
    if (!Library.isSupported()) {
      video.src = playlist;
      video.addEventListener('loadedmetadata', () => {
        const first = started(video);
        if (first) video.currentTime = Math.max(0, start - first.getTime() / 1000);
        placed = true;
        void video.play().catch(() => undefined);
      }, { once: true });
      return;
    }
    hls = new Library({ enableWorker: false, startPosition: 0 });
    hls.on(Library.Events.LEVEL_LOADED, (_, level) => {
      if (placed) return;
      const first = level.details.fragments[0]?.programDateTime;
      if (first) video.currentTime = Math.max(0, start - first / 1000);
      placed = true;
      void video.play().catch(() => undefined);
    });
    hls.on(Library.Events.ERROR, (_, error) => {
      if (!error.fatal) return;
      if (error.type === Library.ErrorTypes.MEDIA_ERROR) hls?.recoverMediaError();
      else failed();
    });
    hls.loadSource(playlist);
    hls.attachMedia(video);
  };
  void begin();
  return {
    close() {
      closed = true;
      window.clearInterval(timer);
      hls?.destroy();
      video.removeAttribute('src');
      video.load();
    },
  };
}

/** Safari knows the moment that a film began at. */
function started(video: HTMLVideoElement): Date | null {
  const known = (video as HTMLVideoElement & { getStartDate?: () => Date }).getStartDate?.();
  return known && !Number.isNaN(known.getTime()) ? new Date(known.getTime() + video.currentTime * 1000) : null;
}
