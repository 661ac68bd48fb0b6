// Every action with its key: what the keyboard does, and what the help page lists, is this table.
import { doubt, edit, goTo, markDone, say, saveCase, stopFollowing, undo } from './actions';
import { beginDraft, beginEdit, leaveDraft, nudge, takeDraft } from './boxes';
import { t, type Text } from './messages';
import * as store from './store';
import { zoomTimeline } from './timeline';

export interface Key {
  keys: string[];
  text: Text;
  group: 'time' | 'look' | 'tracks' | 'spans' | 'other';
  run: () => void;
}

const about = () => ({ video: store.video.value, track: store.selected.value ?? 0, frame: store.frame.value });

/** With the chosen track, or a word to the person when there is none. */
function chosen(work: () => void): () => void {
  return () => (store.selected.value === null ? say(t('noTrack'), true) : work());
}

export const second = (): number => {
  const span = store.secondsAt((store.times.value[store.lastFrame.value] ?? 1) - (store.times.value[0] ?? 0));
  return Math.max(1, Math.round(store.lastFrame.value / Math.max(0.001, span)));
};

export function zoomBy(factor: number): void {
  const box = store.draft.value;
  const { scale, x, y } = store.zoom.value;
  const info = store.info.value;
  const next = Math.min(32, Math.max(1, scale * factor));
  const middle = box && info ? { x: (box[0] + box[2]) / 2 / info.width, y: (box[1] + box[3]) / 2 / info.height } : { x, y };
  store.zoom.value = next === 1 ? { scale: 1, x: 0.5, y: 0.5 } : { scale: next, ...middle };
}

export function setSpeed(step: 1 | -1): void {
  const steps = [0.1, 0.25, 0.5, 1, 2, 4, 8];
  const at = steps.indexOf(store.speed.value);
  store.speed.value = steps[Math.min(steps.length - 1, Math.max(0, at + step))] ?? 1;
}

export function merge(): void {
  const first = store.mergeFrom.value;
  const second = store.selected.value;
  if (second === null) return say(t('noTrack'), true);
  if (first === null || first === second) {
    store.mergeFrom.value = second;
    return say(t('mergeHint'));
  }
  store.mergeFrom.value = null;
  void edit({ op: 'merge', video: store.video.value, track: first, other: second });
}

export function nextTrack(): void {
  const listed = store.here.value;
  if (!listed.length) return say(t('noTracksHere'));
  const at = listed.findIndex((track) => track.number === store.selected.value);
  store.selected.value = listed[(at + 1) % listed.length]?.number ?? null;
  store.panel.value = 'track';
}

export function toggleView(): void {
  if (!store.session.value?.originals) return;
  store.view.value = store.view.value === 'masked' ? 'original' : 'masked';
}

/** The marked span as frames, or null and a word to the person. */
export function span(): { first: number; last: number } | null {
  const { from, to } = store.spanMarks.value;
  if (from === null || to === null || to < from) {
    say(t('spanNone'), true);
    return null;
  }
  return { first: from, last: to };
}

export function coverSpan(): void {
  const marked = span();
  if (marked) void edit({ op: 'cover', video: store.video.value, ...marked });
}

/** The marked span in seconds; its last frame is in it. */
function spanSeconds(): { start: number; end: number } | null {
  const marked = span();
  if (!marked) return null;
  const at = (frame: number) => store.secondsAt(store.times.value[frame] ?? 0);
  const length = marked.last < store.lastFrame.value ? at(marked.last + 1) - at(marked.last) : at(marked.last) - at(Math.max(0, marked.last - 1));
  return { start: at(marked.first), end: at(marked.last) + length };
}

export function silenceSpan(action: 'mute' | 'bleep'): void {
  const marked = spanSeconds();
  const had = store.file.value?.history.sound ?? [];
  if (marked) void edit({ op: 'sound', spans: [...had, { ...marked, action }] });
}

export function trimSpan(): void {
  const marked = spanSeconds();
  const had = store.file.value?.history.trim ?? [];
  if (marked) void edit({ op: 'trim', spans: [...had, marked] });
}

export function markSpan(which: 'from' | 'to'): void {
  const marks = { ...store.spanMarks.value, [which]: store.frame.value };
  if (marks.from !== null && marks.to !== null && marks.to < marks.from) {
    if (which === 'from') marks.to = null;
    else marks.from = null;
  }
  store.spanMarks.value = marks;
  store.panel.value = 'spans';
}

