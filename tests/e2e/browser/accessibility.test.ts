import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../support/chromium.ts';
import { startFakeBackend, type FakeBackend } from '../../support/fakeBackend.ts';
import { expectAccessible, openInterface, settled, type InterfacePage } from '../../support/interfacePage.ts';
import { emptyWorkspace, statsAt, workingDay } from '../../support/interfaceScenes.ts';

const PLACES = [
  '/',
  '/campaigns',
  '/campaigns/campaign-1',
  '/campaigns/campaign-4',
  '/campaigns/new?category=category-1',
  '/contacts',
  '/contacts/contact-3',
  '/contacts/new',
  '/contacts/import',
  '/contacts/import?id=import-1',
  '/attempts',
  '/attempts/attempt-9',
  '/resolve',
  '/webhooks',
  '/webhooks/994',
  '/settings',
  '/nowhere',
];
const EMPTY_PLACES = ['/', '/campaigns', '/contacts', '/attempts', '/resolve', '/webhooks', '/settings'];

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

describe.for(['light', 'dark'] as const)('in the %s theme, axe finds nothing (UI-6)', (theme) => {
  let busy: FakeBackend;
  let busyPage: InterfacePage;
  let empty: FakeBackend;
  let emptyPage: InterfacePage;
  beforeAll(async () => {
    const scene = workingDay();
    scene.settings.demo = true;
    busy = await startFakeBackend(scene);
    busyPage = await openInterface(browser, busy.address, { theme });
    empty = await startFakeBackend(emptyWorkspace());
    emptyPage = await openInterface(browser, empty.address, { theme, language: 'en' });
  });
  afterAll(async () => {
    expect([...busyPage.problems, ...emptyPage.problems]).toEqual([]);
    await busyPage.close();
    await emptyPage.close();
    await busy.stop();
    await empty.stop();
  });

  it.for(PLACES)('on a working day, on %s', async (place) => {
    await busyPage.go(place);
    await settled(busyPage.page);
    await expectAccessible(busyPage.page);
  });

  it.for(EMPTY_PLACES)('in an empty workspace, on %s', async (place) => {
    await emptyPage.go(place);
    await settled(emptyPage.page);
    await expectAccessible(emptyPage.page);
  });

  it('at every level of the quota', async () => {
    const { page, go } = busyPage;
    await go('/');
    for (const sent of [0, 136, 163, 180, 181]) {
      busy.setStats(statsAt(sent));
      await expect.poll(() => page.getByTestId('gauge').getAttribute('data-sent')).toBe(`${sent}`);
      await expectAccessible(page);
    }
  });

  it('in the palette, the pause menu, and the demo’s explanation', async () => {
    const { page, go } = busyPage;
    await go('/resolve');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Mettre en pause' }).click();
    await page.getByRole('menu').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Comment en sortir' }).click();
    await page.getByRole('dialog').waitFor();
    await expectAccessible(page);
  });
});
