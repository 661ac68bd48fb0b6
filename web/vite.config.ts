import { defineConfig } from 'vitest/config';

// Three pages are built into the Python package, which serves them: index.html of `passerby review`, site.html of
// `passerby watch`, and setup.html of the first run of a site. Nothing in them comes from another address.
export default defineConfig({
  base: '/',
  build: {
    outDir: '../src/passerby/server/static',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // the content security policy allows no inline data in scripts
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600, // hls.js, which is fetched when there is video to play
    rolldownOptions: { input: { review: 'index.html', site: 'site.html', setup: 'setup.html' } },
  },
  test: {
    include: ['src/**/*.test.ts'],
    env: { TZ: 'Europe/Berlin' }, // a place whose days are not all of 24 hours
  },
});
