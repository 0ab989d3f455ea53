import path from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Line } from '../../../backend/contract/lines.ts';
import { startFakeBackend } from '../../support/fakeBackend.ts';
import { expectAccessible, settled, type PageOptions } from '../../support/interfacePage.ts';
import { workingDay } from '../../support/interfaceScenes.ts';
import { LYON, META_1, PARIS, startLineHost, startMeta, startWassenger, WITHIN } from '../../support/lineHost.ts';
import { someLine } from '../../support/samples.ts';
import { PICTURES, usePages } from '../../support/pages.ts';

const openPage = usePages();

async function open(address: string, options: PageOptions = {}): Promise<Page> {
  const opened = await openPage(address, { at: '/settings/lines', ...options });
  return opened.page;
}

describe('a line in the settings, on the whole application', () => {
  it('is added, tested, given a new address, made the default and removed; nothing is started anew (SND-12)', async () => {
    const [paris, lyon] = await Promise.all([startWassenger(PARIS), startWassenger(LYON)]);
    const host = await startLineHost();
    const page = await open(host.application.addresses().admin ?? '');
    await page.locator('#settings-lines').getByText('Aucune ligne').waitFor();
    await page.getByRole('button', { name: 'Ajouter une ligne' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Ajouter et tester' }).click();
    await dialog.getByText('Donnez un nom à la ligne.').waitFor();
    await dialog.getByText('Cet identifiant n’a pas la bonne forme.').waitFor();

    const fill = async (label: string, { deviceId, apiKey, baseUrl }: typeof paris.input) => {
      await dialog.getByLabel('Nom de la ligne').fill(label);
      await dialog.getByLabel('Identifiant de l’appareil').fill(deviceId);
      await dialog.getByLabel('Clé d’API').fill(apiKey);
      await dialog.getByLabel('Adresse du service').fill(baseUrl);
      await dialog.getByRole('button', { name: 'Ajouter et tester' }).click();
      await page.getByText(`Ligne enregistrée : ${label}`).waitFor();
    };
    await fill('Paris', paris.input);
    await page.getByText('La ligne répond : elle est prête à envoyer.').waitFor();
    const [first] = await host.lines();
    const card = page.getByTestId(`line-${first!.id}`);
    await card.getByText('En ligne', { exact: true }).waitFor();
    await card.getByRole('button', { name: 'Copier l’adresse' }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(host.webhooks + first!.webhookPath);

    paris.simulator.changeDevice({ session: 'offline' });
    await card.getByRole('button', { name: 'Tester Paris' }).click();
    await card.getByText(/WhatsApp n’y est pas connecté/).waitFor();
    paris.simulator.changeDevice({ session: 'online' });
    await card.getByRole('button', { name: 'Changer l’adresse' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Changer l’adresse' }).click();
    await card.getByText('L’ancienne adresse vaut encore jusqu’au').waitFor();

    await page.getByRole('button', { name: 'Ajouter une ligne' }).click();
    await fill('Lyon', lyon.input);
    const second = (await host.lines()).find(({ label }) => label === 'Lyon')!;
    const lyonCard = page.getByTestId(`line-${second.id}`);
    await lyonCard.getByRole('button', { name: 'Par défaut' }).click();
    await expect.poll(async () => (await host.lines()).find(({ isDefault }) => isDefault)?.id).toBe(second.id);
    await host.send('+33612345620');
    await vi.waitFor(() => expect(lyon.simulator.ledger()).toHaveLength(1), WITHIN);

    const waiting = await host.send('+33612345621', { line: first!.id, sendAt: '2099-01-01T00:00:00.000Z' });
    await card.getByRole('button', { name: 'Retirer Paris' }).click();
    await page.getByRole('alertdialog').getByLabel('Ce qui attend sur cette ligne').waitFor();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Retirer', exact: true }).click();
    // The journal on the same page may say so as well.
    await page.getByText('Ligne retirée').first().waitFor();
    await expect.poll(() => card.count()).toBe(0);
    expect((await host.attempt(waiting)).line).toBe(second.id);
  });

  it('of Meta gets a verify token that is made here, and keys that are replaced without being shown (SND-12)', async () => {
    const { input } = await startMeta(META_1);
    const host = await startLineHost();
    const page = await open(host.application.addresses().admin ?? '');
    await page.getByRole('button', { name: 'Ajouter une ligne' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('WhatsApp Cloud API').click();
    await dialog.getByLabel('Nom de la ligne').fill('Siège');
    await dialog.getByLabel('Identifiant du numéro').fill(input.phoneNumberId);
    await dialog.getByLabel('Jeton d’accès').fill(input.accessToken);
    await dialog.getByLabel('Secret de l’application').fill('wrong secret');
    await dialog.getByRole('button', { name: 'Générer' }).click();
    await dialog.getByLabel('Adresse du service').fill(input.baseUrl);
    await dialog.getByRole('button', { name: 'Ajouter et tester' }).click();
    await dialog.getByText('Indiquez le secret entier, sans espaces.').waitFor();
    await dialog.getByLabel('Secret de l’application').fill('old-app-secret-1111');
    await dialog.getByRole('button', { name: 'Ajouter et tester' }).click();
    await page.getByText('La ligne répond : elle est prête à envoyer.').waitFor();

    await page.getByRole('button', { name: 'Modifier Siège' }).click();
    expect(await dialog.getByLabel('Jeton d’accès').inputValue()).toBe('');
    await dialog.getByText('••••1111').waitFor();
    await dialog.getByLabel('Secret de l’application de plus').fill(input.appSecrets[0]!);
    await dialog.getByRole('button', { name: 'Enregistrer' }).click();
    await expect.poll(async () => (await host.lines())[0]?.account?.secrets.length).toBe(4);
    await page.getByRole('button', { name: 'Modifier Siège' }).click();
    await dialog.getByRole('button', { name: 'Retirer le secret 1111' }).click();
    await dialog.getByRole('button', { name: 'Enregistrer' }).click();
    await expect.poll(async () => (await host.lines())[0]?.account?.secrets.length).toBe(3);
    expect(await page.content()).not.toContain(input.accessToken);
  });
});

/** Lines in every use. */
function manyLines(): Line[] {
  const account = { ...someLine.account!, sender: '6a0f1c2b7a4d3c0018e6b2aa' };
  const plain = { ...someLine, isDefault: false };
  return [
    { ...plain, id: 'wassenger', label: 'Wassenger', source: 'environment', isDefault: true },
    { ...plain, id: 'lyon-1a2b3c', label: 'Lyon', account, formerWebhookUntil: '2026-11-21T08:00:00.000Z' },
    { ...plain, id: 'nice-4d5e6f', label: 'Nice', use: 'disabled', account },
    { ...plain, id: 'lille-7a8b9c', label: 'Lille', use: 'keys_missing', account: null, webhookPath: '' },
    {
      ...{ ...plain, id: 'siege-0a1b2c', label: 'Siège', provider: 'meta', state: 'restricted' },
      ...{ webhookPath: '/webhooks/meta', account: { ...account, sender: '106540352242922' } },
    },
  ];
}

describe('lines in every use', () => {
  it.each([
    ['fr', 'light'],
    ['fr', 'dark'],
    ['en', 'light'],
    ['en', 'dark'],
  ] as const)('look right and can be used by everyone in %s, %s (SND-12, UI-6)', async (language, theme) => {
    const scene = workingDay(language);
    scene.settings.lines = manyLines();
    const backend = await startFakeBackend(scene);
    onTestFinished(() => backend.stop());
    const page = await open(backend.address, { language, theme });
    const picture = (name: string) => path.join(PICTURES, `${name}-${language}-${theme}.png`);
    await page.getByTestId('line-lyon-1a2b3c').waitFor();
    await expectAccessible(page);
    await page.locator('#settings-lines').screenshot({ path: picture('settings-many-lines'), animations: 'disabled' });
    await page
      .getByTestId('line-lyon-1a2b3c')
      .getByRole('button', { name: language === 'fr' ? 'Modifier Lyon' : 'Change Lyon' })
      .click();
    await page.getByRole('dialog').waitFor();
    await expectAccessible(page);
    await page.screenshot({ path: picture('settings-line-form'), animations: 'disabled' });
    await page.goto(`${backend.address}/#/`);
    await page.getByTestId('keys-notice').getByText('Lille').waitFor();
    await settled(page);
    await expectAccessible(page);
    await page.screenshot({ path: picture('dashboard-keys-missing'), animations: 'disabled' });
  });

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
      path: path.join(PICTURES, 'settings-lines-demo.png'),
      animations: 'disabled',
    });
    await page.getByRole('button', { name: 'Redémarrer maintenant' }).click();
    await page.getByText('Vigie redémarre sur votre espace réel').waitFor();
    expect(leaveDemo).toHaveBeenCalledTimes(1);
    await page.getByRole('button', { name: 'Ajouter une ligne' }).click();
    await page.getByRole('dialog').getByText('La démonstration vit dans un dossier à part.').waitFor();
  });

  it('without delivery reports say so where a figure would be 0 (SND-12)', async () => {
    const scene = workingDay();
    const [line] = scene.settings.lines;
    line!.capabilities = { ...line!.capabilities, deliveryReports: false, readReports: false };
    const [campaign] = scene.campaigns;
    Object.assign(campaign!, { line: line!.id, messagesDelivered: 0, messagesRead: 0 });
    const backend = await startFakeBackend(scene);
    onTestFinished(() => backend.stop());
    const page = await open(backend.address, { at: `/campaigns/${campaign!.id}` });
    for (const step of ['delivered', 'read']) {
      await page.getByTestId(`funnel-${step}`).getByText('Non disponible sur cette ligne').waitFor();
    }
    expect(await page.getByTestId('funnel-sent').textContent()).not.toContain('Non disponible');
  });

  it('are chosen for a campaign where there are several (SND-12)', async () => {
    const scene = workingDay();
    scene.settings.lines = manyLines();
    const create = vi.fn(() => scene.campaigns[0]!);
    const backend = await startFakeBackend(scene, { services: { campaigns: { create } } });
    onTestFinished(() => backend.stop());
    const page = await open(backend.address, { at: '/campaigns/new' });
    await page.getByLabel('Nom de la campagne').fill('Rentrée');
    await page.getByLabel('Ligne', { exact: true }).selectOption({ label: 'Lyon' });
    expect(await page.getByLabel('Ligne', { exact: true }).locator('option').allTextContents()).toEqual([
      'Wassenger',
      'Lyon',
      'Siège',
    ]);
    await page.getByLabel(scene.categories[0]!.name).check();
    await page.getByLabel('Texte du message').first().fill('Bonjour');
    await page.getByLabel('Texte du message').last().fill('Merci');
    await page.getByRole('button', { name: 'Enregistrer le brouillon' }).click();
    await expect.poll(() => create.mock.calls.length).toBe(1);
    expect(create).toHaveBeenCalledWith(expect.objectContaining({ line: 'lyon-1a2b3c' }));
  });
});
