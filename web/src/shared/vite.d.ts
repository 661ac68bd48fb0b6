declare module '*.css';

interface ImportMeta {
  /** Vite puts the files that match in the place of the call. */
  glob<T>(pattern: string, options: { eager: true; import: 'default' }): Record<string, T>;
}
