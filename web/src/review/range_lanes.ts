// What holds for ranges of the file: muted, bleeped, cut, blacked out. Lanes of the timeline, and words over the picture.
import { computed } from '@preact/signals';
import type { Text } from './messages';
import * as store from './store';
import { endTicks, interpolate, isVisibleAt, startTicks } from './track_interpolation';

export interface RangeLane {
  name: Text;
  /** Nothing is taken out here: it is marked only. */
  markedOnly?: boolean;
  /** Seconds of the source. */
  ranges: { start: number; end: number }[];
}

type AudioAction = 'mute' | 'bleep' | 'room-tone';

export function actionText(action: AudioAction): Text {
  return action === 'bleep' ? 'bleeped' : action === 'mute' ? 'muted' : 'roomTone';
}

/** Whether what was detected as speech is taken out: else it is marked only. */
export const removesVoices = computed(() => store.file.value?.history.audio_mode.audio === 'remove-voices');

/** Only lanes with something in them. */
export const rangeLanes = computed<RangeLane[]>(() => {
  const history = store.file.value?.history;
  const audio = history?.audio ?? [];
  const lanes: RangeLane[] = [
    {
      name: removesVoices.value ? 'speechRemoved' : 'speech',
      markedOnly: !removesVoices.value,
      ranges: audio.filter(({ origin }) => origin),
    },
    ...(['mute', 'bleep', 'room-tone'] as const).map((action) => ({
      name: actionText(action),
      ranges: audio.filter((span) => !span.origin && span.action === action),
    })),
    { name: 'cut', ranges: [...(history?.trim ?? [])] },
    { name: 'blackedOut', ranges: blackedOut() },
  ];
  return lanes.filter(({ ranges }) => ranges.length);
});

/** Ranges in which the whole picture is black. */
function blackedOut(): { start: number; end: number }[] {
  const info = store.info.value;
  if (!info) return [];
  return [...store.tracks.value.values()]
    .filter(({ kind, boxes: [x1 = 0, y1 = 0, x2 = 0, y2 = 0] }) => {
      return kind === 'region' && x1 <= 0 && y1 <= 0 && x2 >= info.width && y2 >= info.height;
    })
    .map((track) => ({ start: store.secondsAt(startTicks(track)), end: store.secondsAt(endTicks(track)) }));
}

/** What holds at the present frame, for the banner over the picture. */
export const hereTexts = computed<Text[]>(() => {
  const now = store.currentSeconds.value;
  const here = rangeLanes.value
    .filter(({ ranges }) => ranges.some(({ start, end }) => start <= now && now <= end))
    .map(({ name }) => name);
  const ticks = store.currentTicks.value;
  const shown = store.tracksInFrame.value.some((track) => interpolate(track, ticks) && isVisibleAt(track, ticks));
  return shown ? [...here, 'visibleHere'] : here;
});
