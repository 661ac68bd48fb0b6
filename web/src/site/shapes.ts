// Zones and lines as values: their geometry, and how they stand in the configuration.
import type { Anchor, Counting, ObjectClass, Rule } from './api';

/** Shares of the picture's width and height, from 0 to 1. */
export type Point = [number, number];

export interface Shape {
  /** `hide` and `keep` are regions: always hidden, and left alone. They count nothing. */
  type: 'zone' | 'line' | 'hide' | 'keep';
  /** In site.yaml, and in counts: it stays when the zone is called otherwise. */
  name: string;
  /** What people call it; empty for the name. */
  title?: string;
  points: Point[];
  /** The classes that are counted. */
  count: ObjectClass[];
  anchor: Anchor;
  /** Events that it raises. */
  rules: Rule[];
}

export interface Side {
  /** The corner that it begins at. */
  from: number;
  middle: Point;
}

type CountingConfig = Counting['counting'];

/** Seconds that a person must be in a zone before an event is raised, unless something else is chosen. */
export const DEFAULT_MIN_DURATION_S = 2;

/** Corners that a shape must keep. */
export const minCorners = (shape: Pick<Shape, 'type'>): number => (shape.type === 'line' ? 2 : 3);

export const isRegion = ({ type }: Pick<Shape, 'type'>): boolean => type === 'hide' || type === 'keep';

/** To the nearest ten-thousandth, inside the picture. */
export const clampShare = (value: number): number => Math.min(1, Math.max(0, Math.round(value * 10000) / 10000));

export const clampPoint = ([x, y]: Point): Point => [clampShare(x), clampShare(y)];

/** The sides of a shape with their middles, where a new corner can be inserted. */
export function sides({ type, points }: Pick<Shape, 'type' | 'points'>): Side[] {
  const starts = type !== 'line' ? points.map((_, n) => n) : points.slice(1).map((_, n) => n);
  return starts.map((from) => {
    const [ax, ay] = points[from] as Point;
    const [bx, by] = points[(from + 1) % points.length] as Point;
    return { from, middle: [(ax + bx) / 2, (ay + by) / 2] };
  });
}

/** Points moved by an offset that is cut so that all of them stay inside the picture. */
export function movedPoints(points: Point[], offset: Point): Point[] {
  const bounded = (axis: 0 | 1): number => {
    const values = points.map((point) => point[axis]);
    return Math.min(1 - Math.max(...values), Math.max(-Math.min(...values), offset[axis]));
  };
  const [dx, dy] = [bounded(0), bounded(1)];
  return points.map(([x, y]) => clampPoint([x + dx, y + dy]));
}

/** Do two sides of a zone cross? Such a zone has no clear inside. */
export function selfIntersects({ type, points }: Pick<Shape, 'type' | 'points'>): boolean {
  if (type === 'line') return false;
  const count = points.length;
  const side = (n: number): [Point, Point] => [points[n] as Point, points[(n + 1) % count] as Point];
  for (let i = 0; i < count; i += 1)
    for (let j = i + 2; j < count; j += 1) {
      const adjacent = (j + 1) % count === i;
      if (!adjacent && segmentsCross(...side(i), ...side(j))) return true;
    }
  return false;
}

