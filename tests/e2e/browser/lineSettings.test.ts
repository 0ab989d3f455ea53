import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { launchChromium } from '../../support/chromium.ts';
import { startFakeBackend } from '../../support/fakeBackend.ts';
import { openInterface, settled, type PageOptions } from '../../support/interfacePage.ts';
import { workingDay } from '../../support/interfaceScenes.ts';
import { someLine } from '../../support/samples.ts';

const FOLDER = path.resolve(process.env['VIGIE_SCREENSHOTS'] ?? 'test-results/screenshots');

let browser: Browser;
beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  browser = await launchChromium();
});
afterAll(() => browser.close());

async function open(address: string, options: PageOptions = {}): Promise<Page> {
  const opened = await openInterface(browser, address, { at: '/settings/lines', ...options });
  onTestFinished(async () => {
    expect(opened.problems).toEqual([]);
    await opened.close();
  });
  await settled(opened.page);
  return opened.page;
}

describe('lines in the settings', () => {
  it('set during the demo say when they work, and lead to the real workspace (SND-12)', async () => {
    const scene = workingDay();
    scene.settings.demo = true;
    scene.settings.lines = [
      { ...someLine, id: 'simulator', provider: 'simulator', source: 'demo', account: null },
      { ...someLine, id: 'paris-1', label: 'Paris', isDefault: false, use: 'after_restart' },
    ];
    const leaveDemo = vi.fn();
    const backend = await startFakeBackend(scene, { services: { lines: { leaveDemo } } });
    onTestFinished(() => backend.stop());
    const page = await open(backend.address);
    await page.getByText('Elle fonctionnera dans votre espace réel, séparé de la démonstration').waitFor();
    await page.locator('#settings-lines').screenshot({
      path: path.join(FOLDER, 'settings-lines-demo.png'),
      animations: 'disabled',
    });
    await page.getByRole('button', { name: 'Redémarrer maintenant' }).click();
    await page.getByText('Vigie redémarre sur votre espace réel').waitFor();
    expect(leaveDemo).toHaveBeenCalledTimes(1);
    await page.getByRole('button', { name: 'Ajouter une ligne' }).click();
    await page.getByRole('dialog').getByText('La démonstration vit dans un dossier à part.').waitFor();
  });
});
