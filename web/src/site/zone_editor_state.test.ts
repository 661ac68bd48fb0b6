import { beforeEach, describe, expect, test } from 'vitest';
import type { Point, Shape } from './shapes';
import * as editor from './zone_editor_state';

const TRIANGLE: Point[] = [
  [0.1, 0.1],
  [0.5, 0.1],
  [0.3, 0.5],
];
const shape = (name: string): Shape => ({
  type: 'zone',
  name,
  points: TRIANGLE,
  count: ['person'],
  anchor: 'foot',
  rules: [],
});
const points = (index = 0) => editor.shapes.value[index]?.points;

beforeEach(() => {
  editor.loadShapes([shape('yard'), shape('gate')]);
});

test('what was loaded is unchanged and has nothing to undo', () => {
  expect([editor.isDirty.value, editor.canUndo.value, editor.canRedo.value]).toEqual([false, false, false]);
  expect(editor.selectedShape.value?.name).toBe('yard');
});

describe('undo', () => {
  test('takes back a change, and redo makes it again', () => {
    editor.updateShape(0, { name: 'court' });
    expect(editor.isDirty.value).toBe(true);
    editor.undo();
    expect(editor.shapes.value[0]?.name).toBe('yard');
    expect(editor.isDirty.value).toBe(false);
    editor.redo();
    expect(editor.shapes.value[0]?.name).toBe('court');
  });

  test('a drag is one step', () => {
    editor.pushHistory();
    editor.moveCorner(0, 0, [0.2, 0.2]);
    editor.moveCorner(0, 0, [0.25, 0.25]);
    editor.undo();
    expect(points()).toEqual(TRIANGLE);
    expect(editor.canUndo.value).toBe(false);
  });

  test('a change after an undo leaves nothing to redo', () => {
    editor.updateShape(0, { name: 'a' });
    editor.undo();
    editor.updateShape(0, { name: 'b' });
    expect(editor.canRedo.value).toBe(false);
  });

  test('goes back a hundred steps', () => {
    for (let n = 0; n < 120; n += 1) editor.updateShape(0, { name: `n${n}` });
    for (let n = 0; n < 200; n += 1) editor.undo();
    expect(editor.shapes.value[0]?.name).toBe('n19');
  });

  test('is still possible after saving', () => {
    editor.updateShape(0, { name: 'court' });
    editor.markSaved();
    expect(editor.isDirty.value).toBe(false);
    editor.undo();
    expect(editor.isDirty.value).toBe(true);
  });
});

describe('corners', () => {
  test('stay in the picture', () => {
    editor.moveCorner(0, 1, [7, -7]);
    expect(points()?.[1]).toEqual([1, 0]);
    editor.nudgeCorner(0, 0, [-0.004, 0]);
    expect(points()?.[0]).toEqual([0.096, 0.1]);
  });

  test('are inserted in the middle of a side', () => {
    expect(editor.insertCorner(0, { from: 0, middle: [0.3, 0.1] })).toBe(1);
    expect(points()).toEqual([TRIANGLE[0], [0.3, 0.1], TRIANGLE[1], TRIANGLE[2]]);
  });

  test('are removed while enough are left', () => {
    editor.insertCorner(0, { from: 0, middle: [0.3, 0.1] });
    expect(editor.removeCorner(0, 1)).toBe(true);
    expect(editor.removeCorner(0, 1)).toBe(false);
    expect(points()).toEqual(TRIANGLE);
  });
});

describe('drawing', () => {
  test('ends with a shape of its own name, which is selected', () => {
    editor.startDrawing('line');
    editor.addCorner([0.1, 0.2]);
    expect(editor.finishDrawing()).toBe(false);
    editor.addCorner([1.4, 0.2]);
    expect(editor.finishDrawing()).toBe(true);
    expect(editor.selectedShape.value).toMatchObject({ type: 'line', name: 'line-1' });
    expect(points(2)).toEqual([
      [0.1, 0.2],
      [1, 0.2],
    ]);
    expect(editor.drawing.value).toBeNull();
  });

  test('undo takes back its last corner, then the drawing itself', () => {
    editor.startDrawing('zone');
    editor.addCorner([0.1, 0.1]);
    editor.addCorner([0.2, 0.1]);
    editor.undo();
    expect(editor.drawing.value?.points).toHaveLength(1);
    editor.undo();
    expect(editor.drawing.value).toBeNull();
    expect(editor.shapes.value).toHaveLength(2);
  });
});

test('removing the last shape selects the one before it', () => {
  editor.selectedIndex.value = 1;
  editor.removeShape(1);
  expect(editor.selectedShape.value?.name).toBe('yard');
  editor.removeShape(0);
  expect(editor.selectedIndex.value).toBeNull();
});
