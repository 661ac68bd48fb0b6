// The language of the page: the first one that the browser asks for and that there are texts for, else English.

/** The texts of a language by key. Each file in languages/ is one; its name is the language's code. */
export type Texts = Readonly<Record<string, string>>;

const files = import.meta.glob<Texts>('./languages/*.json', { eager: true, import: 'default' });

export const languages: ReadonlyMap<string, Texts> = new Map(
  Object.entries(files).map(([path, texts]) => [/([\w-]+)\.json$/.exec(path)?.[1] ?? path, texts]),
);

export interface Language {
  code: string;
  texts: Texts;
}

/** `wanted` are codes such as `de-AT`, the most wanted first. English is what the program is written in. */
export function chooseLanguage(wanted: readonly string[], known: ReadonlyMap<string, Texts>): Language {
  for (const code of wanted) {
    for (const candidate of [code, code.split('-')[0] as string]) {
      if (candidate === 'en') return { code: 'en', texts: {} };
      const texts = known.get(candidate);
      if (texts) return { code: candidate, texts };
    }
  }
  return { code: 'en', texts: {} };
}

export const chosenLanguage = chooseLanguage(
  typeof document === 'undefined' ? [] : navigator.languages, // outside of a browser, in tests, English
  languages,
);
