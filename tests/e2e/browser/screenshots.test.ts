import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { ContactImport, ImportPreview } from '../../../backend/contract/imports.ts';
import { launchChromium } from '../../support/chromium.ts';
import { startFakeBackend, type FakeBackend } from '../../support/fakeBackend.ts';
import {
  expectAccessible,
  openInterface,
  settled,
  type InterfacePage,
  type PageOptions,
} from '../../support/interfacePage.ts';
import { emptyWorkspace, statsAt, workingDay } from '../../support/interfaceScenes.ts';
import { someImport } from '../../support/samples.ts';
import { PICTURES } from '../../support/pages.ts';

/** A page that shows nothing is smaller. */
const LEAST_BYTES = 15_000;

let browser: Browser;
let busy: FakeBackend;
let empty: FakeBackend;
beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  browser = await launchChromium();
  busy = await startFakeBackend(workingDay());
  empty = await startFakeBackend(emptyWorkspace());
});
afterAll(async () => {
  await browser.close();
  await busy.stop();
  await empty.stop();
});

async function picture(page: Page, name: string): Promise<void> {
  const file = path.join(PICTURES, `${name}.png`);
  await page.screenshot({ path: file, animations: 'disabled' });
  expect(statSync(file).size).toBeGreaterThan(LEAST_BYTES);
}

async function open(backend: FakeBackend, options: PageOptions = {}): Promise<InterfacePage> {
  const opened = await openInterface(browser, backend.address, options);
  onTestFinished(async () => {
    expect(opened.problems).toEqual([]);
    await opened.close();
  });
  await settled(opened.page);
  return opened;
}

describe.for(['fr', 'en'] as const)('the dashboard in %s', (language) => {
  it.for(['light', 'dark'] as const)('in the %s theme, 1280 and 1920 wide', async (theme) => {
    const backend = await startFakeBackend(workingDay(language));
    onTestFinished(() => backend.stop());
    const { page } = await open(backend, { language, theme });
    await page.locator('.recharts-bar-rectangle').first().waitFor();
    for (const [width, height] of [
      [1280, 800],
      [1920, 1080],
    ] as const) {
      await page.setViewportSize({ width, height });
      await picture(page, `dashboard-${language}-${theme}-${width}`);
    }
  });
});

const PAGES: [name: string, place: string][] = [
  ['campaigns', '/campaigns'],
  ['campaign', '/campaigns/campaign-1'],
  ['contacts', '/contacts'],
  ['contact', '/contacts/contact-3'],
  ['attempts', '/attempts'],
  ['attempt', '/attempts/attempt-9?state=failed_final'],
  ['resolve', '/resolve'],
  ['webhooks', '/webhooks'],
  ['webhook', '/webhooks/994'],
  ['settings', '/settings'],
];

describe('every page', () => {
  it('on a working day', async () => {
    const { page, go } = await open(busy);
    for (const [name, place] of PAGES) {
      await go(place);
      await settled(page);
      await picture(page, name);
    }
  });

  it('while it is empty', async () => {
    const { page, go } = await open(empty);
    await picture(page, 'dashboard-empty');
    for (const [name, place] of PAGES.filter(([, place]) => place.split('/').length === 2)) {
      await go(place);
      await settled(page);
      await picture(page, `${name}-empty`);
    }
  });

  it('while it loads, and when its data do not come', async () => {
    const { page, go } = await open(busy);
    await page.route('**/rpc/attempts/list', () => {});
    await go('/attempts');
    await page.getByRole('heading', { name: 'Tentatives' }).waitFor();
    await page.locator('.shimmer').first().waitFor();
    await picture(page, 'attempts-loading');
    await page.route('**/rpc/webhookEvents/list', (route) => route.fulfill({ status: 500, body: '{}' }));
    await go('/webhooks');
    await page.getByText('Impossible d’afficher ces données').waitFor({ timeout: 15_000 });
    await picture(page, 'webhooks-failed');
  });
});

