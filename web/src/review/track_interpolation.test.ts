import { describe, expect, test } from 'vitest';
import { endTicks, interpolate, isVisibleAt, startTicks } from './track_interpolation';

const TRACK = {
  times: [100, 200, 400],
  boxes: [0, 0, 10, 10, 10, 20, 30, 40, 10, 20, 50, 80],
};

test('a track starts and ends with its first and last keyframe', () => {
  expect([startTicks(TRACK), endTicks(TRACK)]).toEqual([100, 400]);
});

describe('interpolation', () => {
  test('gives the box of a keyframe at its time', () => {
    expect(interpolate(TRACK, 100)).toEqual([0, 0, 10, 10]);
    expect(interpolate(TRACK, 200)).toEqual([10, 20, 30, 40]);
    expect(interpolate(TRACK, 400)).toEqual([10, 20, 50, 80]);
  });

  test('is linear between keyframes', () => {
    expect(interpolate(TRACK, 150)).toEqual([5, 10, 20, 25]);
    expect(interpolate(TRACK, 250)).toEqual([10, 20, 35, 50]);
  });

  test('gives nothing outside the track', () => {
    expect(interpolate(TRACK, 99)).toBeNull();
    expect(interpolate(TRACK, 401)).toBeNull();
  });

  test('a track of one keyframe is there in that moment alone', () => {
    const single = { times: [7], boxes: [1, 2, 3, 4] };
    expect(interpolate(single, 7)).toEqual([1, 2, 3, 4]);
    expect(interpolate(single, 8)).toBeNull();
  });
});

test('both ends of a visible range are in it', () => {
  const track = { visible: [[150, 200] as [number, number]] };
  expect([149, 150, 200, 201].map((ticks) => isVisibleAt(track, ticks))).toEqual([false, true, true, false]);
});
