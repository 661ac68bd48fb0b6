import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Camera } from './api';
import { detailsText } from './audit_details';
import { setTimeZone } from './datetime';
import { applyLanguage } from './language';
import { setTitles } from './titles';

beforeEach(() => {
  setTimeZone('UTC');
  const zones = [{ name: 'zone-a', display_name: 'Main door' }];
  setTitles([{ name: 'yard', display_name: 'The yard', zones, lines: [] } as unknown as Camera]);
});
afterEach(() => applyLanguage('en'));

test('what people call cameras, zones, rules and settings, and no ids', () => {
  const counting = { subject: 'counting', camera: 'yard', zones: ['zone-a'], rules: ['zone-a-2', 'lost'] };
  expect(detailsText(counting)).toBe(
    'of zones and rules, camera The yard, zones Main door, rules Main door, camera offline',
  );
  const event = { subject: 'event', event: 'yard/zone-a/1800000001000', state: 'acknowledged' };
  expect(detailsText(event)).toBe('of event, event The yard, Main door, 2027-01-15 08:00:01, status read');
  expect(detailsText({ subject: 'settings', changes: { 'cameras.yard.max_fps': 5, 'defaults.hide': ['face'] } })).toBe(
    'of settings, now (The yard: frames per second 5, all cameras: hidden face)',
  );
});

test('in German, all of it', () => {
  applyLanguage('de');
  expect(detailsText({ camera: 'yard', kind: 'recording', start: 1_800_000_000e6, end: 1_800_003_600e6 })).toBe(
    'Kamera The yard, Art Aufnahme, von 2027-01-15 08:00:00, bis 2027-01-15 09:00:00',
  );
  expect(detailsText({ subject: 'account', operation: 'add', name: 'jo', role: 'auditor', needs_approval: true })).toBe(
    'betrifft Konto, was hinzugefügt, Name jo, Rolle Prüfer, braucht Zustimmung ja',
  );
  expect(detailsText({ subject: 'account', operation: 'add', name: 'jo', from_backup: true })).toBe(
    'betrifft Konto, was hinzugefügt, Name jo, aus einer Sicherung ja',
  );
  expect(detailsText({ event: 'site/clock/1800000000000' })).toBe('Ereignis der Standort, Uhr, 2027-01-15 08:00:00');
  expect(detailsText({ right: 'edit_config' })).toBe('Recht Einstellungen ändern');
});
