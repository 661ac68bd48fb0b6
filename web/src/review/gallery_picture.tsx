// The picture of one item: part of a frame, masked as it will be released; of the original only in that view.
import { useEffect, useRef } from 'preact/hooks';
import { frameUrl, type TrackResponse } from './api';
import { cropAround } from './gallery_rows';
import * as store from './store';
import { frameAt } from './timecode';
import { type Box, interpolate } from './track_interpolation';

const WIDTH_PX = 176;
const HEIGHT_PX = 110;
const REQUESTED_PX = 1280;

let last: Promise<unknown> = Promise.resolve();

/** One frame after the other, and none that is not wanted any more: each is a seek in the file. */
function inTurn(wanted: () => boolean, load: () => Promise<void>): void {
  last = last.then(async () => {
    if (wanted()) await load().catch(() => undefined);
  });
}

export function GalleryPicture({ track }: { track: TrackResponse }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = store.view.value;
  const revision = store.revision.value;
  const { file, info, video } = { file: store.fileId.value, info: store.info.value, video: store.video.value };
  useEffect(() => {
    const target = canvas.current;
    if (!target || !info) return;
    let mounted = true;
    const frame = frameAt(store.frameTimes.value, track.best);
    const url = frameUrl(view, file, video, frame, REQUESTED_PX, view === 'masked' ? revision : 0, view === 'masked');
    const load = async () => {
      const response = await fetch(url, { cache: 'no-store' });
      if (!response.ok) return;
      const bitmap = await createImageBitmap(await response.blob());
      if (mounted) draw(target, bitmap, track, info);
      bitmap.close();
    };
    const observer = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      observer.disconnect();
      inTurn(() => mounted, load);
    });
    observer.observe(target);
    return () => {
      mounted = false;
      observer.disconnect();
    };
  }, [track, view, revision, file, video, info]);
  return <canvas key={view} ref={canvas} width={WIDTH_PX} height={HEIGHT_PX} aria-hidden="true" />;
}

function draw(
  canvas: HTMLCanvasElement,
  bitmap: ImageBitmap,
  track: TrackResponse,
  info: { width: number; height: number },
): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const crop = cropAround(track, info, { width: WIDTH_PX, height: HEIGHT_PX });
  const toBitmap = bitmap.width / info.width;
  const [x, y, right, bottom] = crop.map((value) => value * toBitmap) as Box;
  context.drawImage(bitmap, x, y, right - x, bottom - y, 0, 0, WIDTH_PX, HEIGHT_PX);
  const box = interpolate(track, track.best);
  if (!box) return;
  const scale = WIDTH_PX / (crop[2] - crop[0]);
  context.strokeStyle = '#fff';
  context.lineWidth = 2;
  context.strokeRect(
    (box[0] - crop[0]) * scale,
    (box[1] - crop[1]) * scale,
    (box[2] - box[0]) * scale,
    (box[3] - box[1]) * scale,
  );
  canvas.dataset.drawn = String(track.number);
}
