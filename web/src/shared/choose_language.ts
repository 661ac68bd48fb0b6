// Which of the languages that a page has texts for somebody gets. English is what the program is written in.

/** The texts of a language by key. Each file in languages/ is one; its name is the language's code. */
export type Texts = Readonly<Record<string, string>>;

export interface Language {
  code: string;
  texts: Texts;
}

/** Those of the files that Vite has found in languages/. */
export const languagesFrom = (files: Record<string, Texts>): ReadonlyMap<string, Texts> =>
  new Map(Object.entries(files).map(([path, texts]) => [/([\w-]+)\.json$/.exec(path)?.[1] ?? path, texts]));

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
