// The sound of the file, played by an element of its own. While it sounds, its clock leads and the picture follows.
import { signal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { t } from '../messages';
import { toast } from '../notify';
import * as store from '../store';

/** Whether sound is to be heard. Off until somebody asks for it: a room may hear it too. */
export const soundOn = signal(false);

/** The audio track that is heard, from 1; 0: all of them together. Another file begins with all. */
export const soundTrack = signal(0);

let player: HTMLAudioElement | null = null;

const soundAddress = (): string | null => {
  const file = store.file.value;
  if (!soundOn.value || !file?.has_audio) return null;
  // What is heard is what is seen: the release, or the original. Another address when the sound was changed.
  const { audio, audio_mode, trim } = file.history;
  const track = soundTrack.value;
  return store.view.value === 'original'
    ? `/api/files/${file.id}/sound/original?track=${track}`
    : `/api/files/${file.id}/sound/released?track=${track}&r=${fingerprint(JSON.stringify([audio, audio_mode, trim]))}`;
};

/** A short number for a text, which differs where the text does. */
function fingerprint(text: string): number {
  let sum = 0;
  for (const character of text) sum = (Math.imul(sum, 31) + (character.codePointAt(0) ?? 0)) | 0;
  return sum >>> 0;
}

/** Seconds of the file that are heard now; 'waiting' until they can be heard; null where nothing sounds. */
export function soundSeconds(): number | 'waiting' | null {
  if (!player?.hasAttribute('src') || player.error || player.ended) return null;
  if (player.paused || player.seeking || player.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) return 'waiting';
  return player.currentTime;
}

/** Go on from here, after somebody has moved to another frame while it plays. */
export function seekSound(seconds: number): void {
  if (player?.hasAttribute('src')) player.currentTime = seconds;
}

export function toggleSound(): void {
  const file = store.file.value;
  if (!file?.has_audio) return toast(t('error_no_sound'), true);
  soundOn.value = !soundOn.value;
  const silent = store.view.value === 'masked' && file.history.audio_mode.audio === 'remove';
  if (soundOn.value && silent) toast(t('releaseIsSilent'));
}

function failed(): void {
  if (!soundOn.value) return;
  soundOn.value = false;
  toast(t('soundFailed'), true);
}

export function SoundPlayer() {
  const element = useRef<HTMLAudioElement>(null);

  useSignalEffect(() => {
    const audio = element.current;
    player = audio;
    if (!audio) return;
    const address = soundAddress();
    const playing = store.playing.value;
    audio.playbackRate = store.speed.value;
    if (address === null) {
      audio.pause();
      audio.removeAttribute('src');
      return;
    }
    if (audio.getAttribute('src') !== address) audio.src = address;
    else if (playing !== audio.paused) return; // it does what it should
    if (!playing) return audio.pause();
    const atEnd = store.frame.peek() >= store.lastFrame.peek();
    audio.currentTime = atEnd ? store.secondsOfFrame(0) : store.currentSeconds.peek();
    audio.playbackRate = store.speed.value;
    void audio.play().catch((error: DOMException) => {
      if (error.name !== 'AbortError') failed(); // paused before it began
    });
  });

  // biome-ignore lint/a11y/useMediaCaption: the sound of a film that nobody has written down
  return <audio id="sound" ref={element} preload="auto" onError={failed} />;
}
