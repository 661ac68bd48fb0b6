import { describe, expect, test } from 'vitest';
import { axisWidth } from './axis_width';

describe('the axis of numbers', () => {
  test('has room for its longest number', () => {
    expect(axisWidth(null)).toBe(44);
    expect(axisWidth(['0', '50', '100'])).toBe(44);
    expect(axisWidth(['0', '600,000', '1,200,000'])).toBeGreaterThan(axisWidth(['0', '600', '1,200']));
  });
});