function segmentsCross(a: Point, b: Point, c: Point, d: Point): boolean {
  /** Positive when r lies to the left of the way from p to q (in a picture: to its right). */
  const turn = (p: Point, q: Point, r: Point) => (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
  return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
}

/** The zones and lines of a camera with their rules; rules of other kinds are not among them. */
export function shapesFromConfig({ zones = [], lines = [], rules = [] }: CountingConfig): Shape[] {
  const counted = (count: readonly ObjectClass[] | undefined): ObjectClass[] => [...(count ?? (['person'] as const))];
  return [
    ...zones.map(
      (zone): Shape => ({
        type: 'zone',
        name: zone.name,
        ...titled(zone),
        points: zone.polygon as Point[],
        count: counted(zone.count),
        anchor: zone.anchor ?? 'foot',
        rules: rules.filter((rule) => 'zone' in rule && rule.zone === zone.name),
      }),
    ),
    ...lines.map(
      (line): Shape => ({
        type: 'line',
        name: line.name,
        ...titled(line),
        points: line.points as Point[],
        count: counted(line.count),
        anchor: line.anchor ?? 'foot',
        rules: rules.filter((rule) => 'line' in rule && rule.line === line.name),
      }),
    ),
  ];
}

/** The regions of a camera, numbered from 1: they have no names in the file. */
export function shapesFromRegions(type: 'hide' | 'keep', polygons: readonly (readonly Point[])[]): Shape[] {
  return polygons.map((points, n) => ({
    type,
    name: `${type}-${n + 1}`,
    points: [...points],
    count: [],
    anchor: 'foot',
    rules: [],
  }));
}

export const regionsFromShapes = (type: 'hide' | 'keep', shapes: Shape[]): Point[][] =>
  shapes.filter((shape) => shape.type === type).map(({ points }) => points);

const titled = ({ display_name }: { display_name?: string | null }) => (display_name ? { title: display_name } : {});

/** `config` with these shapes and their rules in place of those that it had. */
export function configFromShapes(config: CountingConfig, shapes: Shape[]): CountingConfig {
  const replaced = new Set(shapesFromConfig(config).flatMap((shape) => shape.rules));
  const others = (config.rules ?? []).filter((rule) => !replaced.has(rule));
  const common = ({ name, title, count, anchor }: Shape) => ({
    name,
    ...(title && title !== name ? { display_name: title } : {}),
    count: count as [ObjectClass, ...ObjectClass[]],
    anchor,
  });
  return {
    ...config,
    zones: shapes.filter(({ type }) => type === 'zone').map((zone) => ({ ...common(zone), polygon: zone.points })),
    lines: shapes.filter(({ type }) => type === 'line').map((line) => ({ ...common(line), points: line.points })),
    rules: [...others, ...shapes.flatMap(renamedRules)],
  };
}

/** A shape may have been renamed since its rules were read. */
function renamedRules(shape: Shape): Rule[] {
  return shape.rules.map((rule) => {
    if ('zone' in rule) return { ...rule, zone: shape.name };
    return 'line' in rule ? { ...rule, line: shape.name } : rule;
  });
}

/** A rule that raises an event for this shape, named like it where no other rule has that name. */
export function newRule(shape: Shape, shapes: Shape[]): Rule {
  const taken = new Set(shapes.flatMap((other) => other.rules.map((rule) => rule.name)));
  let name = shape.name;
  for (let n = 2; taken.has(name); n += 1) name = `${shape.name}-${n}`;
  const common = { name, count: shape.count };
  const rule =
    shape.type === 'zone'
      ? { ...common, kind: 'presence', zone: shape.name, min_duration: DEFAULT_MIN_DURATION_S }
      : { ...common, kind: 'crossing', line: shape.name };
  return rule as Rule;
}

/** A name made from what a person calls a shape, as the server makes one for a camera; empty where nothing is left. */
export function nameFrom(title: string, taken: ReadonlySet<string>): string {
  const spelled = title
    .toLowerCase()
    .replace(/[äöüß]/g, (letter) => ({ ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' })[letter] ?? '');
  const plain = spelled.normalize('NFKD').replace(/[\u0300-\u036f]/g, '');
  const base = plain
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 36)
    .replace(/[-_]+$/, '');
  let name = base;
  for (let n = 2; taken.has(name); n += 1) name = `${base}-${n}`;
  return name;
}

/** `zone-1`, or the first number that is free. */
export function unusedName(type: Shape['type'], shapes: Shape[]): string {
  const taken = new Set(shapes.map((shape) => shape.name));
  let n = 1;
  while (taken.has(`${type}-${n}`)) n += 1;
  return `${type}-${n}`;
}
