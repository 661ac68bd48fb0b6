// The controls below the picture: playing, going to a time, speed, zoom, and what is shown.
import { useSignal } from '@preact/signals';
import { seekTo } from './actions';
import {
  changeSpeed,
  framesPerSecond,
  toggleLock,
  toggleOutlines,
  togglePlaying,
  toggleView,
  zoomBy,
  zoomTimeline,
} from './commands';
import { galleryOpen, toggleGallery } from './gallery_store';
import { type Text, t } from './messages';
import { soundOn, soundTrack, toggleSound } from './sound/sound_player';
import * as store from './store';
import { formatTimecode, parseTimecode } from './timecode';

function IconButton({ icon, text, run, strong }: { icon: string; text: Text; run: () => void; strong?: boolean }) {
  return (
    <button type="button" class={strong ? 'strong' : ''} title={t(text)} aria-label={t(text)} onClick={run}>
      {icon}
    </button>
  );
}

const step = (frames: number) => seekTo(store.frame.value + frames);

export function Transport() {
  return (
    <div class="transport">
      {store.isStill.value ? <PageControls /> : <TimeControls />}
      <span class="grow" />
      <ViewControls />
    </div>
  );
}

/** A photo has no time. A scan has pages. */
function PageControls() {
  const all = store.frameTimes.value.length;
  if (all < 2) return null;
  return (
    <>
      <IconButton icon="‹" text="pageBack" run={() => step(-1)} />
      <span class="quiet" id="frame">
        {t('pagePosition', { page: store.frame.value + 1, all })}
      </span>
      <IconButton icon="›" text="pageForward" run={() => step(1)} />
    </>
  );
}

function TimeControls() {
  const playing = store.playing.value;
  return (
    <>
      <IconButton icon="«" text="secondBack" run={() => step(-framesPerSecond())} />
      <IconButton icon="‹" text="frameBack" run={() => step(-1)} />
      <IconButton icon={playing ? '❚❚' : '►'} text={playing ? 'pause' : 'play'} run={togglePlaying} strong />
      <IconButton icon="›" text="frameForward" run={() => step(1)} />
      <IconButton icon="»" text="secondForward" run={() => step(framesPerSecond())} />
      <TimeInput />
      <span class="quiet" id="frame">
        {t('framePosition', { frame: store.frame.value + 1, all: store.frameTimes.value.length })}
      </span>
      <IconButton icon="−" text="slower" run={() => changeSpeed(-1)} />
      <span class="quiet">{store.speed.value}×</span>
      <IconButton icon="+" text="faster" run={() => changeSpeed(1)} />
      {store.file.value?.has_audio && (
        <button
          type="button"
          id="sound-on"
          title={t('hearSoundHint')}
          aria-pressed={soundOn.value}
          onClick={toggleSound}
        >
          {t('hearSound')}
          <kbd>A</kbd>
        </button>
      )}
      <SoundTrack />
    </>
  );
}

/** Which of several audio tracks is heard, and drawn: a body camera has one for the officer and one for the radio. */
function SoundTrack() {
  const tracks = store.file.value?.audio_tracks ?? 0;
  if (tracks < 2) return null;
  return (
    <select
      id="sound-track"
      aria-label={t('soundTrack')}
      title={t('soundTrack')}
      value={soundTrack.value}
      onChange={(event) => {
        soundTrack.value = Number(event.currentTarget.value);
      }}
    >
      <option value={0}>{t('soundTracksAll')}</option>
      {Array.from({ length: tracks }, (_, index) => (
        <option key={index} value={index + 1}>
          {t('soundTrackNumber', { n: index + 1 })}
        </option>
      ))}
    </select>
  );
}

function ViewControls() {
  return (
    <>
      <IconButton icon="⊖" text="zoomOut" run={() => zoomBy(1 / 1.5)} />
      <span class="quiet">{t('zoomLevel', { percent: Math.round(store.zoom.value.scale * 100) })}</span>
      <IconButton icon="⊕" text="zoomIn" run={() => zoomBy(1.5)} />
      {!store.isStill.value && (
        <>
          <IconButton icon="⇤⇥" text="timelineOut" run={() => zoomTimeline(1.4)} />
          <IconButton icon="⇥⇤" text="timelineIn" run={() => zoomTimeline(0.7)} />
        </>
      )}
      <button type="button" aria-pressed={galleryOpen.value} onClick={toggleGallery}>
        {t('gallery')}
        <kbd>Shift+G</kbd>
      </button>
      <button type="button" aria-pressed={store.outlines.value} onClick={toggleOutlines}>
        {t('outlines')}
        <kbd>O</kbd>
      </button>
      <button type="button" aria-pressed={store.boxesLocked.value} onClick={toggleLock}>
        {t('lockBoxes')}
        <kbd>Q</kbd>
      </button>
      {store.session.value?.originals_allowed && (
        <button type="button" aria-pressed={store.view.value === 'original'} onClick={toggleView}>
          {t('original')}
          <kbd>V</kbd>
        </button>
      )}
    </>
  );
}

/** Shows the current time; while it has the focus, a time can be typed. */
function TimeInput() {
  const typed = useSignal<string | null>(null);
  const invalid = useSignal(false);
  const submit = (event: Event) => {
    event.preventDefault();
    const seconds = parseTimecode(typed.value ?? '');
    invalid.value = seconds === null;
    if (seconds === null) return;
    store.playing.value = false;
    seekTo(store.frameAtSeconds(seconds));
    typed.value = null;
    document.getElementById('go-to')?.blur();
  };
  return (
    <form onSubmit={submit}>
      <input
        id="go-to"
        aria-label={t('goToHint')}
        title={t('goToHint')}
        aria-invalid={invalid.value}
        size={9}
        value={typed.value ?? formatTimecode(store.currentSeconds.value)}
        onFocus={(event) => {
          typed.value = formatTimecode(store.currentSeconds.value);
          event.currentTarget.select();
        }}
        onBlur={() => {
          typed.value = null;
        }}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
      />
    </form>
  );
}