const focus = (id: string) => window.setTimeout(() => document.getElementById(id)?.focus(), 0);

export const followHere = chosen(() => {
  const track = store.track.value;
  const box = store.here.value.find((one) => one.number === track?.number);
  if (track?.kind === 'region') return say(t('regionStays'), true);
  if (!track || !box) return say(t('noTracksHere'), true);
  beginEdit();
  void takeDraft();
});

function stopOrLeave(): void {
  if (store.isFollowing.value) void stopFollowing();
  else store.selected.value = store.mergeFrom.value = null;
}

export const KEYS: Key[] = [
  { keys: ['Space'], text: 'play', group: 'time', run: () => (store.playing.value = !store.playing.value) },
  { keys: ['ArrowLeft', ','], text: 'frameBack', group: 'time', run: () => step(-1) },
  { keys: ['ArrowRight', '.'], text: 'frameOn', group: 'time', run: () => step(1) },
  { keys: ['Shift+ArrowLeft'], text: 'secondBack', group: 'time', run: () => step(-second()) },
  { keys: ['Shift+ArrowRight'], text: 'secondOn', group: 'time', run: () => step(second()) },
  { keys: ['Home'], text: 'toStart', group: 'time', run: () => goTo(0) },
  { keys: ['End'], text: 'toEnd', group: 'time', run: () => goTo(store.lastFrame.value) },
  { keys: ['<'], text: 'slower', group: 'time', run: () => setSpeed(-1) },
  { keys: ['>'], text: 'faster', group: 'time', run: () => setSpeed(1) },
  { keys: ['g'], text: 'goTo', group: 'time', run: () => focus('go-to') },
  { keys: ['n'], text: 'nextDoubt', group: 'look', run: () => doubt(1) },
  { keys: ['p'], text: 'previousDoubt', group: 'look', run: () => doubt(-1) },
  { keys: ['d'], text: 'markDone', group: 'look', run: () => void (store.entry.value && markDone(store.entry.value, true, true)) },
  { keys: ['v'], text: 'switchView', group: 'look', run: toggleView },
  { keys: ['o'], text: 'outlines', group: 'look', run: () => (store.outlines.value = !store.outlines.value) },
  { keys: ['+', '='], text: 'zoomIn', group: 'look', run: () => zoomBy(1.5) },
  { keys: ['-'], text: 'zoomOut', group: 'look', run: () => zoomBy(1 / 1.5) },
  { keys: ['0'], text: 'zoomFit', group: 'look', run: () => (store.zoom.value = { scale: 1, x: 0.5, y: 0.5 }) },
  { keys: ['Alt++', 'Alt+='], text: 'timelineIn', group: 'look', run: () => zoomTimeline(0.7) },
  { keys: ['Alt+-'], text: 'timelineOut', group: 'look', run: () => zoomTimeline(1.4) },
  { keys: ['t'], text: 'nextTrack', group: 'tracks', run: nextTrack },
  { keys: ['b'], text: 'drawBox', group: 'tracks', run: () => beginDraft('draw') },
  { keys: ['Shift+B'], text: 'drawRegion', group: 'tracks', run: () => beginDraft('region') },
  { keys: ['e'], text: 'editBox', group: 'tracks', run: beginEdit },
  { keys: ['f'], text: 'follow', group: 'tracks', run: followHere },
  { keys: ['Escape'], text: 'stopOrLeave', group: 'tracks', run: stopOrLeave },
  { keys: ['x'], text: 'extend', group: 'tracks', run: chosen(() => void edit({ op: 'extend', ...about() })) },
  { keys: ['Shift+I'], text: 'startsHere', group: 'tracks', run: chosen(() => void edit({ op: 'end', side: 'starts', ...about() })) },
  { keys: ['Shift+O'], text: 'endsHere', group: 'tracks', run: chosen(() => void edit({ op: 'end', side: 'ends', ...about() })) },
  { keys: ['s'], text: 'split', group: 'tracks', run: chosen(() => void edit({ op: 'split', ...about() })) },
  { keys: ['j'], text: 'merge', group: 'tracks', run: merge },
  { keys: ['Delete', 'Backspace'], text: 'remove', group: 'tracks', run: chosen(() => void edit({ op: 'delete', video: store.video.value, track: store.selected.value ?? 0 })) },
  { keys: ['c'], text: 'kind', group: 'tracks', run: chosen(() => { store.panel.value = 'track'; focus('kind'); }) },
  { keys: ['r'], text: 'reason', group: 'tracks', run: chosen(() => { store.panel.value = 'track'; focus('reason'); }) },
  { keys: ['k'], text: 'keep', group: 'tracks', run: chosen(() => void edit({ op: 'keep', confirmed: false, ...about() })) },
  { keys: ['Shift+K'], text: 'keepBeyond', group: 'tracks', run: chosen(() => void edit({ op: 'keep', confirmed: true, ...about() })) },
  { keys: ['h'], text: 'hideAgain', group: 'tracks', run: chosen(() => void edit({ op: 'hide', ...about() })) },
  { keys: ['y'], text: 'saveCase', group: 'tracks', run: chosen(() => void saveCase()) },
  { keys: ['['], text: 'spanStart', group: 'spans', run: () => markSpan('from') },
  { keys: [']'], text: 'spanEnd', group: 'spans', run: () => markSpan('to') },
  { keys: ['w'], text: 'coverSpan', group: 'spans', run: coverSpan },
  { keys: ['m'], text: 'muteSpan', group: 'spans', run: () => silenceSpan('mute') },
  { keys: ['Shift+M'], text: 'bleepSpan', group: 'spans', run: () => silenceSpan('bleep') },
  { keys: ['Shift+X'], text: 'trimSpan', group: 'spans', run: trimSpan },
  { keys: ['Ctrl+z'], text: 'undo', group: 'other', run: () => void undo() },
  { keys: ['Ctrl+y', 'Ctrl+Shift+Z'], text: 'redo', group: 'other', run: () => void undo(true) },
  { keys: ['1'], text: 'queue', group: 'other', run: () => (store.panel.value = 'queue') },
  { keys: ['2'], text: 'trackPanel', group: 'other', run: () => (store.panel.value = 'track') },
  { keys: ['3'], text: 'spans', group: 'other', run: () => (store.panel.value = 'spans') },
  { keys: ['4'], text: 'exportPanel', group: 'other', run: () => (store.panel.value = 'export') },
  { keys: ['5'], text: 'drawPanel', group: 'other', run: () => (store.panel.value = 'draw') },
  { keys: ['Shift+E'], text: 'exportNow', group: 'other', run: () => { store.panel.value = 'export'; focus('export-now'); } },
  { keys: ['?'], text: 'help', group: 'other', run: () => (store.helpOpen.value = true) },
];

