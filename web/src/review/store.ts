// The state of the page, as signals. actions.ts changes what comes from the server.
import { computed, signal } from '@preact/signals';
import type {
  ExportResponse,
  FileDetail,
  FileSummary,
  PropagationResponse,
  QueueEntry,
  ReviewSession,
  SpotCheck,
  TrackResponse,
} from './api';
import { WHOLE_PICTURE, type Zoom } from './picture_layout';
import { frameAt } from './timecode';
import { type Box, interpolate } from './track_interpolation';

export const PANEL_NAMES = ['queue', 'track', 'ranges', 'export', 'spot-check'] as const;
export type Panel = (typeof PANEL_NAMES)[number];
/** `view`: nothing is being drawn. `draw` and `region`: a new box or blacked-out area. `edit`: the selected track's box. */
export type Mode = 'view' | 'draw' | 'region' | 'edit';

export interface ToastMessage {
  text: string;
  bad: boolean;
  /** The program's own words, in English, where it has some to add. */
  details: string | null;
}

export const session = signal<ReviewSession | null>(null);
export const loggedOut = signal(false);
/** The server did not answer the last time it was asked. */
export const connectionLost = signal(false);
export const files = signal<FileSummary[]>([]);
export const file = signal<FileDetail | null>(null);
/** Which video track of the file is shown. */
export const video = signal(0);
/** The time of each frame, in ticks. */
export const frameTimes = signal<Float64Array>(new Float64Array(1));
export const tracks = signal<Map<number, TrackResponse>>(new Map());
export const queue = signal<QueueEntry[]>([]);
export const release = signal<ExportResponse | null>(null);
export const spotCheck = signal<SpotCheck | null>(null);
/** Which frame of the spot check is being judged. */
export const spotCheckIndex = signal(0);
export const following = signal<PropagationResponse | null>(null);

export const frame = signal(0);
export const playing = signal(false);
export const speed = signal(1);
export const view = signal<'masked' | 'original'>('masked');
export const outlines = signal(true);
/** No box can be moved with the mouse: the picture can be dragged anywhere. */
export const boxesLocked = signal(false);
export const selectedNumber = signal<number | null>(null);
/** The queue item that was opened last. */
export const queueItem = signal<string | null>(null);
export const panel = signal<Panel>('queue');
export const mode = signal<Mode>('view');
export const draftBox = signal<Box | null>(null);
/** The first of two tracks that are to be merged. */
export const mergeSource = signal<number | null>(null);
/** First and last frame of the marked time range. */
export const rangeMarks = signal<{ from: number | null; to: number | null }>({ from: null, to: null });
export const zoom = signal<Zoom>(WHOLE_PICTURE);
/** Which part of the file the timeline shows, as shares of its frames. */
export const timelineRange = signal({ from: 0, to: 1 });
export const helpOpen = signal(false);
export const toast = signal<ToastMessage | null>(null);

/** A photo, or a scan with pages: it has no times and no sound. */
export const isStill = computed(() => file.value?.still ?? false);
export const fileId = computed(() => file.value?.id ?? 0);
export const info = computed(() => file.value?.videos[video.value] ?? null);
export const revision = computed(() => file.value?.history.revision ?? 0);
export const currentTicks = computed(() => frameTimes.value[frame.value] ?? 0);
/** Seconds per tick. */
export const timeBase = computed(() => info.value?.time_base ?? 1);
export const currentSeconds = computed(() => currentTicks.value * timeBase.value);
export const lastFrame = computed(() => Math.max(0, frameTimes.value.length - 1));
export const tracksInFrame = computed(() =>
  [...tracks.value.values()].filter((track) => interpolate(track, currentTicks.value) !== null),
);
export const selectedTrack = computed(() =>
  selectedNumber.value === null ? null : (tracks.value.get(selectedNumber.value) ?? null),
);
export const spotCheckFrame = computed(() => spotCheck.value?.frames[spotCheckIndex.value] ?? null);
export const exportRunning = computed(() => release.value?.progress.state === 'running');
export const isFollowing = computed(() => following.value?.progress.state === 'running');

export const secondsAt = (ticks: number): number => ticks * timeBase.value;
export const secondsOfFrame = (frame: number): number => secondsAt(frameTimes.value[frame] ?? 0);
export const frameAtSeconds = (seconds: number): number =>
  frameAt(frameTimes.value, Math.round(seconds / timeBase.value));
export const shareOfFrame = (frame: number): number => frame / Math.max(1, lastFrame.value);
