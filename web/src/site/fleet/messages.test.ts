import { afterEach, expect, test } from 'vitest';
import { applyLanguage, languages } from '../language';
import { f, fleetEnglish, fleetLanguages, problemName } from './messages';

const placeholders = (text: string | undefined) => (text?.match(/\{\w+\}/g) ?? []).sort();

afterEach(() => applyLanguage('en'));

test('texts are those of the language of the pages', () => {
  expect(problemName('silent')).toBe('silent');
  applyLanguage('de-AT');
  expect([problemName('silent'), f('days', { n: 3 })]).toEqual(['meldet sich nicht', '3 Tagen']);
});

test('a fleet speaks every language that a site speaks', () => {
  expect([...fleetLanguages.keys()].sort()).toEqual([...languages.keys()].sort());
});

test.each([...fleetLanguages])('%s has every text, with the same values in it, and no other', (_, texts) => {
  expect(Object.keys(fleetEnglish).filter((key) => !(key in texts))).toEqual([]);
  expect(Object.keys(texts).filter((key) => !(key in fleetEnglish))).toEqual([]);
  for (const [key, text] of Object.entries(texts)) {
    expect([key, placeholders(text)]).toEqual([key, placeholders((fleetEnglish as Record<string, string>)[key])]);
  }
});
