// One camera's live picture. A picture that stands still is not shown: the tile then says what is the matter.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Camera } from './api';
import { formatDuration } from './datetime';
import { reasonName, t } from './messages';
import { playLive } from './player';
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
}

export function CameraTile({ camera, enabled, serverReachable, plain = false }: CameraTileProps) {
  const video = useRef<HTMLVideoElement>(null);
  const inView = useSignal(false);
  const moving = useSignal(false);
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
    return () => {
      moving.value = false;
      player.close();
    };
  }, [playing, camera.playlist_url]);
  const state = tileState(camera, serverReachable, enabled, moving.value);
  const visible = state === 'live';
  return (
    <section class={`tile ${state}`} aria-label={camera.name} data-state={state}>
      <div class="screen" style={{ aspectRatio: `${camera.width ?? 16} / ${camera.height ?? 9}` }}>
        <video
          ref={video}
          muted
          playsInline
          disablePictureInPicture
          aria-label={t('livePicture', { camera: camera.display_name })}
          style={{ visibility: visible ? 'visible' : 'hidden' }}
        />
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
              <a href={pageUrl('camera', camera.name)}>{t('recordings')}</a>
              <a href={pageUrl('zones', camera.name)}>{t('zones')}</a>
            </>
          )}
        </footer>
      )}
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
