import { expect, test } from 'vitest';
import { LoadSlots } from './load_slots';

test('only so many run at once, and the next one when another is over', () => {
  const slots = new LoadSlots(2);
  const begun: number[] = [];
  const over = [1, 2, 3, 4, 5].map((n) => slots.ask(() => begun.push(n)));
  expect(begun).toEqual([1, 2]);
  over[2]?.(); // scrolled away before it was its turn
  over[0]?.();
  over[0]?.(); // said twice
  expect(begun).toEqual([1, 2, 4]);
  over[1]?.();
  expect(begun).toEqual([1, 2, 4, 5]);
});
