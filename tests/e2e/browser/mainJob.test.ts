import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Campaign } from '../../../backend/contract/campaigns.ts';
import type { MonitoringStats } from '../../../backend/contract/monitoring.ts';
import { launchChromium } from '../../support/chromium.ts';
import { expectAccessible, openInterface, settled, type InterfacePage } from '../../support/interfacePage.ts';
import { startHost, startSimulator, type RunningHost, type RunningSimulator } from '../../support/processes.ts';

/** The rule for a change to be seen (MON-11). */
const SEEN = { timeout: 1_000, interval: 20 };
const WITHIN = { timeout: 30_000, interval: 100 };
const NAME = 'Portes ouvertes';
/** Contacts whose list takes some seconds. */
const MANY = 20_000;

let dataDir: string;
let simulator: RunningSimulator;
let host: RunningHost;
let browser: Browser;
let open: InterfacePage;
let page: Page;
beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'vigie-browser-'));
  simulator = await startSimulator({ answers: { share: 0 }, delivery: { deliveredShare: 0 } });
  host = await startHost({ dataDir, provider: simulator });
  browser = await launchChromium();
  open = await openInterface(browser, host.admin);
  page = open.page;
});
afterAll(async () => {
  await browser.close();
  await host.end();
  await simulator.end();
  rmSync(dataDir, { recursive: true, force: true });
});

const BAD_LINES = [
  'Sans numéro;;Lyon',
  'Trop court;+33 12;Lyon',
  'Pas un numéro;demain;Lyon',
  'Nulle part;+999 123;Lyon',
];
/** 60 lines of contacts, the last 4 not usable. */
function csvOf60(): string {
  const good = Array.from(
    { length: 56 },
    (_, index) => `Prénom${index};06 39 98 00 ${String(index).padStart(2, '0')};Lyon`,
  );
  return ['prenom;telephone;ville', ...good, ...BAD_LINES].join('\r\n');
}

const stats = async (): Promise<MonitoringStats> => (await host.call<MonitoringStats>('GET', '/monitoring/stats')).body;
const shown = async (): Promise<number> => Number(await page.getByTestId('gauge').getAttribute('data-sent'));

