import { defineConfig } from 'vite';

// The page is built into the Python package, which serves it. Nothing in it comes from another address.
export default defineConfig({
  base: '/',
  build: {
    outDir: '../src/passerby/server/static',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // the content security policy allows no inline data in scripts
    modulePreload: { polyfill: false },
  },
});
