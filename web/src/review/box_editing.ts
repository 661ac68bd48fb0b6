// Geometry of editing a box: pure functions in pixels of the picture. What they change is kept by draft_box.ts.
import type { Box } from './track_interpolation';

/** What a box is dragged by: a corner, all of it, or the empty picture on which a new one is drawn. */
export type Handle = 'nw' | 'ne' | 'sw' | 'se' | 'move' | 'new';

export interface Size {
  width: number;
  height: number;
}

/** Smallest width and height of a box that is saved, in pixels. */
export const MIN_BOX_PX = 4;

const clamp = (value: number, max: number): number => Math.min(max, Math.max(0, value));

/** A square of an eighth of the shorter side around a point, for those who draw with the keyboard. */
export function defaultBox({ width, height }: Size, x: number, y: number): Box {
  const half = Math.min(width, height) / 16;
  return [x - half, y - half, x + half, y + half];
}

/** The box, as large as it is, centred on a point as far as the picture allows. */
export function centredBox(box: Box, { width, height }: Size, x: number, y: number): Box {
  const [w, h] = [box[2] - box[0], box[3] - box[1]];
  const left = clamp(x - w / 2, width - w);
  const top = clamp(y - h / 2, height - h);
  return [left, top, left + w, top + h];
}

/** Moved by (dx, dy), or with `resize` its bottom right corner moved; never smaller than `MIN_BOX_PX`. */
export function nudgedBox(box: Box, dx: number, dy: number, resize: boolean): Box {
  const [x1, y1, x2, y2] = box;
  if (!resize) return [x1 + dx, y1 + dy, x2 + dx, y2 + dy];
  return [x1, y1, Math.max(x1 + MIN_BOX_PX, x2 + dx), Math.max(y1 + MIN_BOX_PX, y2 + dy)];
}

/**
 * `box` with its `handle` dragged from one point to another: inside the picture, and with its corners in order even
 * when one was dragged past the other.
 */
export function draggedBox(box: Box, handle: Handle, from: [number, number], to: [number, number], size: Size): Box {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  let [x1, y1, x2, y2] = box;
  if (handle === 'new') [x2, y2] = to;
  else if (handle === 'move') [x1, y1, x2, y2] = [x1 + dx, y1 + dy, x2 + dx, y2 + dy];
  else {
    if (handle.includes('w')) x1 += dx;
    else x2 += dx;
    if (handle.includes('n')) y1 += dy;
    else y2 += dy;
  }
  return [
    clamp(Math.min(x1, x2), size.width),
    clamp(Math.min(y1, y2), size.height),
    clamp(Math.max(x1, x2), size.width),
    clamp(Math.max(y1, y2), size.height),
  ];
}

export const isLargeEnough = (box: Box): boolean => box[2] - box[0] >= MIN_BOX_PX && box[3] - box[1] >= MIN_BOX_PX;
