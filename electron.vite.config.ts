import path from 'node:path';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const at = (file: string): string => path.join(import.meta.dirname, file);

export default defineConfig({
  main: {
    build: {
      outDir: at('out/main'),
      // One file instead of a thousand halves the time to start; only what brings a binary stays outside.
      externalizeDeps: false,
      rolldownOptions: {
        external: ['better-sqlite3'],
        input: {
          main: at('electron/main.ts'),
          host: at('backend/main.ts'),
          cli: at('backend/cli/main.ts'),
          checkFile: at('backend/storage/checkFile.worker.ts'),
          importWorker: at('backend/campaigns/importWorker.ts'),
        },
        // Shared parts stand beside the entries, so that `import.meta.dirname` is `out/main` in all of them.
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: at('out/preload'),
      // A sandboxed preload can load nothing: one file, in CommonJS.
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: at('electron/preload.ts'), passphrase: at('electron/passphrasePreload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('renderer'),
    plugins: [react(), tailwindcss()],
    build: {
      outDir: at('out/renderer'),
      minify: true,
      rolldownOptions: { input: { index: at('renderer/index.html'), passphrase: at('renderer/passphrase.html') } },
    },
  },
});
