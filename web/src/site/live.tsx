// The cameras, live. What does not move is not shown: a tile says that it is offline, covered, or that it waits.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ask, type CameraTold, client } from './api';
import { t } from './messages';
import { Page, Problem, useAsked, Waiting } from './parts';
import { play } from './player';
import { address } from './route';
import { may } from './session';
import { span } from './times';

/** On a slow or dear link pictures begin when they are asked for. */
function thrifty(): boolean {
  const link = (navigator as Navigator & { connection?: { saveData?: boolean; effectiveType?: string } }).connection;
  return !!link && (!!link.saveData || ['slow-2g', '2g', '3g'].includes(link.effectiveType ?? ''));
}

export default function LivePage() {
  const asked = useAsked(() => ask<CameraTold[]>(client.GET('/api/cameras')), [], 2);
  const wanted = useSignal(!thrifty());
  const listed = asked.value.value;
  return (
    <Page
      title={t('live')}
      tools={
        may('look') && (
          <button type="button" aria-pressed={wanted.value} onClick={() => (wanted.value = !wanted.value)}>
            {wanted.value ? t('stopPictures') : t('startPictures')}
          </button>
        )
      }
    >
      <Problem text={listed && asked.problem.value} />
      {!listed && <Waiting asked={asked} />}
      {listed?.length === 0 && <p>{t('noCameras')}</p>}
      <div class="tiles">
        {listed?.map((camera) => <Tile key={camera.name} camera={camera} wanted={wanted.value} reached={!asked.problem.value} />)}
      </div>
    </Page>
  );
}

/** `reached`: does the server answer? When it does not, nothing that is shown is known to be so. */
export function Tile({ camera, wanted, reached, plain = false }: { camera: CameraTold; wanted: boolean; reached: boolean; plain?: boolean }) {
  const video = useRef<HTMLVideoElement>(null);
  const seen = useSignal(false);
  const moving = useSignal(false);
  const comes = reached && (camera.state === 'live' || camera.state === 'covered');
  const playing = wanted && seen.value && comes && may('look');
  useEffect(() => {
    const watch = new IntersectionObserver((entries) => (seen.value = entries.at(-1)?.isIntersecting ?? false), { rootMargin: '100px' });
    if (video.current) watch.observe(video.current);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (!playing || !video.current) return;
    const player = play(video.current, camera.playlist, (now) => (moving.value = now));
    return () => {
      moving.value = false;
      player.close();
    };
  }, [playing, camera.playlist]);
  const state = stateOf(camera, reached, wanted, moving.value);
  const shown = state === 'live';
  return (
    <section class={`tile ${state}`} aria-label={camera.name} data-state={state}>
      <div class="screen" style={{ aspectRatio: `${camera.width ?? 16} / ${camera.height ?? 9}` }}>
        <video ref={video} muted playsInline disablePictureInPicture aria-label={t('livePicture', { camera: camera.name })} style={{ visibility: shown ? 'visible' : 'hidden' }} />
        {!shown && (
          <div class="instead" role="status">
            <b>{t(`tile_${state}`)}</b>
            <span>{why(camera, state)}</span>
          </div>
        )}
      </div>
      {!plain && (
        <footer>
          <span class={`lamp ${state}`} aria-hidden="true" />
          <b>{camera.name}</b>
          <span class="quiet">{t(`tile_${state}`)}</span>
          <span class="grow" />
          {may('look') && <a href={address('camera', camera.name)}>{t('recordings')}</a>}
          {may('look') && <a href={address('zones', camera.name)}>{t('zones')}</a>}
        </footer>
      )}
    </section>
  );
}

function stateOf(camera: CameraTold, reached: boolean, wanted: boolean, moving: boolean) {
  if (!reached) return 'unreached';
  if (camera.state !== 'live') return camera.state;
  if (!may('look')) return 'unseen';
  if (!wanted) return 'paused';
  return moving ? 'live' : 'waiting';
}

function why(camera: CameraTold, state: string): string {
  if (state === 'covered') return t('coveredWhy');
  if (state === 'unseen') return t('unseenWhy');
  if (state === 'paused') return t('pausedWhy');
  if (state === 'unreached') return t('unreachable');
  if (state === 'waiting') return t('waitingWhy');
  if (camera.problem) return camera.problem;
  return camera.age == null ? t('noPictureYet') : t('lastPicture', { span: span(camera.age) });
}
