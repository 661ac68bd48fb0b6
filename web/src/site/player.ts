// Plays live and recorded video, and reports whether it moves. A live picture that stands still is not true any more:
// whoever uses playLive hides it then.
import type Hls from 'hls.js/light';
import { SharedPlaylistLoader } from './live_playlists';
import { syncStep } from './live_sync';

/** Without a new picture for this long, a live picture is taken for stopped. */
const STALL_MS = 6000;
const STALL_CHECK_MS = 500;
/** A reconnection is tried after twice `STALL_MS`, then ever later, up to this many times it. */
const MAX_RETRY_FACTOR = 8;
const POSITION_INTERVAL_MS = 100;
/** HTMLMediaElement.HAVE_CURRENT_DATA */
const HAVE_CURRENT_DATA = 2;

export interface Player {
  close(): void;
}

/** No worker: it would be made of a blob, which the page's security policy forbids. */
const COMMON_OPTIONS = { enableWorker: false };
const LIVE_OPTIONS = {
  ...COMMON_OPTIONS,
  pLoader: SharedPlaylistLoader,
  lowLatencyMode: true,
  backBufferLength: 10,
  // hls.js would stay further behind after every stall, for good, and catch up to a second only: live_sync.ts does it.
  liveSyncOnStallIncrease: 0,
  maxLiveSyncPlaybackRate: 1,
  liveDurationInfinity: true,
};

const startPlaying = (video: HTMLVideoElement) => void video.play().catch(() => undefined);

function release(video: HTMLVideoElement, hls: Hls | null): void {
  hls?.destroy();
  video.removeAttribute('src');
  video.load();
}

export interface LivePlayer extends Player {
  /** When the picture that is shown was captured, Unix seconds; null where that is not known. */
  capturedAt: () => number | null;
}

/**
 * Plays the live pictures of an HLS playlist. `onMoving(true)` is called when pictures move, `onMoving(false)` when they
 * stop; it then reconnects by itself, without end.
 */
export function playLive(video: HTMLVideoElement, playlist: string, onMoving: (moving: boolean) => void): LivePlayer {
  let hls: Hls | null = null;
  let closed = false;
  let position = -1;
  let movedAt = performance.now();
  let moving = false;
  let retries = 0;

  const connect = async () => {
    const { default: HlsClass } = await import('hls.js/light');
    if (closed) return;
    hls?.destroy();
    hls = null;
    movedAt = performance.now();
    position = -1;
    if (!HlsClass.isSupported()) {
      video.src = playlist; // Safari on iPhones plays HLS itself
      startPlaying(video);
      return;
    }
    hls = new HlsClass(LIVE_OPTIONS);
    hls.on(HlsClass.Events.ERROR, (_, error) => {
      if (error.fatal && error.type === HlsClass.ErrorTypes.MEDIA_ERROR) hls?.recoverMediaError();
    });
    hls.on(HlsClass.Events.MANIFEST_PARSED, () => startPlaying(video));
    hls.loadSource(playlist);
    hls.attachMedia(video);
  };

  const setMoving = (next: boolean) => {
    moving = next;
    onMoving(next);
  };

  const keepUp = () => {
    if (hls?.targetLatency == null || hls.liveSyncPosition === null || !video.buffered.length) return;
    const ahead = video.buffered.end(video.buffered.length - 1) - video.currentTime;
    const step = syncStep(hls.latency - hls.targetLatency, ahead);
    if (step === 'jump') video.currentTime = hls.liveSyncPosition;
    video.playbackRate = step === 'jump' ? 1 : step;
  };

  const check = () => {
    keepUp();
    const now = performance.now();
    if (video.currentTime !== position && !video.paused && video.readyState >= HAVE_CURRENT_DATA) {
      position = video.currentTime;
      movedAt = now;
      retries = 0;
      if (!moving) setMoving(true);
      return;
    }
    if (moving && now - movedAt > STALL_MS) setMoving(false);
    if (now - movedAt > STALL_MS * Math.min(MAX_RETRY_FACTOR, 2 + retries)) {
      retries += 1;
      void connect();
    }
  };

  const timer = window.setInterval(check, STALL_CHECK_MS);
  void connect();
  return {
    capturedAt() {
      const date = hls ? hls.playingDate : playingDate(video);
      return date ? date.getTime() / 1000 : null;
    },
    close() {
      closed = true;
      window.clearInterval(timer);
      release(video, hls);
    },
  };
}

export interface RecordedOptions {
  /** An HLS playlist that begins at `start` or a little before it. */
  playlist: string;
  /** Unix seconds. */
  start: number;
  /** Called with the time that is shown, Unix seconds. */
  onTime: (time: number) => void;
  onFailed: () => void;
}

/** Plays recorded video from `start` on. */
export function playRecorded(video: HTMLVideoElement, { playlist, start, onTime, onFailed }: RecordedOptions): Player {
  let hls: Hls | null = null;
  let closed = false;
  let positioned = false;

  const report = () => {
    const date = hls ? hls.playingDate : playingDate(video);
    if (date && positioned) onTime(date.getTime() / 1000);
  };
  /** `first`: Unix seconds of the beginning of the video, where it is known. */
  const seekToStart = (first: number | null) => {
    if (first !== null) video.currentTime = Math.max(0, start - first);
    positioned = true;
    startPlaying(video);
  };

  const connect = async () => {
    const { default: HlsClass } = await import('hls.js/light');
    if (closed) return;
    if (!HlsClass.isSupported()) {
      video.src = playlist;
      const onLoaded = () => seekToStart((playingDate(video)?.getTime() ?? Number.NaN) / 1000 || null);
      video.addEventListener('loadedmetadata', onLoaded, { once: true });
      return;
    }
    hls = new HlsClass({ ...COMMON_OPTIONS, startPosition: 0 });
    hls.on(HlsClass.Events.LEVEL_LOADED, (_, { details }) => {
      const first = details.fragments[0]?.programDateTime;
      if (!positioned) seekToStart(first ? first / 1000 : null);
    });
    hls.on(HlsClass.Events.ERROR, (_, error) => {
      if (!error.fatal) return;
      if (error.type === HlsClass.ErrorTypes.MEDIA_ERROR) hls?.recoverMediaError();
      else onFailed();
    });
    hls.loadSource(playlist);
    hls.attachMedia(video);
  };

  const timer = window.setInterval(report, POSITION_INTERVAL_MS);
  void connect();
  return {
    close() {
      closed = true;
      window.clearInterval(timer);
      release(video, hls);
    },
  };
}

/** Safari knows the time at which a video begins. */
function playingDate(video: HTMLVideoElement): Date | null {
  const start = (video as HTMLVideoElement & { getStartDate?: () => Date }).getStartDate?.();
  if (!start || Number.isNaN(start.getTime())) return null;
  return new Date(start.getTime() + video.currentTime * 1000);
}
