// Zones and lines as they are drawn: what can be done to their corners, and every step back. Nothing here draws.
import { computed, signal } from '@preact/signals';
import type { Anchor, CountingTold, Rule, Sort } from './api';

/** Shares of the picture's width and height, from 0 to 1. */
export type Corner = [number, number];
export interface Shape {
  type: 'zone' | 'line';
  name: string;
  points: Corner[];
  count: Sort[];
  at: Anchor;
  /** What is told of it. */
  rules: Rule[];
}

/** Corners that a shape must keep. */
export const fewest = (shape: Shape): number => (shape.type === 'zone' ? 3 : 2);

export const shapes = signal<Shape[]>([]);
export const chosen = signal<number | null>(null);
/** The corners of a shape that is being drawn; null when none is. */
export const drawing = signal<{ type: Shape['type']; points: Corner[] } | null>(null);
const before = signal<Shape[][]>([]);
const after = signal<Shape[][]>([]);
const stored = signal('[]');

export const canUndo = computed(() => before.value.length > 0);
export const canRedo = computed(() => after.value.length > 0);
export const changed = computed(() => JSON.stringify(shapes.value) !== stored.value);

/** What a camera counts and tells, as shapes; rules that are of none of them are not among these. */
export function shapesOf({ zones = [], lines = [], rules = [] }: CountingTold['counting']): Shape[] {
  const about = (type: Shape['type'], name: string) => rules.filter((rule) => (type === 'zone' ? 'zone' in rule && rule.zone === name : 'line' in rule && rule.line === name));
  return [
    ...zones.map((zone): Shape => ({ type: 'zone', name: zone.name, points: zone.polygon as Corner[], count: [...(zone.count ?? ['person'])], at: zone.at ?? 'foot', rules: about('zone', zone.name) })),
    ...lines.map((line): Shape => ({ type: 'line', name: line.name, points: line.points as Corner[], count: [...(line.count ?? ['person'])], at: line.at ?? 'foot', rules: about('line', line.name) })),
  ];
}

/** The other way round: `before` with these shapes and their rules in place of those that it had. */
export function countingOf(before: CountingTold['counting'], drawn: Shape[]): CountingTold['counting'] {
  const taken = new Set(shapesOf(before).flatMap((shape) => shape.rules));
  const others = (before.rules ?? []).filter((rule) => !taken.has(rule));
  const told = drawn.flatMap((shape) => shape.rules.map((rule) => ('zone' in rule ? { ...rule, zone: shape.name } : 'line' in rule ? { ...rule, line: shape.name } : rule)));
  const plain = ({ name, count, at }: Shape) => ({ name, count: count as [Sort, ...Sort[]], at });
  return {
    ...before,
    zones: drawn.filter((one) => one.type === 'zone').map((one) => ({ ...plain(one), polygon: one.points })),
    lines: drawn.filter((one) => one.type === 'line').map((one) => ({ ...plain(one), points: one.points })),
    rules: [...others, ...told],
  };
}

/** A rule of its own for a shape, named like it where that name is free. */
export function ruleFor(shape: Shape): Rule {
  const taken = new Set(shapes.value.flatMap((one) => one.rules.map((rule) => rule.name)));
  let name = shape.name;
  for (let n = 2; taken.has(name); n += 1) name = `${shape.name}-${n}`;
  const both = { name, count: shape.count };
  const rule = shape.type === 'zone' ? { ...both, kind: 'presence', zone: shape.name, hold: 2 } : { ...both, kind: 'crossing', line: shape.name };
  return rule as Rule;
}

/** Begin anew with what the site has. */
export function begin(given: Shape[]): void {
  shapes.value = given;
  stored.value = JSON.stringify(given);
  before.value = [];
  after.value = [];
  chosen.value = given.length ? 0 : null;
  drawing.value = null;
}

/** What the site has now is what is shown: the steps back stay. */
export const kept = (): void => void (stored.value = JSON.stringify(shapes.value));

/** One step, which can be taken back. A drag remembers once, when it begins, and then uses `show`. */
export function remember(): void {
  before.value = [...before.value.slice(-99), shapes.value];
  after.value = [];
}

function put(next: Shape[]): void {
  remember();
  shapes.value = next;
}

export function undo(): void {
  const last = before.value.at(-1);
  if (drawing.value) {
    const points = drawing.value.points.slice(0, -1);
    drawing.value = points.length ? { ...drawing.value, points } : null;
    return;
  }
  if (!last) return;
  after.value = [...after.value, shapes.value];
  before.value = before.value.slice(0, -1);
  shapes.value = last;
  keepChosen();
}

