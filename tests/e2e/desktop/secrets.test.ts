import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import type { LineInput } from '../../../backend/contract/lines.ts';
import { expectAccessible } from '../../support/interfacePage.ts';
import { PICTURES } from '../../support/pages.ts';
import { bridgeClient } from './driver/bridgeClient.ts';
import type { Desktop } from './driver/desktop.ts';
import { eventually } from './driver/eventually.ts';
import { Desktops, isStandin } from './driver/launchDesktop.ts';

const LINE: LineInput & { provider: 'wassenger' } = {
  ...{ provider: 'wassenger', label: 'Lyon', deviceId: '6a0f1c2b7a4d3c0018e6b2aa', apiKey: 'lyon-key-9876543210' },
  // Nobody answers there, and nobody has to.
  ...{ webhookSecrets: ['hook-secret-abcdef-0001'], baseUrl: 'http://127.0.0.1:9', deliveryReports: true },
};
const PHRASE = 'cheval batterie agrafe';
const OTHER_PHRASE = 'tournesol gravier nuage';

const desktops = new Desktops();
afterEach(() => desktops.cleanUp());

/** All that the secrets' files hold, as bytes. */
const files = (dataDir: string): string =>
  ['secrets.json', 'secrets.copy.json'].map((name) => readFileSync(path.join(dataDir, name), 'latin1')).join('\n');

async function quit(desktop: Desktop): Promise<void> {
  await desktop.quit();
  expect(await desktop.exited()).toBe(0);
}

test('secrets set in the app lie sealed by the key store, and a restart reads them; another session does not (DSK-6, SND-12)', async (context) => {
  const dataDir = desktops.newFolder();
  const launch = (session: string) => desktops.launch({ dataDir, environment: { VIGIE_STANDIN_KEYRING: session } });
  const first = await launch('awa');
  const client = await bridgeClient(await first.page());
  const { secrets } = await client.protection.get();
  // A machine that has Electron may have no key store; the stand-in has one.
  if (!isStandin && secrets !== 'os') context.skip('this system has no key store');
  expect(secrets).toBe('os');
  const added = await client.lines.add(LINE);
  const { dataKey } = await client.protection.export();
  await quit(first);
  const hidden = [LINE.apiKey, ...LINE.webhookSecrets, dataKey, added.webhookPath.split('/').at(-1)!];
  for (const secret of hidden) expect(files(dataDir).includes(secret), secret.slice(0, 4)).toBe(false);

  const second = await launch('awa');
  const again = await bridgeClient(await second.page());
  expect(await again.lines.list()).toMatchObject([
    { id: added.id, use: 'active', webhookPath: added.webhookPath, account: added.account },
  ]);
  expect((await again.protection.export()).dataKey).toBe(dataKey);
  await quit(second);

  const before = files(dataDir);
  const stranger = await launch('bob');
  const page = await stranger.page();
  await eventually(() => page.innerText('body')).toMatch(/trousseau/);
  await quit(stranger);
  expect(files(dataDir)).toBe(before);
});

test('without a key store a passphrase is chosen in the settings, and asked for at each start (DSK-6)', async () => {
  mkdirSync(PICTURES, { recursive: true });
  const dataDir = desktops.newFolder();
  // Electron takes no key store then; the stand-in has none unless it is named.
  const args = ['--no-demo', '--password-store=basic'];
  const first = await desktops.launch({ dataDir, args });
  const page = await first.page();
  const client = await bridgeClient(page);
  await client.lines.add(LINE);
  expect(files(dataDir)).toContain(LINE.apiKey);
  await choose(page);
  expect(await client.protection.get()).toMatchObject({ secrets: 'passphrase' });
  for (const secret of [LINE.apiKey, PHRASE]) expect(files(dataDir)).not.toContain(secret);
  await quit(first);

  const second = await desktops.launch({ dataDir, args });
  const question = await second.page();
  await question.getByLabel('Phrase secrète').waitFor();
  await expectAccessible(question);
  await question.screenshot({ path: path.join(PICTURES, 'passphrase.png') });
  // Nothing is open yet: no tray, no interface, no calls.
  expect((await second.observe()).tray).toBe(null);
  expect(await question.evaluate(() => 'vigie' in window)).toBe(false);
  await answer(question, 'cheval batterie agraf');
  await eventually(async () => (await second.page()).innerText('body')).toContain('Ce n’est pas la bonne phrase');
  const asked = await second.page();
  await asked.screenshot({ path: path.join(PICTURES, 'passphrase-wrong.png') });
  await answer(asked, PHRASE);
  await eventually(async () => (await second.page()).innerText('body')).toContain('Tableau de bord');
  const opened = await bridgeClient(await second.page());
  expect(await opened.lines.list()).toMatchObject([{ label: 'Lyon', use: 'active' }]);
  await change(await second.page());
  expect((await second.observe()).errors).toEqual([]);
  await quit(second);

  const third = await desktops.launch({ dataDir, args });
  await (await third.page()).getByLabel('Phrase secrète').waitFor();
  await third.closeWindow();
  expect(await third.exited()).toBe(0);

  const fourth = await desktops.launch({ dataDir, args });
  await answer(await fourth.page(), OTHER_PHRASE);
  await eventually(async () => (await fourth.page()).innerText('body')).toContain('Tableau de bord');
  await remove(await fourth.page());
  await quit(fourth);
  const fifth = await desktops.launch({ dataDir, args });
  await eventually(async () => (await fifth.page()).innerText('body')).toContain('Tableau de bord');
  expect(await (await bridgeClient(await fifth.page())).protection.get()).toMatchObject({ secrets: 'none' });
  await quit(fifth);
});