// One job from a file to the gauge, step by step.
describe('through the page, on a real host with a real provider', () => {
  it('looks at a file first, and reports every refused line with its number and reason (CMP-1)', async () => {
    await page.getByTestId('first-steps').getByRole('link', { name: 'Importer des contacts' }).click();
    await page
      .getByLabel('Fichier CSV')
      .setInputFiles({ name: 'contacts.csv', mimeType: 'text/csv', buffer: Buffer.from(csvOf60()) });
    await page.getByRole('combobox', { name: 'Catégorie' }).fill('Clients');
    await page.getByRole('button', { name: 'Vérifier le fichier' }).click();
    await page.getByText('rien n’est encore enregistré').waitFor();
    expect(await page.getByTestId('import-imported').textContent()).toBe('56');
    expect(await page.getByTestId('import-refused').textContent()).toBe('4');
    const lines = page.getByRole('region', { name: 'Lignes refusées' }).getByRole('row');
    expect(await lines.allTextContents()).toHaveLength(5);
    expect(await lines.nth(1).textContent()).toMatch(/^58/);
    await expectAccessible(page);
    expect((await host.call<{ items: unknown[] }>('GET', '/contacts')).body.items).toEqual([]);
  });

  it('imports the good lines', async () => {
    await page.getByRole('button', { name: 'Importer 56 contacts' }).click();
    await page.getByText('Import terminé').waitFor();
    expect(await page.getByTestId('import-total').textContent()).toBe('60');
    await page.getByRole('link', { name: 'Créer une campagne' }).click();
  });

  it('previews a campaign for real contacts, and says what its launch means (CMP-3)', async () => {
    await page.getByLabel('Nom de la campagne').fill(NAME);
    expect(await page.getByRole('checkbox', { name: 'Clients' }).isChecked()).toBe(true);
    await page.getByLabel('Texte du message').first().fill('Bonjour ');
    await page.getByRole('button', { name: 'prenom' }).first().click();
    await page.getByLabel('Texte du message').nth(1).fill('Merci {{prenom|}}');
    const preview = page.getByTestId('preview');
    await preview.getByText('56 contacts recevront le premier message.').waitFor();
    await preview
      .getByText(/^Bonjour Prénom\d+$/)
      .first()
      .waitFor();
    await expectAccessible(page);
  });

  it('launches it, and the gauge counts what the provider accepted (MON-11, CMP-4, CMP-11)', async () => {
    await page.getByRole('button', { name: 'Lancer' }).click();
    await page.getByRole('alertdialog').getByText('56 contacts').waitFor();
    await page.getByRole('button', { name: 'Lancer la campagne' }).click();
    await page.getByRole('heading', { name: NAME }).waitFor();
    await expect.poll(() => page.getByTestId('funnel-sent').textContent(), WITHIN).toContain('56');
    await open.go('/');
    await expect.poll(shown, SEEN).toBe(56);
    expect((await stats()).sent).toBe(56);
    expect(await simulator.ledger()).toHaveLength(56);
  });

  it('shows each change within a second, without a reload (MON-11, UI-4)', async () => {
    const message = { to: '+33639980099', body: 'Bonjour', type: 'notification' };
    expect((await host.call('POST', '/messages', message)).status).toBe(202);
    await expect.poll(async () => (await stats()).other, WITHIN).toBe(1);
    await expect.poll(shown, SEEN).toBe(57);
    await expect.poll(() => page.getByTestId('stat-other').textContent(), SEEN).toContain('1');
  });

  it('pauses first messages alone, then everything, and resumes (SND-14)', async () => {
    const pauses = async (): Promise<string[]> => (await stats()).pauses.map(({ scope }) => scope);
    await page.getByRole('button', { name: 'Mettre en pause' }).click();
    await page.getByRole('menuitem', { name: 'Suspendre les premiers messages' }).click();
    await page.getByText('Premiers messages suspendus, les relances partent').waitFor();
    expect(await pauses()).toEqual(['message_1']);
    await page.getByRole('button', { name: 'Mettre en pause' }).click();
    await page.getByRole('menuitem', { name: 'Tout mettre en pause' }).click();
    await expect.poll(() => page.getByTestId('level').first().textContent(), SEEN).toBe('En pause');
    expect(await pauses()).toContain('all');
    await page.getByRole('banner').getByRole('button', { name: 'Reprendre' }).click();
    await expect.poll(() => page.getByTestId('level').first().textContent(), SEEN).toBe('Normal');
    await page.getByRole('main').getByRole('button', { name: 'Reprendre' }).click();
    await expect.poll(pauses, WITHIN).toEqual([]);
  });

  it('launches a campaign of many contacts with its progress in view, and takes it back on demand (UI-5, CMP-4)', async () => {
    const lines = Array.from({ length: MANY }, (_, index) => `+3361${1_000_000 + index}`);
    const file = ['tel', ...lines].join('\n');
    const { body } = await host.call<{ categoryId: string }>('POST', '/contacts/import?category=Beaucoup', file);
    const plan = { name: 'Grande', categoryIds: [body.categoryId] };
    const texts = { message1: { body: 'Bonjour' }, message2: { body: 'Merci' } };
    const made = await host.call<Campaign>('POST', '/campaigns', { ...plan, ...texts });
    const stored = async (): Promise<Campaign> => (await host.call<Campaign>('GET', `/campaigns/${made.body.id}`)).body;
    await open.go(`/campaigns/${made.body.id}`);
    await page.getByRole('button', { name: 'Lancer' }).click();
    await page
      .getByRole('alertdialog')
      .getByText(`${MANY / 1000} 000 contacts`)
      .waitFor();
    await page.getByRole('button', { name: 'Lancer la campagne' }).click();
    await expect.poll(() => page.getByTestId('campaign-status').textContent(), SEEN).toBe('En préparation');
    const progress = page.getByRole('progressbar');
    await expect.poll(async () => Number(await progress.getAttribute('aria-valuenow')), WITHIN).toBeGreaterThan(0);
    await expectAccessible(page);
    expect((await stored()).status).toBe('preparing');
    await page.getByRole('button', { name: 'Annuler le lancement' }).click();
    await expect.poll(() => page.getByTestId('campaign-status').textContent(), WITHIN).toBe('Brouillon');
    expect(await stored()).toMatchObject({ status: 'draft', totalContacts: 0, preparation: null });
    expect(await simulator.ledger()).toHaveLength(57);
  });

  it('has an attempt’s whole story, and the errors’ sentences, on pages that axe accepts (SND-1, UI-6)', async () => {
    for (const place of ['/', '/campaigns', '/contacts', '/attempts', '/resolve', '/webhooks', '/settings']) {
      await open.go(place);
      await settled(page);
      await expectAccessible(page);
    }
    await open.go('/attempts');
    await page.locator('[data-row-link]').first().click();
    await page.getByTestId('timeline').getByText('Acceptée par le fournisseur').waitFor();
    await expectAccessible(page);
    expect(open.problems).toEqual([]);
  });
});
