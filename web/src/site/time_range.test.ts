import { describe, expect, test } from 'vitest';
import { centredRange, dataRange, MAX_VIEW_S, MIN_VIEW_S, zoomRange } from './time_range';

const VIEW = { from: 1000, to: 2000 };

describe('zooming', () => {
  test('leaves the time that it is around where it is', () => {
    expect(zoomRange(VIEW, 0.5, 1250)).toEqual({ from: 1125, to: 1625 });
  });

  test('is around the middle when the time is out of view', () => {
    expect(zoomRange(VIEW, 2, 5000)).toEqual({ from: 500, to: 2500 });
  });

  test('has limits', () => {
    const length = ({ from, to }: typeof VIEW) => to - from;
    expect(length(zoomRange(VIEW, 0.0001, 1500))).toBeCloseTo(MIN_VIEW_S);
    expect(length(zoomRange(VIEW, 1e9, 1500))).toBeCloseTo(MAX_VIEW_S);
  });
});

test('a range around a time', () => {
  expect(centredRange(1500, 600)).toEqual({ from: 1200, to: 1800 });
});

test('the data of a view is the same after a short drag', () => {
  const data = dataRange({ from: 5000, to: 6000 });
  expect(data.from).toBeLessThanOrEqual(5000);
  expect(data.to).toBeGreaterThanOrEqual(6000);
  expect(dataRange({ from: 5030, to: 6030 })).toEqual(data);
});
