import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../support/chromium.ts';
import { startFakeBackend, type FakeBackend } from '../../support/fakeBackend.ts';
import { openInterface, settled } from '../../support/interfacePage.ts';
import { workingDay } from '../../support/interfaceScenes.ts';

let browser: Browser;
let backend: FakeBackend;
beforeAll(async () => {
  browser = await launchChromium();
  backend = await startFakeBackend(workingDay());
});
afterAll(async () => {
  await browser.close();
  await backend.stop();
});

describe('language and theme (UI-6)', () => {
  it('change at once, last, and are told to the backend', async () => {
    const { page, close } = await openInterface(browser, backend.address);
    await page.getByRole('heading', { name: 'Tableau de bord' }).waitFor();
    await page.getByTestId('language').click();
    await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await expect.poll(() => backend.scene.settings.locale).toBe('en');
    await page.reload();
    await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
    expect(await page.title()).toBe('Dashboard · Vigie');

    await page.getByRole('button', { name: 'Switch to the dark theme' }).click();
    const background = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await background()).toBe('rgb(13, 15, 19)');
    await page.reload();
    await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
    expect(await background()).toBe('rgb(13, 15, 19)');
    await close();
    backend.scene.settings.locale = 'fr';
  });

  it('follow the workspace on a first visit', async () => {
    backend.scene.settings.locale = 'en';
    const { page, close } = await openInterface(browser, backend.address);
    await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
    await close();
    backend.scene.settings.locale = 'fr';
  });

  it('reach the sentences of errors: they come in the language of the page', async () => {
    const sentences: string[] = [];
    for (const language of ['fr', 'en'] as const) {
      const { page, close } = await openInterface(browser, backend.address, { language, at: '/attempts/missing' });
      sentences.push((await page.getByRole('complementary').textContent()) ?? '');
      await page.getByText(/n’existe pas ou n’existe plus|does not exist or no longer exists/).waitFor();
      sentences.push((await page.getByRole('complementary').textContent()) ?? '');
      await close();
    }
    expect(sentences[1]).toContain('n’existe plus');
    expect(sentences[3]).toContain('no longer exists');
  });

  it('write numbers and times as the language does', async () => {
    const seen: string[] = [];
    for (const language of ['fr', 'en'] as const) {
      const { page, close } = await openInterface(browser, backend.address, { language });
      await settled(page);
      seen.push((await page.getByRole('banner').textContent()) ?? '');
      await close();
    }
    expect(seen[0]).toContain('1\u202f000');
    expect(seen[1]).toContain('1,000');
  });
});
