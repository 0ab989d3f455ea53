import { app, dialog, protocol } from 'electron';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { compose, firstLanguage, loadConfig, type Flags } from '../backend/compose.ts';
import { VigieError } from '../backend/contract/errors.ts';
import { errorSentence } from '../backend/contract/messages/sentence.ts';
import { APP_SCHEME } from './addresses.ts';
import type { Report } from './backend.ts';
import { startDesktop, type Desktop } from './desktop.ts';
import { askPassphrase } from './passphraseWindow.ts';
import { serveInterface } from './protocol.ts';
import { systemKeyStore } from './secrets.ts';
import { quitCleanly } from './shutdown.ts';
import { restrictPages } from './window.ts';
import { words } from './words.ts';

const BUILT = path.join(import.meta.dirname, '..');
const RESOURCES = path.join(BUILT, '../resources');

/** Name and place of an error, without its message: a parser quotes what it was given (SEC-4). */
const report: Report = (message, error) => {
  const { name, stack = '' } = error instanceof Error ? error : { name: undefined };
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  process.stderr.write(`${JSON.stringify({ source: 'desktop', message, error: name, frames })}\n`);
};

const LOCALE = firstLanguage();

function describe(error: unknown): string {
  if (error instanceof VigieError) return errorSentence(LOCALE, error);
  return error instanceof Error ? error.message : String(error);
}

/** The desktop app: the backend in Electron's main process, one window, the tray. */
async function run(): Promise<void> {
  const config = loadConfig(readFlags(process.argv.slice(app.isPackaged ? 1 : 2)));
  const home = path.join(config.dataDir, 'desktop');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  // One instance per data folder (DSK-4), as Electron's lock goes by its own folder.
  app.setPath('userData', home);
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  let desktop: Desktop | null = null;
  app.on('second-instance', () => desktop?.open());
  await app.whenReady();
  const restart = (): void => {
    app.relaunch();
    app.quit();
  };
  restrictPages(report);
  protocol.handle(APP_SCHEME, (request) => serveInterface(path.join(BUILT, 'renderer'), request));
  // When its window is gone Vigie goes on in the tray; the one that asks for the passphrase comes before there is any.
  app.on('window-all-closed', () => {});
  let opening = true;
  const ask = async (isWrong: boolean): Promise<string | null> => {
    // Once it is open nobody is interrupted: a backup that needs another passphrase says so.
    if (!opening) return null;
    const passphrase = await askPassphrase(isWrong, {
      ...{ preload: path.join(BUILT, 'preload/passphrase.cjs'), icon: path.join(RESOURCES, 'icons/icon.png') },
      ...{ locale: LOCALE, report },
    });
    // Closed without an answer: nothing was begun yet.
    if (passphrase === null) app.exit(0);
    return passphrase;
  };
  const backend = await compose({ config, restart, keyStore: await systemKeyStore(), askPassphrase: ask });
  opening = false;
  quitCleanly(async () => {
    desktop?.stop();
    await backend.stop();
  }, report);
  await backend.start();
  desktop = await startDesktop(backend, placesIn(home), report);
}

/** Flags that are not Vigie's are Chromium's, or a stranger's: they are left alone. */
function readFlags(args: string[]): Flags {
  const options = {
    'data-dir': { type: 'string' },
    port: { type: 'string' },
    'webhook-port': { type: 'string' },
    'no-demo': { type: 'boolean' },
  } as const;
  const { values } = parseArgs({ args, options, strict: false });
  const { 'data-dir': dataDir, port, 'webhook-port': webhookPort } = values;
  return {
    ...(typeof port === 'string' && { port }),
    ...(typeof dataDir === 'string' && { dataDir }),
    ...(typeof webhookPort === 'string' && { webhookPort }),
    ...(values['no-demo'] === true && { demo: false }),
  };
}

function placesIn(home: string) {
  return {
    preload: path.join(BUILT, 'preload/preload.cjs'),
    icons: path.join(RESOURCES, 'icons'),
    tray: path.join(RESOURCES, 'tray'),
    state: path.join(home, 'state.json'),
  };
}

protocol.registerSchemesAsPrivileged([
  { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
]);
run().catch((error: unknown) => {
  report(`the start failed: ${describe(error)}`, error);
  dialog.showErrorBox(words(LOCALE, 'desktop.startFailed'), describe(error));
  app.exit(1);
});
