import { expect, test } from 'vitest';
import { isHidden } from './hidden_files';

test('what file managers leave behind is hidden, and nothing else', () => {
  expect(['.DS_Store', '._film.mp4', 'Thumbs.db', 'DESKTOP.INI', '__MACOSX'].map(isHidden)).not.toContain(false);
  expect(['film.mp4', 'a.b.mp4', 'thumbs.db.mp4'].map(isHidden)).not.toContain(true);
});