function step(by: number): void {
  store.playing.value = false;
  goTo(store.frame.value + by);
}

function nameOf(event: KeyboardEvent): string {
  const key = event.key === ' ' ? 'Space' : event.key;
  const letter = /^[a-zA-Z]$/.test(key);
  const shift = event.shiftKey && (letter || key.startsWith('Arrow')) ? 'Shift+' : '';
  const name = letter ? (event.shiftKey ? key.toUpperCase() : key.toLowerCase()) : key;
  return `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${shift}${name}`;
}

/** While a box is drawn or changed the arrows belong to it. */
function drafting(event: KeyboardEvent): boolean {
  if (store.mode.value === 'look') return false;
  const arrows: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const arrow = arrows[event.key];
  if (arrow) nudge(arrow[0], arrow[1], event.shiftKey, event.altKey);
  else if (event.key === 'Enter') void takeDraft();
  else if (event.key === 'Escape') leaveDraft();
  else return false;
  return true;
}

/** What a button with the focus takes for itself; all other keys do what they always do, after a click too. */
const OWN = new Set(['Enter', 'Space']);

export function onKey(event: KeyboardEvent): void {
  if (store.helpOpen.value || !store.file.value) return;
  const target = event.target as HTMLElement;
  const typing = target.matches('input:not([type=checkbox]), textarea, select');
  if (typing) {
    if (event.key === 'Escape') target.blur();
    return;
  }
  if (drafting(event)) return event.preventDefault();
  const name = nameOf(event);
  if (target.matches('button, a, summary, input') && OWN.has(name)) return;
  const found = KEYS.find((key) => key.keys.includes(name));
  if (!found) return;
  event.preventDefault();
  found.run();
}

/** How a key is written for people. */
export const spelled = (key: string): string =>
  key.replace('ArrowLeft', '←').replace('ArrowRight', '→').replace(/\+([a-z])$/, (_, letter: string) => `+${letter.toUpperCase()}`).replace(/^([a-z])$/, (letter) => letter.toUpperCase());