describe('states worth seeing', () => {
  it('levels of the quota, and pauses', async () => {
    const backend = await startFakeBackend(workingDay());
    onTestFinished(() => backend.stop());
    const { page } = await open(backend);
    for (const [name, sent] of [
      ['ok', 96],
      ['danger', 171],
      ['blocked', 184],
    ] as const) {
      backend.setStats(statsAt(sent));
      await expect.poll(() => page.getByTestId('gauge').getAttribute('data-sent')).toBe(`${sent}`);
      await picture(page, `dashboard-${name}`);
    }
    await page.getByRole('button', { name: 'Mettre en pause' }).click();
    await page.getByRole('menu').waitFor();
    await picture(page, 'pause-menu');
    await page.getByRole('menuitem', { name: 'Tout mettre en pause' }).click();
    await page.getByText('Les envois sont en pause').waitFor();
    await picture(page, 'dashboard-paused');
    await backend.stop();
    await page.getByText('Connexion perdue').waitFor();
    await picture(page, 'dashboard-offline');
  });

  it('a campaign being written, previewed and launched', async () => {
    const { page } = await open(busy, { at: '/campaigns/new?category=category-1' });
    await page.getByLabel('Nom de la campagne').fill('Portes ouvertes');
    await page
      .getByLabel('Texte du message')
      .first()
      .fill('Bonjour {{prenom|}}, rendez-vous samedi à {{ville|Lyon}} ?');
    await page.getByLabel('Texte du message').nth(1).fill('Merci {{prenom|}}. Voici le programme de la journée.');
    await page.getByTestId('preview').getByText('Merci Amélie').waitFor();
    await picture(page, 'campaign-form');
    await page.getByRole('button', { name: 'Lancer' }).click();
    await page.getByRole('alertdialog').getByText('184 contacts').waitFor();
    await picture(page, 'campaign-launch');
  });

  it('an import: its columns, the check, on its way, done, cut short', async () => {
    const refused = [
      { line: 7, reason: 'phone_missing', message: 'Le numéro de téléphone manque.', value: '' },
      { line: 19, reason: 'phone_invalid', message: 'Ce numéro n’est pas valide.', value: '+33 12' },
      { line: 33, reason: 'phone_invalid', message: 'Ce numéro n’est pas valide.', value: 'demain' },
    ];
    let state: ContactImport = { ...someImport, imported: 52, updated: 5, refused: 3, state: 'ready' };
    const rows = ['06 39 98 00 01', '+33 6 39 98 00 02', 'demain'].map((phone, index) => ({
      line: index + 2,
      cells: ['Diop', 'Awa', phone, 'Lyon'],
      phone: null,
      name: 'Awa Diop',
      refusal: phone === 'demain' ? 'Ce numéro n’est pas valide.' : null,
    }));
    const preview: ImportPreview = {
      ...{ encoding: 'windows-1252', delimiter: ';', header: ['Nom', 'Prénom', 'Téléphone', 'Ville'], rows },
      mapping: ['last_name', 'first_name', 'phone', 'attribute'],
    };
    const imports = {
      ...{ create: () => state, upload: () => state, get: () => state, preview: () => preview },
      begin: ({ dryRun }: { dryRun?: boolean | undefined }) =>
        (state = { ...state, state: dryRun === true ? 'checked' : 'done' }),
      refused: () => ({ items: refused, nextCursor: null }),
    };
    const backend = await startFakeBackend(workingDay(), { services: { imports } });
    onTestFinished(() => backend.stop());
    for (const theme of ['light', 'dark'] as const) {
      state = { ...state, state: 'ready' };
      const suffix = theme === 'dark' ? '-dark' : '';
      const { page, go } = await open(backend, { at: '/contacts/import', theme });
      const buffer = Buffer.from('prenom;telephone');
      await page.getByLabel('Fichier CSV').setInputFiles({ name: 'clients.csv', mimeType: 'text/csv', buffer });
      await page.getByRole('combobox', { name: 'Contenu de la colonne Téléphone' }).waitFor();
      await expectAccessible(page);
      await picture(page, `import-columns${suffix}`);
      await page.getByRole('button', { name: 'Vérifier le fichier' }).click();
      await page.getByTestId('import-report').waitFor();
      await expectAccessible(page);
      await picture(page, `import-preview${suffix}`);
      await page.getByRole('button', { name: 'Importer 57 contacts' }).click();
      await page.getByText('Import terminé').waitFor();
      await expectAccessible(page);
      await picture(page, `import-done${suffix}`);
      state = { ...state, state: 'running', canUndo: false, total: 412_000, expectedTotal: 1_000_000 };
      backend.emit({ type: 'import', import: state });
      await page.getByRole('progressbar').waitFor();
      await expectAccessible(page);
      await picture(page, `import-running${suffix}`);
      state = { ...state, state: 'interrupted', canUndo: true, canResume: true };
      await go('/contacts/import');
      await go('/contacts/import?id=import-1');
      await page.getByRole('button', { name: 'Reprendre' }).waitFor();
      await expectAccessible(page);
      await picture(page, `import-interrupted${suffix}`);
    }
  });

  it('the palette, a form, and the demo’s explanation', async () => {
    const scene = workingDay();
    scene.settings.demo = true;
    const backend = await startFakeBackend(scene);
    onTestFinished(() => backend.stop());
    const { page, go } = await open(backend);
    await page.getByRole('button', { name: 'Comment en sortir' }).click();
    await page.getByRole('dialog').waitFor();
    await picture(page, 'demo');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').fill('am');
    await page.getByRole('option', { name: 'Amélie' }).first().waitFor();
    await picture(page, 'palette');
    await page.keyboard.press('Escape');
    await go('/contacts/new');
    await page.getByRole('dialog').waitFor();
    await picture(page, 'contact-form');
  });

  it('the sign-in, and the narrow window', async () => {
    const backend = await startFakeBackend(workingDay(), { password: 'secret' });
    onTestFinished(() => backend.stop());
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'fr' });
    onTestFinished(() => page.close());
    await page.goto(backend.address);
    await page.getByLabel('Mot de passe').waitFor();
    await picture(page, 'sign-in');
    const narrow = await open(busy, { width: 1024, height: 768 });
    await picture(narrow.page, 'dashboard-1024');
  });
});
