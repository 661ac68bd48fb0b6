import { expect, test } from 'vitest';
import { withTheirs } from './details_merge';

const SEEN = { number: '1', requestor: 'A', requested: '', agency: '', officer: '' };

test('what was typed stays, and the other fields show what others have changed', () => {
  const typed = { ...SEEN, officer: 'Doe' };
  const theirs = { ...SEEN, requestor: 'B', officer: 'Roe' };
  expect(withTheirs(typed, SEEN, theirs)).toEqual({ ...SEEN, requestor: 'B', officer: 'Doe' });
  expect(withTheirs(SEEN, SEEN, theirs)).toEqual(theirs);
});
