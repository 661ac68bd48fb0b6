// Texts with values in them. Each page has a catalogue of its own, messages.ts: to translate a page, translate that file.

export type Values = Record<string, string | number>;

/** `text` with each {name} replaced by its value; a value that is missing leaves nothing. */
export const fillIn = (text: string, values: Values = {}): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
