import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';

export type PageOptions = {
  language?: 'fr' | 'en';
  theme?: 'light' | 'dark';
  width?: number;
  height?: number;
  /** Place to open, after the `#`. */
  at?: string;
  /** What stands on the page once it is there; the level by default. */
  ready?: string;
};

export type InterfacePage = {
  page: Page;
  /** Errors of the page's own code, and what its content policy refused. */
  problems: string[];
  /** Opens another place of the interface. */
  go: (place: string) => Promise<void>;
  close: () => Promise<void>;
};

/** What a browser says when the backend goes away or refuses: the tests do that on purpose. */
const EXPECTED = /Failed to load resource/;

/** A page of the interface in a browser of its own, as a first visit with these preferences. */
export async function openInterface(
  browser: Browser,
  address: string,
  options: PageOptions = {},
): Promise<InterfacePage> {
  const { language = 'fr', theme = 'light', width = 1280, height = 800, at = '/', ready = 'level' } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale: language,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  if (language !== 'fr') {
    const saved = JSON.stringify({ theme: 'system', language, languageChosen: true });
    await page.addInitScript((text) => {
      if (localStorage.getItem('vigie.preferences') === null) localStorage.setItem('vigie.preferences', text);
    }, saved);
  }
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED.test(message.text())) problems.push(message.text());
  });
  await page.goto(`${address}/#${at}`);
  await page.getByTestId(ready).first().waitFor();
  return {
    page,
    problems,
    go: async (place) => {
      await page.goto(`${address}/#${place}`);
    },
    close: () => context.close(),
  };
}

/** WCAG 2.2 AA and good practice, by axe, on what is in view, or on one part of it, which is quicker (UI-6). */
export async function expectAccessible(page: Page, part = 'html'): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .include(part)
    // The page has no frames: one pass is enough.
    .setLegacyMode()
    // Of what is right, a description of each element would take half of the time.
    .options({ resultTypes: ['violations'] })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
  ).toEqual([]);
}

/** No skeleton is left: what the place shows has come. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () => document.querySelector('.shimmer, [aria-label="Chargement"], [aria-label="Loading"]') === null,
  );
}
