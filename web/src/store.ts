// What the page knows. Signals hold it; actions.ts changes it.
import { computed, signal } from '@preact/signals';
import type { DrawTold, Entry, FileTold, Following, ReleaseTold, Session, TrackTold, Whole } from './api';
import { frameAt } from './time';
import { type Box, place } from './tracks';

export type Panel = 'queue' | 'track' | 'spans' | 'export' | 'draw';
export type Mode = 'look' | 'draw' | 'region' | 'edit';

export const session = signal<Session | null>(null);
export const loggedOut = signal(false);
export const files = signal<FileTold[]>([]);
export const file = signal<Whole | null>(null);
export const video = signal(0);
export const times = signal<Float64Array>(new Float64Array(1));
export const tracks = signal<Map<number, TrackTold>>(new Map());
export const queue = signal<Entry[]>([]);
export const release = signal<ReleaseTold | null>(null);
export const draw = signal<DrawTold | null>(null);
/** Which frame of the draw is being judged. */
export const drawAt = signal(0);
export const following = signal<Following | null>(null);

export const frame = signal(0);
export const playing = signal(false);
export const speed = signal(1);
export const view = signal<'masked' | 'original'>('masked');
export const outlines = signal(true);
export const selected = signal<number | null>(null);
export const entry = signal<string | null>(null);
export const panel = signal<Panel>('queue');
export const mode = signal<Mode>('look');
export const draft = signal<Box | null>(null);
export const mergeFrom = signal<number | null>(null);
export const spanMarks = signal<{ from: number | null; to: number | null }>({ from: null, to: null });
export const zoom = signal({ scale: 1, x: 0.5, y: 0.5 });
export const scale = signal({ from: 0, to: 1 });
export const theme = signal<'light' | 'dark' | ''>('');
const systemDark = matchMedia('(prefers-color-scheme: dark)');
/** Is the system dark? What is drawn, and not styled, has to be drawn anew when it changes. */
export const dark = signal(systemDark.matches);
systemDark.addEventListener('change', (event) => (dark.value = event.matches));
export const helpOpen = signal(false);
export const message = signal<{ text: string; bad: boolean; words: string | null } | null>(null);

export const info = computed(() => file.value?.videos[video.value] ?? null);
export const revision = computed(() => file.value?.history.revision ?? 0);
export const now = computed(() => times.value[frame.value] ?? 0);
export const timeBase = computed(() => info.value?.time_base ?? 1);
export const seconds = computed(() => now.value * timeBase.value);
export const lastFrame = computed(() => Math.max(0, times.value.length - 1));
export const here = computed(() =>
  [...tracks.value.values()].filter((track) => place(track, now.value) !== null),
);
export const track = computed(() => (selected.value === null ? null : (tracks.value.get(selected.value) ?? null)));
export const drawn = computed(() => draw.value?.frames[drawAt.value] ?? null);
export const running = computed(() => release.value?.progress.state === 'running');
export const isFollowing = computed(() => following.value?.progress.state === 'running');

export const secondsAt = (ticks: number): number => ticks * timeBase.value;
export const frameAtSeconds = (at: number): number => frameAt(times.value, Math.round(at / timeBase.value));
