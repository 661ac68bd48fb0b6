// The language of the pages: what the account has chosen, else what was chosen in this browser, else what the browser
// asks for, else English.
import { chooseLanguage, type Language, languagesFrom, type Texts } from '../shared/choose_language';

const files = import.meta.glob<Texts>('./languages/*.json', { eager: true, import: 'default' });

export const languages = languagesFrom(files);
/** Names of the languages, each in itself. */
export const LANGUAGE_NAMES: [string, string][] = [
  ['en', 'English'],
  ['de', 'Deutsch'],
];
const STORED = 'passerby-language';

/** The code that was chosen in this browser; empty where none was. */
export function storedLanguage(): string {
  try {
    return localStorage.getItem(STORED) ?? '';
  } catch {
    return ''; // a browser that keeps nothing, or none at all, in tests
  }
}

export function storeLanguage(code: string): void {
  if (code) localStorage.setItem(STORED, code);
  else localStorage.removeItem(STORED);
}

const inBrowser = typeof document !== 'undefined';
const ofBrowser = (): string[] => (inBrowser ? [storedLanguage(), ...navigator.languages] : []);
let chosen: Language = chooseLanguage(ofBrowser(), languages);

/** The code of the language in use. */
export const languageCode = (): string => chosen.code;

/** A text of the chosen language, where it has one. */
export const translated = (key: string): string | undefined => chosen.texts[key];

/** That of the account, or for none that of the browser. */
export function applyLanguage(code?: string | null): void {
  chosen = chooseLanguage(code ? [code] : ofBrowser(), languages);
  if (inBrowser) document.documentElement.lang = chosen.code;
}
