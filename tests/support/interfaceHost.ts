import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { openInterface, type InterfacePage } from './interfacePage.ts';
import { startHost, startSimulator, type RunningHost } from './processes.ts';

export type InterfaceHost = InterfacePage & { host: RunningHost; browser: Browser; end: () => Promise<void> };

/** A real host on an empty folder, with a provider that answers nothing by itself, and its interface in a browser. */
export async function startInterfaceHost(): Promise<InterfaceHost> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'vigie-interface-'));
  const simulator = await startSimulator({ answers: { share: 0 }, delivery: { deliveredShare: 0 } });
  const host = await startHost({ dataDir, provider: simulator });
  const browser = await launchChromium();
  const opened = await openInterface(browser, host.admin);
  return {
    ...opened,
    host,
    browser,
    end: async () => {
      await browser.close();
      await host.end();
      await simulator.end();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
