// What the zone editor shows and can undo. Changes that are part of a drag push no history of their own.
import { computed, signal } from '@preact/signals';
import type { Counting } from './api';
import { clampPoint, minCorners, movedPoints, type Point, type Shape, type Side, unusedName } from './shapes';

const MAX_UNDO = 100;

export const shapes = signal<Shape[]>([]);
/** Timetables of the site, to which alerts can be limited. */
export const timetables = signal<Counting['timetables']>([]);
export const selectedIndex = signal<number | null>(null);
/** The shape that is being drawn; null when none is. */
export const drawing = signal<{ type: Shape['type']; points: Point[] } | null>(null);
const undoStack = signal<Shape[][]>([]);
const redoStack = signal<Shape[][]>([]);
const savedShapes = signal('[]');

export const canUndo = computed(() => undoStack.value.length > 0);
export const canRedo = computed(() => redoStack.value.length > 0);
export const isDirty = computed(() => JSON.stringify(shapes.value) !== savedShapes.value);
export const selectedShape = computed(() =>
  selectedIndex.value === null ? null : (shapes.value[selectedIndex.value] ?? null),
);

/** Starts again with the saved shapes of a camera. */
export function loadShapes(saved: Shape[]): void {
  shapes.value = saved;
  savedShapes.value = JSON.stringify(saved);
  undoStack.value = [];
  redoStack.value = [];
  selectedIndex.value = saved.length ? 0 : null;
  drawing.value = null;
}

/** The shapes were saved. They can still be undone. */
export function markSaved(): void {
  savedShapes.value = JSON.stringify(shapes.value);
}

/** Is a shape of this name in the file? */
export const isSaved = (name: string): boolean =>
  (JSON.parse(savedShapes.value) as Shape[]).some((shape) => shape.name === name);

/** Makes what is there now a step of undo. A drag does so once, before its first movement. */
export function pushHistory(): void {
  undoStack.value = [...undoStack.value.slice(-(MAX_UNDO - 1)), shapes.value];
  redoStack.value = [];
}

function applyShapes(next: Shape[]): void {
  pushHistory();
  shapes.value = next;
}

/** While a shape is being drawn, takes back its last corner. */
export function undo(): void {
  if (drawing.value) {
    const points = drawing.value.points.slice(0, -1);
    drawing.value = points.length ? { ...drawing.value, points } : null;
    return;
  }
  const previous = undoStack.value.at(-1);
  if (!previous) return;
  redoStack.value = [...redoStack.value, shapes.value];
  undoStack.value = undoStack.value.slice(0, -1);
  shapes.value = previous;
  clampSelection();
}

export function redo(): void {
  const next = redoStack.value.at(-1);
  if (!next) return;
  undoStack.value = [...undoStack.value, shapes.value];
  redoStack.value = redoStack.value.slice(0, -1);
  shapes.value = next;
  clampSelection();
}

function clampSelection(): void {
  if (selectedIndex.value !== null && selectedIndex.value >= shapes.value.length)
    selectedIndex.value = shapes.value.length ? shapes.value.length - 1 : null;
}

const withShape = (index: number, change: (shape: Shape) => Partial<Shape>): Shape[] =>
  shapes.value.map((shape, n) => (n === index ? { ...shape, ...change(shape) } : shape));

/** Part of a drag. */
export function moveCorner(index: number, corner: number, to: Point): void {
  shapes.value = withShape(index, ({ points }) => ({ points: points.with(corner, clampPoint(to)) }));
}

/** Part of a drag: `points` are those at its start, `offset` how far it has gone. */
export function moveShape(index: number, points: Point[], offset: Point): void {
  shapes.value = withShape(index, () => ({ points: movedPoints(points, offset) }));
}

export function nudgeCorner(index: number, corner: number, [dx, dy]: Point): void {
  const point = shapes.value[index]?.points[corner];
  if (!point) return;
  pushHistory();
  moveCorner(index, corner, [point[0] + dx, point[1] + dy]);
}

/** Inserts a corner in the middle of a side, and returns its number. */
export function insertCorner(index: number, { from, middle }: Side): number {
  applyShapes(withShape(index, ({ points }) => ({ points: points.toSpliced(from + 1, 0, middle) })));
  return from + 1;
}

/** False where the shape would have too few corners left. */
export function removeCorner(index: number, corner: number): boolean {
  const shape = shapes.value[index];
  if (!shape || shape.points.length <= minCorners(shape)) return false;
  applyShapes(withShape(index, ({ points }) => ({ points: points.toSpliced(corner, 1) })));
  return true;
}

export function removeShape(index: number): void {
  applyShapes(shapes.value.toSpliced(index, 1));
  clampSelection();
}

export function updateShape(index: number, change: Partial<Shape>): void {
  applyShapes(withShape(index, () => change));
}

export function startDrawing(type: Shape['type']): void {
  drawing.value = { type, points: [] };
  selectedIndex.value = null;
}

export function cancelDrawing(): void {
  drawing.value = null;
}

/** Adds a corner to the shape that is being drawn. */
export function addCorner(point: Point): void {
  if (drawing.value) drawing.value = { ...drawing.value, points: [...drawing.value.points, clampPoint(point)] };
}

/** Adds the shape that is being drawn to the others. False while it has too few corners. */
export function finishDrawing(): boolean {
  const drawn = drawing.value;
  if (!drawn || drawn.points.length < minCorners(drawn)) return false;
  const name = unusedName(drawn.type, shapes.value);
  applyShapes([...shapes.value, { ...drawn, name, count: ['person'], anchor: 'foot', rules: [] }]);
  selectedIndex.value = shapes.value.length - 1;
  drawing.value = null;
  return true;
}
