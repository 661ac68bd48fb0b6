// One camera's live picture. A picture that stands still is not shown: the tile then says what is the matter.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Camera } from './api';
import { formatDateTime, formatDuration, formatTime } from './datetime';
import { reasonName, t } from './messages';
import { playLive } from './player';
import { Presets } from './presets';
import { pageUrl } from './route';
import { can } from './session';

/** Tiles this near to the visible part of the page are played already. */
const PRELOAD_MARGIN = '100px';

interface CameraTileProps {
  camera: Camera;
  /** Are live pictures switched on? */
  enabled: boolean;
  /** Does the server answer? When it does not, nothing that is shown is known to be true. */
  serverReachable: boolean;
  /** Without the line below the picture. */
  plain?: boolean;
  /** Is it the one over the whole width? */
  enlarged?: boolean;
  /** Where it can be enlarged: does so, or takes it back. */
  onEnlarge?: () => void;
}

/** Between two looks at the clock of a picture. */
const CLOCK_MS = 250;
const SNAPSHOT_PX = 1280;

export function CameraTile({
  camera,
  enabled,
  serverReachable,
  plain = false,
  enlarged = false,
  onEnlarge,
}: CameraTileProps) {
  const video = useRef<HTMLVideoElement>(null);
  const inView = useSignal(false);
  const moving = useSignal(false);
  const capturedAt = useSignal<number | null>(null);
  const screen = useRef<HTMLDivElement>(null);
  const hasPicture = serverReachable && (camera.state === 'live' || camera.state === 'covered');
  const playing = enabled && inView.value && hasPicture && can('view_media');
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        inView.value = entries.at(-1)?.isIntersecting ?? false;
      },
      { rootMargin: PRELOAD_MARGIN },
    );
    if (video.current) observer.observe(video.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (!playing || !video.current) return;
    const player = playLive(video.current, camera.playlist_url, (isMoving) => {
      moving.value = isMoving;
    });
    const clock = window.setInterval(() => {
      const time = player.capturedAt();
      capturedAt.value = time === null ? null : Math.floor(time);
    }, CLOCK_MS);
    return () => {
      window.clearInterval(clock);
      moving.value = false;
      capturedAt.value = null;
      player.close();
    };
  }, [playing, camera.playlist_url]);
  const state = tileState(camera, serverReachable, enabled, moving.value);
  const visible = state === 'live';
  return (
    <section class={`tile ${state} ${enlarged ? 'enlarged' : ''}`} aria-label={camera.name} data-state={state}>
      <div class="screen" ref={screen} style={{ aspectRatio: `${camera.width ?? 16} / ${camera.height ?? 9}` }}>
        <video
          ref={video}
          muted
          playsInline
          disablePictureInPicture
          aria-label={t('livePicture', { camera: camera.display_name })}
          style={{ visibility: visible ? 'visible' : 'hidden' }}
        />
        {visible && capturedAt.value !== null && !plain && (
          <time class="tile-clock" title={formatDateTime(capturedAt.value)}>
            {formatTime(capturedAt.value)}
          </time>
        )}
        {!visible && (
          <div class="instead" role="status">
            <b>{t(`tile_${state}`)}</b>
            <span>{explanation(camera, state)}</span>
          </div>
        )}
      </div>
      {!plain && (
        <footer>
          <span class={`lamp ${state}`} aria-hidden="true" />
          <b>{camera.display_name}</b>
          <span class="quiet" title={visible ? t('legendWhy') : undefined}>
            {visible ? legend(camera) : t(`tile_${state}`)}
          </span>
          <span class="grow" />
          {can('view_media') && (
            <>
              {onEnlarge && (
                <button type="button" aria-pressed={enlarged} onClick={onEnlarge}>
                  {t('enlarge')}
                </button>
              )}
              {document.fullscreenEnabled && (
                <button type="button" onClick={() => void screen.current?.requestFullscreen()}>
                  {t('fullScreen')}
                </button>
              )}
              {hasPicture && (
                <a href={`${camera.still_url}?size=${SNAPSHOT_PX}`} download={`${camera.name}.jpg`}>
                  {t('snapshot')}
                </a>
              )}
              <a href={pageUrl('camera', camera.name)}>{t('recordings')}</a>
              <a href={pageUrl('zones', camera.name)}>{t('zones')}</a>
            </>
          )}
        </footer>
      )}
      {enlarged && camera.movable && serverReachable && can('move_camera') && <Presets camera={camera.name} />}
    </section>
  );
}

function tileState(camera: Camera, serverReachable: boolean, enabled: boolean, moving: boolean) {
  if (!serverReachable) return 'unreached';
  if (camera.state !== 'live') return camera.state;
  if (!can('view_media')) return 'withheld';
  if (!enabled) return 'paused';
  return moving ? 'live' : 'waiting';
}

/** What is black in the picture, and why all of it is where it is. */
function legend(camera: Camera): string {
  if (camera.covered_now) return t('coveredNow', { reason: reasonName(camera.covered_now) });
  const share = Math.round(100 * camera.unseen_now);
  return share > 0 ? t('legendUnseen', { n: share }) : t('legend');
}

function explanation(camera: Camera, state: ReturnType<typeof tileState>): string {
  if (state === 'covered') {
    return camera.covered_now ? t('coveredBecause', { reason: reasonName(camera.covered_now) }) : t('coveredWhy');
  }
  if (state === 'withheld') return t('withheldWhy');
  if (state === 'paused') return t('pausedWhy');
  if (state === 'unreached') return t('unreachable');
  if (state === 'waiting') return t('waitingWhy');
  if (camera.problem) return camera.problem;
  return camera.age == null ? t('noPictureYet') : t('lastPicture', { span: formatDuration(camera.age) });
}
