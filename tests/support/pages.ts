import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { launchChromium } from './chromium.ts';
import { openInterface, settled, type InterfacePage, type PageOptions } from './interfacePage.ts';

/** Folder of the pictures; with `VIGIE_SCREENSHOTS=docs/screenshots` those of the documentation are made anew. */
export const PICTURES = path.resolve(process.env['VIGIE_SCREENSHOTS'] ?? 'test-results/screenshots');

/**
 * A browser for the tests of one file. Gives a function that opens a page and waits until what it shows has come; after
 * the test the page is closed, and must have met no error of its own.
 */
export function usePages(): (address: string, options?: PageOptions) => Promise<InterfacePage> {
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  return async (address, options) => {
    const opened = await openInterface(browser, address, options);
    onTestFinished(async () => {
      expect(opened.problems).toEqual([]);
      await opened.close();
    });
    await settled(opened.page);
    return opened;
  };
}