/** Chooses a passphrase in the settings, after two that are refused at their fields. */
async function choose(page: Page): Promise<void> {
  await page.evaluate(() => {
    location.hash = '#/settings/protection';
  });
  await page.getByRole('button', { name: 'Choisir une phrase secrète' }).click();
  const dialog = page.getByRole('dialog');
  const protect = dialog.getByRole('button', { name: 'Protéger' });
  await dialog.getByLabel('Phrase secrète', { exact: true }).fill('court');
  await protect.click();
  await dialog.getByText('au moins 12 caractères').waitFor();
  await dialog.getByLabel('Phrase secrète', { exact: true }).fill(PHRASE);
  await dialog.getByText('Les deux phrases ne sont pas les mêmes.').waitFor();
  await expectAccessible(page, '[role=dialog]');
  await page.screenshot({ path: path.join(PICTURES, 'protection-passphrase.png') });
  await dialog.getByLabel('La même encore une fois').fill(PHRASE);
  await protect.click();
  await page.getByText('sont protégés par une phrase secrète').waitFor();
  expect(await page.getByRole('button', { name: 'Choisir une phrase secrète' }).count()).toBe(0);
}

/** Changes it, after a wrong one that is refused. */
async function change(page: Page): Promise<void> {
  const dialog = await openStep(page, 'Changer la phrase secrète');
  await dialog.getByLabel('Phrase secrète actuelle').fill('cheval batterie agraf');
  await dialog.getByLabel('Nouvelle phrase secrète').fill(OTHER_PHRASE);
  await dialog.getByLabel('La même encore une fois').fill(OTHER_PHRASE);
  await dialog.getByRole('button', { name: 'Changer' }).click();
  await page.getByText('la phrase secrète actuelle n’est pas la bonne').waitFor();
  await dialog.getByLabel('Phrase secrète actuelle').fill(PHRASE);
  await expectAccessible(page, '[role=dialog]');
  await page.screenshot({ path: path.join(PICTURES, 'protection-passphrase-change.png') });
  await dialog.getByRole('button', { name: 'Changer' }).click();
  await dialog.waitFor({ state: 'detached' });
}

async function remove(page: Page): Promise<void> {
  const dialog = await openStep(page, 'Retirer la phrase secrète');
  await dialog.getByRole('button', { name: 'Retirer' }).click();
  await dialog.getByText('Indiquez la phrase que Vigie demande au démarrage.').waitFor();
  await dialog.getByLabel('Phrase secrète actuelle').fill(OTHER_PHRASE);
  await dialog.getByRole('button', { name: 'Retirer' }).click();
  await page.getByText('Ce système n’a pas de trousseau').waitFor();
}

async function openStep(page: Page, name: string): Promise<Locator> {
  await page.evaluate(() => {
    location.hash = '#/settings/protection';
  });
  await page.getByRole('button', { name }).click();
  return page.getByRole('dialog');
}

async function answer(page: Page, passphrase: string): Promise<void> {
  await page.getByLabel('Phrase secrète').fill(passphrase);
  await page.getByRole('button', { name: 'Ouvrir' }).click();
}
