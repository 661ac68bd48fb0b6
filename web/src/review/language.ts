// The language of the page: the first one that the browser asks for and that there are texts for, else English.
import { chooseLanguage, languagesFrom, type Texts } from '../shared/choose_language';

const files = import.meta.glob<Texts>('./languages/*.json', { eager: true, import: 'default' });

export const languages = languagesFrom(files);

export const chosenLanguage = chooseLanguage(
  typeof document === 'undefined' ? [] : navigator.languages, // outside of a browser, in tests, English
  languages,
);
