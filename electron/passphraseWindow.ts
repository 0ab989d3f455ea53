import { BrowserWindow } from 'electron';
import type { Locale } from '../backend/contract/common.ts';
import type { PassphraseWords } from '../backend/contract/desktopBridge.ts';
import { APP_URL } from './addresses.ts';
import type { Report } from './backend.ts';
import { hear } from './ipc.ts';
import { PASSPHRASE_CHANNEL } from './passphraseChannel.ts';
import { pageOptions } from './window.ts';
import { words } from './words.ts';

const SIZE = { width: 460, height: 360 };
/** As long as the settings take one. */
const LONGEST = 500;

/**
 * Asks for the passphrase of the secrets in a small window, before there is a backend (DSK-6).
 * @returns null when the window is closed without an answer
 */
export function askPassphrase(
  isWrong: boolean,
  { preload, icon, locale, report }: { preload: string; icon: string; locale: Locale; report: Report },
): Promise<string | null> {
  const asked: PassphraseWords = {
    locale,
    title: words(locale, 'desktop.passphrase'),
    text: words(locale, 'desktop.passphrase.text'),
    label: words(locale, 'desktop.passphrase.label'),
    wrong: isWrong ? words(locale, 'desktop.passphrase.wrong') : '',
    open: words(locale, 'desktop.passphrase.open'),
  };
  return new Promise((resolve) => {
    const window = new BrowserWindow({ ...SIZE, ...pageOptions({ preload, icon }) });
    const { webContents } = window;
    const stopHearing = hear(webContents, PASSPHRASE_CHANNEL, (passphrase) => {
      if (passphrase === '' || passphrase.length > LONGEST) return;
      resolve(passphrase);
      window.close();
    });
    webContents.on('did-finish-load', () => {
      webContents.send(PASSPHRASE_CHANNEL, JSON.stringify(asked));
    });
    window.once('ready-to-show', () => {
      window.show();
    });
    window.once('closed', () => {
      stopHearing();
      resolve(null);
    });
    window.loadURL(`${APP_URL}passphrase.html`).catch((error: unknown) => {
      report('the question for the passphrase could not be loaded', error);
      window.close();
    });
  });
}
