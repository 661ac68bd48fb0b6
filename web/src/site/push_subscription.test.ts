import { expect, test } from 'vitest';
import { browserLabel, fromBase64Url } from './push_subscription';

test('the key of the site as bytes', () => {
  expect([...fromBase64Url('-_8')]).toEqual([251, 255]);
  expect(fromBase64Url('BAAA').length).toBe(3);
});

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox, Linux'],
  ['Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36', 'Chrome, Android'],
  ['Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0', 'Edge, Windows'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18 Safari/604', 'Safari, iOS'],
  ['something else', 'Browser'],
])('a name for %s', (agent, label) => {
  expect(browserLabel(agent)).toBe(label);
});
