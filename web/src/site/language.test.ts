import { afterEach, expect, test } from 'vitest';
import { applyLanguage, LANGUAGE_NAMES, languages } from './language';
import { english, kindName, t } from './messages';

const placeholders = (text: string | undefined) => (text?.match(/\{\w+\}/g) ?? []).sort();

afterEach(() => applyLanguage('en'));

test('English where nothing says otherwise, and German where it is chosen', () => {
  expect(t('save')).toBe('Save');
  applyLanguage('de-AT');
  expect([t('save'), kindName('lost'), t('ago', { span: '3 s' })]).toEqual([
    'Speichern',
    'Kamera nicht erreichbar',
    'vor 3 s',
  ]);
});

test('every language can be chosen', () => {
  expect(LANGUAGE_NAMES.map(([code]) => code).sort()).toEqual(['en', ...languages.keys()].sort());
});

test.each([...languages])('%s has every text, with the same values in it, and no other', (_, texts) => {
  expect(Object.keys(english).filter((key) => !(key in texts))).toEqual([]);
  expect(Object.keys(texts).filter((key) => !(key in english))).toEqual([]);
  for (const [key, text] of Object.entries(texts)) {
    expect([key, placeholders(text)]).toEqual([key, placeholders((english as Record<string, string>)[key])]);
  }
});
