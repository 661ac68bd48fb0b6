import { expect, test, vi } from 'vitest';
import { fitCanvas } from './canvas_size';

test('the size of a canvas is set only where it changes, and it is cleared each time', () => {
  vi.stubGlobal('window', { devicePixelRatio: 2 });
  const set: number[] = [];
  const cleared: number[][] = [];
  const context = { setTransform: () => undefined, clearRect: (...area: number[]) => cleared.push(area) };
  let width = 0;
  const canvas = {
    get width() {
      return width;
    },
    set width(value: number) {
      width = value;
      set.push(value);
    },
    height: 0,
    getContext: () => context,
  } as unknown as HTMLCanvasElement;
  for (const across of [100, 100, 120]) fitCanvas(canvas, across, 50);
  expect(set).toEqual([200, 240]);
  expect(canvas.height).toBe(100);
  expect(cleared).toEqual([
    [0, 0, 100, 50],
    [0, 0, 100, 50],
    [0, 0, 120, 50],
  ]);
  vi.unstubAllGlobals();
});
