import { expect, test } from 'vitest';
import type { EditResponse, TrackResponse } from './api';
import { changeText } from './change_text';

const track = (fields: Partial<TrackResponse> = {}): TrackResponse =>
  ({
    number: 7,
    kind: 'face',
    times: [0, 9],
    boxes: [0, 0, 9, 9],
    visible: [],
    reason: null,
    ...fields,
  }) as TrackResponse;
const history = (fields = {}) =>
  ({ revision: 1, audio: [], trim: [], ...fields }) as unknown as EditResponse['history'];
const told = (before: TrackResponse[], change: Partial<EditResponse>) =>
  changeText({ video: 0, tracks: new Map(before.map((one) => [one.number, one])), history: history() }, {
    history: history(),
    tracks: [],
    removed: [],
    selected: null,
    ...change,
  } as EditResponse);
const became = (fields: Partial<TrackResponse>) => told([track()], { tracks: [[0, track(fields)]] as never });

test('every change has its words', () => {
  expect(told([], { tracks: [[0, track()]] as never })).toBe('Face 7 is masked again.');
  expect(told([track()], { removed: [[0, 7]] as never })).toBe('The mask of Face 7 is gone.');
  expect(became({ kind: 'plate' })).toBe('Face 7 is a Plate.');
  expect(became({ reason: 'b(6)' })).toBe('The reason of Face 7 is b(6).');
  expect(became({ visible: [[0, 5]] })).toBe('Face 7 is kept visible.');
  expect(became({ boxes: [1, 1, 9, 9] })).toBe('The box of Face 7 is as before.');
  expect(became({})).toBe('');
});

test('ranges and several items are named', () => {
  expect(told([], { history: history({ audio: [{ start: 1, end: 2 }] }) })).toBe('The sound ranges are as before.');
  const many = [1, 2, 3, 4, 5].map((number) => [0, track({ number })]);
  expect(told([], { tracks: many as never })).toMatch(/and 2 more changes/);
});
