/**
 * `node --import .../register.ts out/main/main.js` runs the built desktop app with `electron` resolved to the stand-in:
 * Node is the main process, the windows are pages of a real Chromium, tray, menu and notifications are recorded.
 */
import { registerHooks } from 'node:module';

const standin = new URL('./electron.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, nextResolve) {
    return specifier === 'electron'
      ? { url: standin, format: 'module-typescript', shortCircuit: true }
      : nextResolve(specifier, context);
  },
});

process.stderr.write('electron stand-in: what passes here is evidence about Vigie, not about Electron\n');
