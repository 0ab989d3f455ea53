import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const SYSTEM_CHROMIUM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Keep a Chromium from calling home, and from asking. */
const QUIET_FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Chromium's program: `VIGIE_CHROMIUM`, else the system's, else Playwright's own. */
export function findChromium(): string | undefined {
  const candidates = [process.env['VIGIE_CHROMIUM'], ...SYSTEM_CHROMIUM, chromium.executablePath()];
  return candidates.find((file) => file !== undefined && existsSync(file));
}

/** Flags for a Chromium that tests start; root has no sandbox. */
function chromiumFlags(): string[] {
  return process.getuid?.() === 0 ? [...QUIET_FLAGS, '--no-sandbox'] : QUIET_FLAGS;
}

/** Starts a headless Chromium; the caller closes it. */
export function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('Chromium is missing: npm test says how to get it');
  return chromium.launch({ executablePath, args: chromiumFlags() });
}
