import { expect, test } from 'vitest';
import { chooseLanguage } from '../shared/choose_language';
import { languages } from './language';
import { english, t } from './messages';

const placeholders = (text: string | undefined) => (text?.match(/\{\w+\}/g) ?? []).sort();

test('the first language that there are texts for is chosen', () => {
  const known = new Map([['de', { close: 'Schließen' }]]);
  expect(chooseLanguage(['de-AT', 'en'], known).code).toBe('de');
  expect(chooseLanguage(['fr', 'de'], known).code).toBe('de');
  expect(chooseLanguage(['en-GB', 'de'], known).code).toBe('en');
  expect(chooseLanguage(['fr'], known).code).toBe('en');
  expect(chooseLanguage([], known).code).toBe('en');
});

test('German is there, and English where no browser says otherwise', () => {
  expect([...languages.keys()]).toContain('de');
  expect(t('close')).toBe('Close');
});

test.each([...languages])('%s has every text, with the same values in it, and no other', (_, texts) => {
  expect(Object.keys(english).filter((key) => !(key in texts))).toEqual([]);
  expect(Object.keys(texts).filter((key) => !(key in english))).toEqual([]);
  for (const [key, text] of Object.entries(texts)) {
    expect([key, placeholders(text)]).toEqual([key, placeholders(english[key])]);
  }
});
