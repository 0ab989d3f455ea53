import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { VigieError } from '../../../backend/contract/errors.ts';
import type { Protection } from '../../../backend/contract/protection.ts';
import { loadSecrets } from '../../../backend/storage/secrets.ts';
import { startFakeBackend } from '../../support/fakeBackend.ts';
import { expectAccessible, type PageOptions } from '../../support/interfacePage.ts';
import { workingDay } from '../../support/interfaceScenes.ts';
import { startLineHost } from '../../support/lineHost.ts';
import { someProtection } from '../../support/samples.ts';
import { PICTURES, usePages } from '../../support/pages.ts';

const openPage = usePages();

async function open(address: string, options: PageOptions = {}) {
  const opened = await openPage(address, { at: '/settings/protection', ...options });
  return { page: opened.page, section: opened.page.locator('#settings-protection') };
}

it('on the whole application texts are encrypted, the key is shown on demand alone, and changed after a question (SEC-3)', async () => {
  const host = await startLineHost();
  const { page, section } = await open(host.application.addresses().admin ?? '');
  const [kept] = loadSecrets(host.dataDir).dataKeys;
  const all = section.getByRole('checkbox', { name: 'Chiffrer le texte de tous les messages' });
  await all.click();
  await section.getByText('Tous les textes sont chiffrés.').waitFor();
  expect((await host.call<Protection>('GET', '/protection')).body.encryptAll).toBe(true);

  expect(await page.content()).not.toContain(kept!.key);
  await section.getByRole('button', { name: 'Afficher la clé' }).click();
  const shown = page.getByRole('dialog');
  await shown.getByText(kept!.key).waitFor();
  await shown.getByRole('button', { name: 'Copier la clé' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(kept!.key);
  await page.keyboard.press('Escape');
  await expect.poll(() => page.content()).not.toContain(kept!.key);

  const before = (await host.call<Protection>('GET', '/protection')).body.key.id;
  await section.getByText(before).waitFor();
  await section.getByRole('button', { name: 'Changer la clé' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Changer la clé' }).click();
  await section.getByText('1 ancienne clé est gardée').waitFor();
  expect(await section.getByText(before).count()).toBe(0);
  expect(loadSecrets(host.dataDir).dataKeys.map(({ key }) => key)).toEqual([expect.any(String), kept!.key]);
  const audit = page.locator('#settings-audit');
  for (const line of ['Clé changée', 'Clé affichée', 'Chiffrement modifié']) {
    await audit.getByText(line, { exact: true }).waitFor();
  }
});

it.each([
  ['fr', 'light'],
  ['en', 'dark'],
] as const)('looks right and can be used by everyone in every state: %s, %s (SEC-3, DSK-6, UI-6)', async (...look) => {
  const [language, theme] = look;
  const french = language === 'fr';
  let standing: Protection = someProtection;
  const exported = { id: '3f9c01ab', dataKey: 'q3uYl0v9Vq2cJm7sT1fB8xZ4wN6kH5rD0eA2gP7iLxU' };
  const backend = await startFakeBackend(workingDay(language), {
    services: { protection: { get: () => standing, export: () => exported } },
  });
  onTestFinished(() => backend.stop());
  const { page, section } = await open(backend.address, { language, theme });
  const picture = async (name: string): Promise<void> => {
    await expectAccessible(page, '#settings-protection');
    const file = path.join(PICTURES, `protection-${name}-${language}-${theme}.png`);
    await section.screenshot({ path: file, animations: 'disabled' });
  };
  await section.getByText(french ? 'ne sont pas chiffrés' : 'are not encrypted').waitFor();
  await picture('clear');

  standing = {
    ...{ encryptAll: true, progress: { running: true, done: 41_200, total: 120_000 }, cleanedAtNextStart: false },
    ...{ key: { ...someProtection.key, earlier: 2 }, secrets: 'os' },
  };
  backend.emit({ type: 'changed', what: 'settings' });
  await section.getByRole('progressbar').waitFor();
  await picture('running');
  await section.getByText(french ? 'Les nouveaux textes sont chiffrés' : 'New texts are encrypted').waitFor();
  await section.getByRole('button', { name: french ? 'Afficher la clé' : 'Show the key' }).click();
  await page.getByRole('dialog').getByText(exported.dataKey).waitFor();
  await expectAccessible(page, '[role=dialog]');
  await page.screenshot({
    path: path.join(PICTURES, `protection-key-${language}-${theme}.png`),
    animations: 'disabled',
  });
  await page.keyboard.press('Escape');

  standing = {
    ...{ encryptAll: true, progress: someProtection.progress, cleanedAtNextStart: true },
    ...{ key: { ...someProtection.key, from: 'environment' }, secrets: 'environment' },
  };
  backend.emit({ type: 'changed', what: 'settings' });
  await section.getByText('VIGIE_DATA_KEY').first().waitFor();
  expect(await section.getByRole('button').count()).toBe(1);
});

it('says why a key is neither shown nor changed, and goes on as before (SEC-3, UI-4)', async () => {
  const refuse = (): never => {
    throw new VigieError('frozen', { reason: 'secrets_locked' });
  };
  const backend = await startFakeBackend(workingDay(), {
    services: { protection: { export: refuse, rotate: refuse } },
  });
  onTestFinished(() => backend.stop());
  const { page, section } = await open(backend.address);
  await section.getByRole('button', { name: 'Afficher la clé' }).click();
  await page.getByText('La clé ne peut pas être affichée').waitFor();
  await section.getByRole('button', { name: 'Changer la clé' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Changer la clé' }).click();
  await page.getByText('La clé reste la même').waitFor();
  // It fades out.
  await page.getByRole('alertdialog').waitFor({ state: 'detached' });
  await section.getByText(someProtection.key.id).waitFor();
});
