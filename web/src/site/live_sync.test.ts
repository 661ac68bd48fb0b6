import { describe, expect, test } from 'vitest';
import { MAX_BEHIND_S, syncStep } from './live_sync';

describe('a live picture', () => {
  test('plays at its own pace where it should be', () => {
    expect(syncStep(0, 1)).toBe(1);
    expect(syncStep(-0.3, 1)).toBe(1);
  });
  test('plays faster the further it is behind, within limits', () => {
    const rates = [0.2, 0.5, 1, 1.9].map((behind) => syncStep(behind, 1) as number);
    expect(rates).toEqual([...rates].sort());
    expect(rates[0]).toBeGreaterThan(1);
    expect(rates.at(-1)).toBeLessThanOrEqual(1.5);
  });
  test('does not play faster than it is loaded', () => {
    expect(syncStep(1, 0.1)).toBe(1);
  });
  test('jumps when it is far behind', () => {
    expect(syncStep(MAX_BEHIND_S + 0.1, 0)).toBe('jump');
  });
});
