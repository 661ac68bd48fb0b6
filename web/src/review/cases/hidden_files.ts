// Files that belong to the file manager and not to a request. The server leaves the same out of folders.
const SYSTEM_NAMES = new Set(['thumbs.db', 'desktop.ini', '__macosx']);

export const isHidden = (name: string): boolean => name.startsWith('.') || SYSTEM_NAMES.has(name.toLowerCase());
