import { expect, test } from 'vitest';
import type { ReasonList } from '../api';
import { defaultReason, offeredReasons } from './reason_choice';

const LIST: ReasonList = {
  schema_version: 1,
  reasons: [
    { code: 'b(6)', statute: '552(b)(6)', text: 'Privacy', default_for: ['face'] },
    { code: 'b(5)', statute: '', text: '', default_for: [] },
  ],
  recent: ['b(5)', 'own words'],
};

test('those used last come first, and none twice', () => {
  expect(offeredReasons(LIST)).toEqual([
    { code: 'b(5)', description: '' },
    { code: 'own words', description: '' },
    { code: 'b(6)', description: '552(b)(6): Privacy' },
  ]);
});

test('a kind has the default of the list, or none', () => {
  expect(defaultReason(LIST, 'face')).toBe('b(6)');
  expect(defaultReason(LIST, 'plate')).toBeNull();
});
