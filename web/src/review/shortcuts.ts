// Every action with its key: this table is what the keyboard does, and what the help dialog lists.
import { edit, markReviewed, saveCase, seekTo, stepQueue, undo } from './actions';
import * as cases from './cases/case_store';
import { reviewedNext } from './cases/file_review';
import { showCasePage, stepFile } from './cases/navigation';
import * as commands from './commands';
import { selection, withTrack } from './commands';
import { cancelDraft, commitDraft, KINDS, nudgeDraft, startDraft, startEdit } from './draft_box';
import { toggleGallery } from './gallery_store';
import type { Text } from './messages';
import { toggleSound } from './sound/sound_player';
import { moveEdgeHere } from './sound/waveform_drag';
import * as store from './store';

export interface Shortcut {
  keys: string[];
  text: Text;
  group: 'time' | 'view' | 'tracks' | 'ranges' | 'other';
  run: () => void;
}

/** At once where the field is there already: what is typed next belongs to it. */
function focus(id: string): void {
  const field = document.getElementById(id);
  if (field) field.focus();
  else window.setTimeout(() => document.getElementById(id)?.focus(), 0);
}

function showPanel(panel: store.Panel, focused?: string): void {
  store.panel.value = panel;
  if (focused) focus(focused);
}

function step(frames: number): void {
  store.playing.value = false;
  seekTo(store.frame.value + frames);
}

function reviewAndAdvance(): void {
  if (store.queueItem.value) void markReviewed(store.queueItem.value, true, true);
}

function removeSelected(): void {
  const { video, track } = selection();
  void edit({ op: 'delete', video, track });
}

// biome-ignore format: one line per key, as a table
export const SHORTCUTS: Shortcut[] = [
  { keys: ['Space'], text: 'play', group: 'time', run: commands.togglePlaying },
  { keys: ['ArrowLeft', ','], text: 'frameBack', group: 'time', run: () => step(-1) },
  { keys: ['ArrowRight', '.'], text: 'frameForward', group: 'time', run: () => step(1) },
  { keys: ['Shift+ArrowLeft'], text: 'secondBack', group: 'time', run: () => step(-commands.framesPerSecond()) },
  { keys: ['Shift+ArrowRight'], text: 'secondForward', group: 'time', run: () => step(commands.framesPerSecond()) },
  { keys: ['Home'], text: 'toStart', group: 'time', run: () => seekTo(0) },
  { keys: ['End'], text: 'toEnd', group: 'time', run: () => seekTo(store.lastFrame.value) },
  { keys: ['<'], text: 'slower', group: 'time', run: () => commands.changeSpeed(-1) },
  { keys: ['>'], text: 'faster', group: 'time', run: () => commands.changeSpeed(1) },
  { keys: ['g'], text: 'goTo', group: 'time', run: () => focus('go-to') },
  { keys: ['a'], text: 'hearSoundHint', group: 'time', run: toggleSound },
  { keys: ['n'], text: 'nextItem', group: 'view', run: () => stepQueue(1) },
  { keys: ['p'], text: 'previousItem', group: 'view', run: () => stepQueue(-1) },
  { keys: ['d'], text: 'markReviewed', group: 'view', run: reviewAndAdvance },
  { keys: ['Shift+N'], text: 'nextFile', group: 'view', run: () => void stepFile(1, true) },
  { keys: ['Shift+P'], text: 'previousFile', group: 'view', run: () => void stepFile(-1) },
  { keys: ['Shift+D'], text: 'reviewedNext', group: 'view', run: () => void reviewedNext() },
  { keys: ['Shift+L'], text: 'backToCase', group: 'view', run: () => void showCasePage() },
  { keys: ['v'], text: 'switchView', group: 'view', run: commands.toggleView },
  { keys: ['o'], text: 'outlines', group: 'view', run: commands.toggleOutlines },
  { keys: ['q'], text: 'lockBoxes', group: 'view', run: commands.toggleLock },
  { keys: ['+', '='], text: 'zoomIn', group: 'view', run: () => commands.zoomBy(1.5) },
  { keys: ['-'], text: 'zoomOut', group: 'view', run: () => commands.zoomBy(1 / 1.5) },
  { keys: ['0'], text: 'zoomFit', group: 'view', run: commands.resetZoom },
  { keys: ['Alt++', 'Alt+='], text: 'timelineIn', group: 'view', run: () => commands.zoomTimeline(0.7) },
  { keys: ['Alt+-'], text: 'timelineOut', group: 'view', run: () => commands.zoomTimeline(1.4) },
  { keys: ['Shift+G'], text: 'gallery', group: 'tracks', run: toggleGallery },
  { keys: ['t'], text: 'nextTrack', group: 'tracks', run: commands.selectNextTrack },
  { keys: ['b'], text: 'drawBox', group: 'tracks', run: () => startDraft('draw') },
  { keys: ['Shift+B'], text: 'drawRegion', group: 'tracks', run: () => startDraft('region') },
  { keys: ['e'], text: 'editBox', group: 'tracks', run: startEdit },
  { keys: ['f'], text: 'follow', group: 'tracks', run: commands.followFromHere },
  { keys: ['Escape'], text: 'stopOrDeselect', group: 'tracks', run: commands.stopOrDeselect },
  { keys: ['x'], text: 'extend', group: 'tracks', run: withTrack(() => void edit({ op: 'extend', ...selection() })) },
  { keys: ['Shift+I'], text: 'startsHere', group: 'tracks', run: withTrack(() => void edit({ op: 'set_end', side: 'start', ...selection() })) },
  { keys: ['Shift+O'], text: 'endsHere', group: 'tracks', run: withTrack(() => void edit({ op: 'set_end', side: 'end', ...selection() })) },
  { keys: ['s'], text: 'split', group: 'tracks', run: withTrack(() => void edit({ op: 'split', ...selection() })) },
  { keys: ['j'], text: 'merge', group: 'tracks', run: commands.mergeTracks },
  { keys: ['Delete', 'Backspace'], text: 'removeTrack', group: 'tracks', run: withTrack(removeSelected) },
  { keys: ['c'], text: 'kind', group: 'tracks', run: withTrack(() => showPanel('track', 'kind')) },
  { keys: ['r'], text: 'reason', group: 'tracks', run: withTrack(() => showPanel('track', 'reason')) },
  { keys: ['k'], text: 'keepVisible', group: 'tracks', run: withTrack(() => void edit({ op: 'keep_visible', confirmed: false, ...selection() })) },
  { keys: ['Shift+K'], text: 'keepVisibleFurther', group: 'tracks', run: withTrack(() => void edit({ op: 'keep_visible', confirmed: true, ...selection() })) },
  { keys: ['h'], text: 'hideAgain', group: 'tracks', run: withTrack(() => void edit({ op: 'hide_again', ...selection() })) },
  { keys: ['y'], text: 'saveCase', group: 'tracks', run: withTrack(() => void saveCase()) },
  { keys: ['['], text: 'rangeStart', group: 'ranges', run: () => commands.markRange('from') },
  { keys: [']'], text: 'rangeEnd', group: 'ranges', run: () => commands.markRange('to') },
  { keys: ['w'], text: 'blackOutRange', group: 'ranges', run: commands.blackOutRange },
  { keys: ['m'], text: 'muteRange', group: 'ranges', run: () => commands.silenceRange('mute') },
  { keys: ['Shift+M'], text: 'bleepRange', group: 'ranges', run: () => commands.silenceRange('bleep') },
  { keys: ['{'], text: 'soundStartsHere', group: 'ranges', run: () => moveEdgeHere('start') },
  { keys: ['}'], text: 'soundEndsHere', group: 'ranges', run: () => moveEdgeHere('end') },
  { keys: ['Shift+X'], text: 'cutRange', group: 'ranges', run: commands.cutRange },
  { keys: ['Ctrl+z'], text: 'undo', group: 'other', run: () => void undo() },
  { keys: ['Ctrl+y', 'Ctrl+Shift+Z'], text: 'redo', group: 'other', run: () => void undo(true) },
  { keys: ['1'], text: 'queue', group: 'other', run: () => showPanel('queue') },
  { keys: ['2'], text: 'trackPanel', group: 'other', run: () => showPanel('track') },
  { keys: ['3'], text: 'timeRanges', group: 'other', run: () => showPanel('ranges') },
  { keys: ['4'], text: 'exportPanel', group: 'other', run: () => showPanel('export') },
  { keys: ['5'], text: 'spotCheck', group: 'other', run: () => showPanel('spot-check') },
  { keys: ['Shift+E'], text: 'exportNow', group: 'other', run: () => showPanel('export', 'export-now') },
  { keys: ['?'], text: 'help', group: 'other', run: () => { store.helpOpen.value = true; } },
];

