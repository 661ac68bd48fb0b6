import { expect, test } from 'vitest';
import type { Camera } from './api';
import { cameraTitle, placeTitle, setTitles } from './titles';

test('people read what they called it, and the name where they called it nothing', () => {
  const gate = {
    name: 'gate',
    display_name: 'Main gate',
    zones: [{ name: 'zone-1', display_name: 'By the door' }],
    lines: [],
  };
  setTitles([gate as unknown as Camera]);
  expect([cameraTitle('gate'), cameraTitle('attic')]).toEqual(['Main gate', 'attic']);
  expect([placeTitle('gate', 'zone-1'), placeTitle('gate', 'sill')]).toEqual(['By the door', 'sill']);
  expect(placeTitle('gate', 'picture')).toBe('whole picture');
});
