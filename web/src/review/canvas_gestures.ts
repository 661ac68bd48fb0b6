// Mouse and fingers on the picture: dragging boxes and their corners, panning, and zooming with two fingers.
import type { ReadonlySignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import { draggedBox, type Handle, isLargeEnough } from './box_editing';
import { cancelDraft, centreDraft, commitDraft } from './draft_box';
import { type Layout, zoomTo } from './picture_layout';
import * as store from './store';
import { type Box, interpolate } from './track_interpolation';

/** A press that moves less than this, in pixels of the page, is a click. */
const DRAG_THRESHOLD_PX = 4;

type Point = [number, number];
/** A drag of a box: `from` is where it began, in pixels of the picture. */
interface BoxDrag {
  handle: Handle;
  from: Point;
  box: Box;
  moved: boolean;
}
/** A drag of the picture itself: `from` in pixels of the page, `centre` where the zoom was. */
interface PanDrag {
  handle: 'pan';
  from: Point;
  centre: Point;
  moved: boolean;
  /** The item under the pointer: a click chooses it. */
  pressed: number | null;
}
type Drag = BoxDrag | PanDrag | null;
/** Two fingers: how far apart they were when they touched, and the zoom at that time. */
type Pinch = { distance: number; scale: number } | null;

export function useCanvasGestures(container: RefObject<HTMLDivElement | null>, layout: ReadonlySignal<Layout>) {
  const drag = useRef<Drag>(null);
  const pointers = useRef(new Map<number, Point>());
  const pinch = useRef<Pinch>(null);

  const picturePoint = (event: { clientX: number; clientY: number }): Point => {
    const rect = (container.current as HTMLDivElement).getBoundingClientRect();
    const { left, top, pixelScale } = layout.value;
    return [(event.clientX - rect.left - left) / pixelScale, (event.clientY - rect.top - top) / pixelScale];
  };

  const zoomAt = (clientX: number, clientY: number, scale: number) => {
    const info = store.info.value;
    if (!info) return;
    const [x, y] = picturePoint({ clientX, clientY });
    store.zoom.value = zoomTo(scale, x / info.width, y / info.height);
  };

  const pinchState = () => {
    const [[ax, ay], [bx, by]] = [...pointers.current.values()] as [Point, Point];
    return { x: (ax + bx) / 2, y: (ay + by) / 2, distance: Math.max(1, Math.hypot(ax - bx, ay - by)) };
  };

  /** Ends a drag without saving: the box is as before. */
  const abortDrag = () => {
    if (drag.current?.moved && store.mode.value === 'edit') cancelDraft();
    drag.current = null;
  };

  /** What a press at `event` takes hold of. */
  const grab = (event: PointerEvent): Drag => {
    const from = picturePoint(event);
    const { track, handle } = (event.target as SVGElement).dataset;
    if (store.mode.value === 'draw' || store.mode.value === 'region') {
      // Outlines below do not keep anybody from drawing there: only the draft itself can be held.
      const box = store.draftBox.value;
      if (box && handle && track === undefined) return { handle: handle as Handle, from, box, moved: false };
      return { handle: 'new', from, box: [...from, ...from], moved: false };
    }
    // Only the chosen item is dragged, and nothing while boxes are locked: everywhere else the picture moves.
    if (track === undefined || store.boxesLocked.value || Number(track) !== store.selectedNumber.value) {
      const { x, y } = store.zoom.value;
      const pressed = track === undefined ? null : Number(track);
      return { handle: 'pan', from: [event.clientX, event.clientY], centre: [x, y], moved: false, pressed };
    }
    const selected = store.selectedTrack.value;
    const box = selected ? interpolate(selected, store.currentTicks.value) : null;
    return box && { handle: (handle ?? 'move') as Handle, from, box, moved: false };
  };

  const pan = (event: PointerEvent, held: PanDrag) => {
    const info = store.info.value;
    if (!info) return;
    const [dx, dy] = [event.clientX - held.from[0], event.clientY - held.from[1]];
    if (Math.hypot(dx, dy) >= DRAG_THRESHOLD_PX) held.moved = true;
    const { pixelScale } = layout.value;
    const { scale } = store.zoom.value;
    const [x, y] = held.centre;
    if (scale > 1)
      store.zoom.value = zoomTo(scale, x - dx / (info.width * pixelScale), y - dy / (info.height * pixelScale));
  };

  const dragBox = (event: PointerEvent, held: BoxDrag) => {
    const info = store.info.value;
    if (!info) return;
    const to = picturePoint(event);
    const distance = Math.hypot(to[0] - held.from[0], to[1] - held.from[1]) * layout.value.pixelScale;
    if (!held.moved && distance < DRAG_THRESHOLD_PX) return;
    held.moved = true;
    if (store.mode.value === 'view') store.mode.value = 'edit';
    store.draftBox.value = draggedBox(held.box, held.handle, held.from, to, info);
  };

  const onPointerDown = (event: PointerEvent) => {
    if (event.button > 0) return;
    pointers.current.set(event.pointerId, [event.clientX, event.clientY]);
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    event.preventDefault();
    if (pointers.current.size === 2) {
      abortDrag();
      pinch.current = { distance: pinchState().distance, scale: store.zoom.value.scale };
      return;
    }
    container.current?.focus();
    drag.current = grab(event);
  };

  const onPointerMove = (event: PointerEvent) => {
    if (pointers.current.has(event.pointerId)) pointers.current.set(event.pointerId, [event.clientX, event.clientY]);
    if (pinch.current && pointers.current.size === 2) {
      const { x, y, distance } = pinchState();
      zoomAt(x, y, (pinch.current.scale * distance) / pinch.current.distance);
      return;
    }
    const held = drag.current;
    if (held?.handle === 'pan') pan(event, held);
    else if (held) dragBox(event, held);
  };

  const onPointerUp = (event: PointerEvent) => {
    pointers.current.delete(event.pointerId);
    if (pinch.current) {
      if (!pointers.current.size) pinch.current = null;
      return;
    }
    const held = drag.current;
    drag.current = null;
    if (!held) return;
    if (held.handle === 'pan') {
      if (!held.moved) store.selectedNumber.value = held.pressed;
    } else if (!held.moved) {
      // A click while drawing puts the new box there, to be confirmed or changed.
      if (held.handle === 'new') centreDraft(...held.from);
    } else {
      const box = store.draftBox.value;
      // A new box waits until it is said what is in it.
      const asked = store.mode.value === 'draw';
      if (store.mode.value !== 'view' && !asked && box && isLargeEnough(box)) void commitDraft();
    }
  };

  const onPointerCancel = (event: PointerEvent) => {
    pointers.current.delete(event.pointerId);
    pinch.current = null;
    abortDrag();
  };

  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    zoomAt(event.clientX, event.clientY, store.zoom.value.scale * (event.deltaY < 0 ? 1.25 : 0.8));
  };

  return { onPointerDown, onPointerMove, onPointerUp, onPointerCancel, onWheel };
}