function shortcutName(event: KeyboardEvent): string {
  const key = event.key === ' ' ? 'Space' : event.key;
  const letter = /^[a-zA-Z]$/.test(key);
  const shift = event.shiftKey && (letter || key.startsWith('Arrow')) ? 'Shift+' : '';
  const name = letter ? (event.shiftKey ? key.toUpperCase() : key.toLowerCase()) : key;
  return `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${shift}${name}`;
}

const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** While a box is drawn or changed the arrow keys, Enter and Escape belong to it. True when the key was one of them. */
function handleDraftKey(event: KeyboardEvent): boolean {
  if (store.mode.value === 'view') return false;
  const arrow = ARROWS[event.key];
  const kind = store.mode.value === 'draw' ? KINDS[Number(event.key) - 1] : undefined;
  if (arrow) nudgeDraft(arrow[0], arrow[1], event.shiftKey, event.altKey);
  else if (kind) void commitDraft(kind);
  else if (event.key === 'Enter') void commitDraft();
  else if (event.key === 'Escape') cancelDraft();
  else return false;
  return true;
}

/** Keys that a focused button handles itself; all others work as shortcuts, after a click on a button too. */
const BUTTON_KEYS = new Set(['Enter', 'Space']);

export function onKeyDown(event: KeyboardEvent): void {
  if (store.helpOpen.value || cases.reasonsOpen.value || document.querySelector('dialog[open]')) return;
  const target = event.target as HTMLElement;
  if (target.matches('input:not([type=checkbox]), textarea, select')) {
    if (event.key === 'Escape') target.blur();
    return;
  }
  const onFile = cases.pageName.value === 'file' && store.file.value !== null;
  if (onFile && handleDraftKey(event)) return event.preventDefault();
  const name = shortcutName(event);
  // On the page of a case one key works: the next file.
  if (!onFile && name !== 'Shift+N') return;
  if (target.matches('button, a, summary, input') && BUTTON_KEYS.has(name)) return;
  const shortcut = SHORTCUTS.find(({ keys }) => keys.includes(name));
  if (!shortcut) return;
  event.preventDefault();
  shortcut.run();
}

/** A key as it is written for people: ← instead of ArrowLeft, letters as capitals. */
export const shortcutLabel = (key: string): string =>
  key
    .replace('ArrowLeft', '←')
    .replace('ArrowRight', '→')
    .replace(/\+([a-z])$/, (_, letter: string) => `+${letter.toUpperCase()}`)
    .replace(/^([a-z])$/, (letter) => letter.toUpperCase());
