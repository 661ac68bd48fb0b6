import { expect, test } from 'vitest';
import type { TrackResponse } from './api';
import { cropAround, galleryOrder, shownState, toggleKind } from './gallery_rows';

const track = (number: number, kind: string, times: number[], visible: [number, number][] = []): TrackResponse =>
  ({ number, kind, times, boxes: times.flatMap(() => [10, 10, 30, 30]), visible, best: times[0] }) as TrackResponse;

test('an item is hidden, shown in part, or shown', () => {
  expect(shownState(track(1, 'face', [0, 100]))).toBe('hidden');
  expect(shownState(track(1, 'face', [0, 100], [[0, 50]]))).toBe('part');
  expect(shownState(track(1, 'face', [0, 100], [[0, 100]]))).toBe('shown');
});

test('kinds stand together, the longest first', () => {
  const tracks = [track(1, 'plate', [0, 9]), track(2, 'face', [0, 5]), track(3, 'face', [0, 50])];
  expect(galleryOrder(tracks).map(({ number }) => number)).toEqual([3, 2, 1]);
});

test('a crop has the shape that is asked for and stays inside the picture', () => {
  const [left, top, right, bottom] = cropAround(
    track(1, 'face', [0, 9]),
    { width: 640, height: 360 },
    { width: 160, height: 90 },
  );
  expect((right - left) / (bottom - top)).toBeCloseTo(160 / 90);
  expect(left).toBeGreaterThanOrEqual(0);
  expect(top).toBeGreaterThanOrEqual(0);
  expect(right).toBeGreaterThan(30);
  const small = cropAround(track(1, 'face', [0, 9]), { width: 32, height: 32 }, { width: 160, height: 90 });
  expect(small[2]).toBeLessThanOrEqual(32);
  expect(small[3]).toBeLessThanOrEqual(32);
});

test('all of a kind are selected, and all of them cleared', () => {
  const tracks = [track(1, 'plate', [0, 9]), track(2, 'plate', [0, 5]), track(3, 'face', [0, 50])];
  const plates = toggleKind(new Set([3]), tracks, 'plate');
  expect([...plates].sort()).toEqual([1, 2, 3]);
  expect([...toggleKind(plates, tracks, 'plate')]).toEqual([3]);
});
