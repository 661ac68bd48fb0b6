import { expect, test } from 'vitest';
import { pageUrl, parseRoute } from './route';

test('the address without a fragment is that of the live page', () => {
  expect(parseRoute('')).toMatchObject({ page: 'live', camera: '' });
});

test('a page, a camera and parameters', () => {
  const { page, camera, query } = parseRoute('#/camera/gate?at=12.5');
  expect([page, camera, query.get('at')]).toEqual(['camera', 'gate', '12.5']);
});

test('an address is read as it was written', () => {
  const url = pageUrl('zones', 'a/b ü', { from: 1, to: 'x&y' });
  const { page, camera, query } = parseRoute(url);
  expect([page, camera, query.get('from'), query.get('to')]).toEqual(['zones', 'a/b ü', '1', 'x&y']);
  expect(pageUrl('live')).toBe('#/live');
});