export function redo(): void {
  const next = after.value.at(-1);
  if (!next) return;
  before.value = [...before.value, shapes.value];
  after.value = after.value.slice(0, -1);
  shapes.value = next;
  keepChosen();
}

function keepChosen(): void {
  if (chosen.value !== null && chosen.value >= shapes.value.length) chosen.value = shapes.value.length ? shapes.value.length - 1 : null;
}

const within = (value: number): number => Math.min(1, Math.max(0, Math.round(value * 10000) / 10000));
const replaced = (index: number, by: (shape: Shape) => Shape): Shape[] => shapes.value.map((shape, n) => (n === index ? by(shape) : shape));

/** Move a corner, without a step: part of a drag. */
export function show(index: number, corner: number, to: Corner): void {
  shapes.value = replaced(index, (shape) => ({
    ...shape,
    points: shape.points.map((point, n) => (n === corner ? [within(to[0]), within(to[1])] : point)),
  }));
}

/** Move all of a shape, without a step; it stays inside the picture as it is. */
export function shift(index: number, points: Corner[], by: Corner): void {
  const bound = (axis: 0 | 1): number => {
    const values = points.map((point) => point[axis]);
    return Math.min(1 - Math.max(...values), Math.max(-Math.min(...values), by[axis]));
  };
  const [x, y] = [bound(0), bound(1)];
  shapes.value = replaced(index, (shape) => ({ ...shape, points: points.map((point) => [within(point[0] + x), within(point[1] + y)]) }));
}

export function nudge(index: number, corner: number, by: Corner): void {
  const at = shapes.value[index]?.points[corner];
  if (!at) return;
  remember();
  show(index, corner, [at[0] + by[0], at[1] + by[1]]);
}

export interface Side {
  /** The corner that it begins at. */
  from: number;
  middle: Corner;
}

/** The middles of a shape's sides: a new corner begins there. */
export function sides(shape: Shape): Side[] {
  const ends = shape.type === 'zone' ? shape.points.map((_, n) => n) : shape.points.slice(1).map((_, n) => n);
  return ends.map((from) => {
    const a = shape.points[from] as Corner;
    const b = shape.points[(from + 1) % shape.points.length] as Corner;
    return { from, middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] };
  });
}

/** A new corner in the middle of a side. Gives its number. */
export function split(index: number, side: Side): number {
  put(replaced(index, (shape) => ({ ...shape, points: shape.points.toSpliced(side.from + 1, 0, side.middle) })));
  return side.from + 1;
}

/** False where the shape would have too few corners left. */
export function removeCorner(index: number, corner: number): boolean {
  const shape = shapes.value[index];
  if (!shape || shape.points.length <= fewest(shape)) return false;
  put(replaced(index, (one) => ({ ...one, points: one.points.toSpliced(corner, 1) })));
  return true;
}

export function removeShape(index: number): void {
  put(shapes.value.toSpliced(index, 1));
  keepChosen();
}

export const change = (index: number, what: Partial<Shape>): void => put(replaced(index, (shape) => ({ ...shape, ...what })));

/** A further corner of the shape that is being drawn. */
export function draw(point: Corner): void {
  const now = drawing.value;
  if (now) drawing.value = { ...now, points: [...now.points, [within(point[0]), within(point[1])]] };
}

/** The shape that is being drawn is one. False while it has too few corners. */
export function finish(): boolean {
  const now = drawing.value;
  if (!now) return false;
  const made: Shape = { ...now, name: unused(now.type), count: ['person'], at: 'foot', rules: [] };
  if (made.points.length < fewest(made)) return false;
  put([...shapes.value, made]);
  chosen.value = shapes.value.length - 1;
  drawing.value = null;
  return true;
}

function unused(type: string): string {
  for (let n = 1; ; n += 1) if (!shapes.value.some((shape) => shape.name === `${type}-${n}`)) return `${type}-${n}`;
}

/** Do two sides of a zone cross? Such a zone has no inside that anybody means. */
export function crosses(shape: Shape): boolean {
  if (shape.type === 'line') return false;
  const count = shape.points.length;
  const turn = (a: Corner, b: Corner, c: Corner): number => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
  const side = (n: number): [Corner, Corner] => [shape.points[n] as Corner, shape.points[(n + 1) % count] as Corner];
  for (let i = 0; i < count; i += 1)
    for (let j = i + 2; j < count; j += 1) {
      if ((j + 1) % count === i) continue;
      const [a, b] = side(i);
      const [c, d] = side(j);
      if (turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0) return true;
    }
  return false;
}
