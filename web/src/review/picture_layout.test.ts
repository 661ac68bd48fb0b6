import { expect, test } from 'vitest';
import { layoutPicture, MAX_ZOOM, WHOLE_PICTURE, zoomTo } from './picture_layout';

const CANVAS = { width: 800, height: 600 };
const WIDE = { width: 1600, height: 900 };

test('the whole picture is fitted and centred', () => {
  expect(layoutPicture(CANVAS, WIDE, WHOLE_PICTURE)).toEqual({ left: 0, top: 75, pixelScale: 0.5 });
});

test('a zoomed picture has its chosen point in the middle', () => {
  const { left, top, pixelScale } = layoutPicture(CANVAS, WIDE, { scale: 4, x: 0.5, y: 0.25 });
  expect(pixelScale).toBe(2);
  expect(left + 0.5 * WIDE.width * pixelScale).toBe(400);
  expect(top + 0.25 * WIDE.height * pixelScale).toBe(300);
});

test('a zoomed picture is moved no further than to its edges', () => {
  expect(layoutPicture(CANVAS, WIDE, { scale: 4, x: 0, y: 0 })).toMatchObject({ left: 0, top: 0 });
  const { left, top } = layoutPicture(CANVAS, WIDE, { scale: 4, x: 1, y: 1 });
  expect([left + 3200, top + 1800]).toEqual([800, 600]);
});

test('a zoom keeps within its limits', () => {
  expect(zoomTo(0.3, 0.9, 0.9)).toEqual(WHOLE_PICTURE);
  expect(zoomTo(1000, -1, 2)).toEqual({ scale: MAX_ZOOM, x: 0, y: 1 });
});
