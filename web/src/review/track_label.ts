// How a track is called and coloured on the page.
import type { TrackResponse } from './api';
import { kindName, t } from './messages';
import * as store from './store';
import { formatTimecode } from './timecode';
import { endTicks, startTicks } from './track_interpolation';

/** Scores below which a detection is called of low or of medium confidence. The first is the queue's own limit. */
const MEDIUM_FROM = 0.5;
const HIGH_FROM = 0.75;

/** `Face 22`, or for what was blacked out by hand `Blacked-out picture 0:10.50–0:11.00`. */
export function trackLabel(track: TrackResponse): string {
  if (track.kind !== 'region') return t('trackName', { kind: kindName(track.kind), number: track.number });
  return t('regionName', {
    kind: kindName(coversPicture(track) ? 'picture' : 'region'),
    from: formatTimecode(store.secondsAt(startTicks(track))),
    to: formatTimecode(store.secondsAt(endTicks(track))),
  });
}

function coversPicture(track: TrackResponse): boolean {
  const info = store.info.value;
  const [x1, y1, x2, y2] = track.boxes as [number, number, number, number];
  return !!info && x1 <= 0 && y1 <= 0 && x2 >= info.width && y2 >= info.height;
}

export function confidenceText(confidence: number): string {
  const level = confidence < MEDIUM_FROM ? 'low' : confidence < HIGH_FROM ? 'medium' : 'high';
  return t('confidence', { level: t(`confidence_${level}`), percent: Math.round(confidence * 100) });
}

/** What each colour means, on the picture and on the timeline. Safe for colour blindness, and for both themes. */
export const COLOURS = {
  sure: '#2f6fd6',
  unsure: '#e06e14',
  manual: '#8b5cf6',
  visible: '#1a9850',
  region: '#6b7280',
} as const;

/** The colour of a track at a time: shown on purpose, blacked out, drawn by hand, or how sure the detection is. */
export function trackColour(track: TrackResponse, visible: boolean): string {
  if (visible) return COLOURS.visible;
  if (track.kind === 'region') return COLOURS.region;
  return confidenceColour(track.confidence, track.manual);
}

/** One of the legend's colours: what lay between sure and unsure would look like what is blacked out. Unsure is what the
 * queue calls so. */
export function confidenceColour(confidence: number, manual: boolean): string {
  if (manual) return COLOURS.manual;
  return confidence < MEDIUM_FROM ? COLOURS.unsure : COLOURS.sure;
}
