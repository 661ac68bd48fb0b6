import { describe, expect, test } from 'vitest';
import type { Rule } from './api';
import {
  configFromShapes,
  movedPoints,
  nameFrom,
  newRule,
  type Point,
  regionsFromShapes,
  type Shape,
  selfIntersects,
  shapesFromConfig,
  shapesFromRegions,
  sides,
  unusedName,
} from './shapes';

const SQUARE: Point[] = [
  [0.1, 0.1],
  [0.5, 0.1],
  [0.5, 0.5],
  [0.1, 0.5],
];
const zone = (changes: Partial<Shape> = {}): Shape => ({
  type: 'zone',
  name: 'yard',
  points: SQUARE,
  count: ['person'],
  anchor: 'foot',
  rules: [],
  ...changes,
});

describe('sides', () => {
  test('a zone is closed', () => {
    expect(sides(zone()).map(({ from }) => from)).toEqual([0, 1, 2, 3]);
    expect(sides(zone())[3]?.middle).toEqual([0.1, 0.3]);
  });

  test('a line is open', () => {
    expect(sides({ type: 'line', points: SQUARE })).toHaveLength(3);
  });
});

describe('crossing sides', () => {
  test('a simple zone has none', () => {
    expect(selfIntersects(zone())).toBe(false);
  });

  test('a bow tie has', () => {
    const [a, b, c, d] = SQUARE as [Point, Point, Point, Point];
    expect(selfIntersects(zone({ points: [a, c, b, d] }))).toBe(true);
  });

  test('a line may cross itself', () => {
    const [a, b, c, d] = SQUARE as [Point, Point, Point, Point];
    expect(selfIntersects({ type: 'line', points: [a, c, b, d] })).toBe(false);
  });
});

test('moved points keep their shape and stay in the picture', () => {
  expect(movedPoints(SQUARE, [0.2, 0.1])[0]).toEqual([0.3, 0.2]);
  expect(movedPoints(SQUARE, [9, -9])).toEqual([
    [0.6, 0],
    [1, 0],
    [1, 0.4],
    [0.6, 0.4],
  ]);
});

describe('the configuration', () => {
  const presence = { name: 'alarm', kind: 'presence', zone: 'yard', count: ['person'] } as unknown as Rule;
  const dark = { name: 'night', kind: 'dark' } as unknown as Rule;
  const config = {
    full_frame: true,
    zones: [{ name: 'yard', polygon: SQUARE, count: ['person', 'car'], anchor: 'middle' }],
    lines: [{ name: 'gate', points: SQUARE.slice(0, 2), count: ['person'], anchor: 'foot' }],
    rules: [dark, presence],
  } as unknown as Parameters<typeof shapesFromConfig>[0];

  test('is read as zones and lines with their rules', () => {
    const [yard, gate] = shapesFromConfig(config);
    expect(yard).toMatchObject({ type: 'zone', count: ['person', 'car'], anchor: 'middle', rules: [presence] });
    expect(gate).toMatchObject({ type: 'line', rules: [] });
  });

  test('is written back as it was read', () => {
    expect(configFromShapes(config, shapesFromConfig(config))).toEqual(config);
  });

  test('keeps rules that are of no shape, and rules follow the name of theirs', () => {
    const [yard] = shapesFromConfig(config) as [Shape];
    const written = configFromShapes(config, [{ ...yard, name: 'court' }]);
    expect(written.rules).toEqual([dark, { ...presence, zone: 'court' }]);
    expect(written.lines).toEqual([]);
  });
});

test('names that are taken get a number', () => {
  expect(unusedName('zone', [zone({ name: 'zone-1' }), zone({ name: 'zone-3' })])).toBe('zone-2');
  const alarmed = zone({ rules: [{ name: 'yard' } as Rule] });
  expect(newRule(zone(), [alarmed]).name).toBe('yard-2');
  expect(newRule(zone({ type: 'line' }), [])).toMatchObject({ name: 'yard', kind: 'crossing', line: 'yard' });
});

const EMPTY = { full_frame: [], zones: [], lines: [], rules: [] };

describe('what people call a shape', () => {
  test('is in the file beside its name, and comes back', () => {
    const config = configFromShapes(EMPTY, [zone({ title: 'Hof, Süd' }), zone({ name: 'gate', title: 'gate' })]);
    expect(config.zones?.map(({ name, display_name }) => [name, display_name])).toEqual([
      ['yard', 'Hof, Süd'],
      ['gate', undefined],
    ]);
    expect(shapesFromConfig(config).map(({ title }) => title)).toEqual(['Hof, Süd', undefined]);
  });

  test('makes a name that the file takes', () => {
    expect(nameFrom('Höfe, Süd (2. Stock)', new Set())).toBe('hoefe-sued-2-stock');
    expect(nameFrom('Café', new Set(['cafe']))).toBe('cafe-2');
    expect(nameFrom('日本', new Set())).toBe('');
  });
});

test('regions are beside zones, and are no zones', () => {
  const regions = [...shapesFromRegions('hide', [SQUARE]), ...shapesFromRegions('keep', [SQUARE, SQUARE])];
  expect(regions.map(({ name }) => name)).toEqual(['hide-1', 'keep-1', 'keep-2']);
  expect(sides(regions[0] as Shape)).toHaveLength(4);
  const all = [zone(), ...regions];
  expect(configFromShapes(EMPTY, all).zones).toHaveLength(1);
  expect(regionsFromShapes('hide', all)).toEqual([SQUARE]);
  expect(regionsFromShapes('keep', all)).toEqual([SQUARE, SQUARE]);
});
