import { expect, test } from 'vitest';
import { fillIn } from './translate';

test('values take the place of their names', () => {
  expect(fillIn('{done} of {all} checked', { done: 3, all: 12 })).toBe('3 of 12 checked');
});

test('a value may be used twice, and a missing one leaves nothing', () => {
  expect(fillIn('{a}{a}-{b}', { a: 'x' })).toBe('xx-');
});
