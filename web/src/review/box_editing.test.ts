import { describe, expect, test } from 'vitest';
import { centredBox, defaultBox, draggedBox, type Handle, isLargeEnough, MIN_BOX_PX, nudgedBox } from './box_editing';
import type { Box } from './track_interpolation';

const PICTURE = { width: 640, height: 480 };
const BOX: Box = [100, 100, 200, 150];

test('a default box is a square of an eighth of the shorter side around its point', () => {
  expect(defaultBox(PICTURE, 320, 240)).toEqual([290, 210, 350, 270]);
});

describe('centring', () => {
  test('keeps the size', () => {
    expect(centredBox(BOX, PICTURE, 300, 300)).toEqual([250, 275, 350, 325]);
  });

  test('stops at the edges of the picture', () => {
    expect(centredBox(BOX, PICTURE, 0, 0)).toEqual([0, 0, 100, 50]);
    expect(centredBox(BOX, PICTURE, 640, 480)).toEqual([540, 430, 640, 480]);
  });
});

describe('nudging', () => {
  test('moves all corners', () => {
    expect(nudgedBox(BOX, -4, 8, false)).toEqual([96, 108, 196, 158]);
  });

  test('resizes by the bottom right corner, and never below the smallest box', () => {
    expect(nudgedBox(BOX, 10, -10, true)).toEqual([100, 100, 210, 140]);
    expect(nudgedBox(BOX, -500, -500, true)).toEqual([100, 100, 100 + MIN_BOX_PX, 100 + MIN_BOX_PX]);
  });
});

describe('dragging', () => {
  const dragged = (handle: Handle, dx: number, dy: number) =>
    draggedBox(BOX, handle, [120, 120], [120 + dx, 120 + dy], PICTURE);

  test('each corner moves its own two sides', () => {
    expect(dragged('nw', 10, 5)).toEqual([110, 105, 200, 150]);
    expect(dragged('ne', 10, 5)).toEqual([100, 105, 210, 150]);
    expect(dragged('sw', 10, 5)).toEqual([110, 100, 200, 155]);
    expect(dragged('se', 10, 5)).toEqual([100, 100, 210, 155]);
  });

  test('a corner that is dragged past the other leaves the corners in order', () => {
    expect(dragged('se', -150, -80)).toEqual([50, 70, 100, 100]);
  });

  test('the whole box moves', () => {
    expect(dragged('move', -20, 30)).toEqual([80, 130, 180, 180]);
  });

  test('a new box spans from where the drag began to where it is', () => {
    expect(draggedBox([50, 60, 50, 60], 'new', [50, 60], [20, 90], PICTURE)).toEqual([20, 60, 50, 90]);
  });

  test('nothing leaves the picture', () => {
    expect(dragged('se', 1000, 1000)).toEqual([100, 100, 640, 480]);
    expect(dragged('nw', -1000, -1000)).toEqual([0, 0, 200, 150]);
  });
});

test('a box that is too thin in either direction is not saved', () => {
  expect(isLargeEnough([0, 0, 4, 4])).toBe(true);
  expect(isLargeEnough([0, 0, 3.9, 40])).toBe(false);
  expect(isLargeEnough([0, 0, 40, 3.9])).toBe(false);
});
