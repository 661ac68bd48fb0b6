import { expect, test } from 'vitest';
import { waitingOn } from './waiting';

test('what waits is told on its own page, and nothing where nothing waits', () => {
  const found = { clips: 2, events: 0, cameras: 1 };
  expect(waitingOn('exports', found)).toEqual({ count: 2, text: 'waitingClips' });
  expect(waitingOn('live', found)).toEqual({ count: 1, text: 'waitingCameras' });
  expect(waitingOn('events', found)).toBeNull();
  expect(waitingOn('settings', found)).toBeNull();
});
