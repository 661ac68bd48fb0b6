// Where the picture lies on the canvas, for a given zoom.
import type { Size } from './box_editing';

/** `scale` 1 shows the whole picture; (x, y) is the point in the middle of the canvas, as shares of the picture. */
export interface Zoom {
  scale: number;
  x: number;
  y: number;
}

export const MAX_ZOOM = 32;
export const WHOLE_PICTURE: Zoom = { scale: 1, x: 0.5, y: 0.5 };

/** Top left corner of the picture on the canvas, and canvas pixels per picture pixel. */
export interface Layout {
  left: number;
  top: number;
  pixelScale: number;
}

/** The picture fitted into the canvas, zoomed, and moved no further than to its own edges. */
export function layoutPicture(canvas: Size, picture: Size, zoom: Zoom): Layout {
  const pixelScale = Math.min(canvas.width / picture.width, canvas.height / picture.height) * zoom.scale;
  const offset = (available: number, size: number, centre: number): number =>
    size <= available ? (available - size) / 2 : Math.min(0, Math.max(available - size, available / 2 - centre * size));
  return {
    left: offset(canvas.width, picture.width * pixelScale, zoom.x),
    top: offset(canvas.height, picture.height * pixelScale, zoom.y),
    pixelScale,
  };
}

/** Zoomed to `scale`, within its limits, around a point given as shares of the picture. */
export function zoomTo(scale: number, x: number, y: number): Zoom {
  const limited = Math.min(MAX_ZOOM, Math.max(1, scale));
  const share = (value: number) => Math.min(1, Math.max(0, value));
  return limited === 1 ? WHOLE_PICTURE : { scale: limited, x: share(x), y: share(y) };
}
