import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Contact } from '../../../backend/contract/contacts.ts';
import type { WebhookEvent } from '../../../backend/contract/webhookEvents.ts';
import type { AuditEntry, Settings } from '../../../backend/contract/workspace.ts';
import { startFakeBackend } from '../../support/fakeBackend.ts';
import { startInterfaceHost, type InterfaceHost } from '../../support/interfaceHost.ts';
import { expectAccessible, openInterface, settled } from '../../support/interfacePage.ts';
import { workingDay } from '../../support/interfaceScenes.ts';
import { incoming } from '../../support/wassengerEvents.ts';

let open: InterfaceHost;
let page: Page;
beforeAll(async () => {
  open = await startInterfaceHost();
  page = open.page;
});
afterAll(async () => {
  expect(open.problems).toEqual([]);
  await open.end();
});

const get = async <Body>(route: string): Promise<Body> => (await open.host.call<Body>('GET', route)).body;
/** The next call of this name fails, as a host that is out of order. */
const failOnce = (rpc: string): Promise<void> =>
  page
    .route(`**/rpc/${rpc}`, (route) => route.fulfill({ status: 503, contentType: 'application/json', body: '{}' }), {
      times: 1,
    })
    .then(() => {});
const audit = async (): Promise<string[]> =>
  (await get<{ items: AuditEntry[] }>('/audit')).items.map(({ action, target }) => `${action} ${target}`);

describe('settings', () => {
  const daily = () => page.getByLabel('Limite quotidienne');
  const save = () => page.getByRole('button', { name: 'Enregistrer' });

  it('are stored when they are saved, and used at once (MON-2)', async () => {
    await open.go('/settings');
    await daily().fill('120');
    await page.getByText('Modifications non enregistrées').waitFor();
    expect((await get<Settings>('/settings')).dailyLimit).toBe(180);
    await save().click();
    await page.getByText('Paramètres enregistrés').waitFor();
    expect((await get<Settings>('/settings')).dailyLimit).toBe(120);
    expect((await get<{ limit: number }>('/monitoring/stats')).limit).toBe(120);
    await page.reload();
    await expect.poll(() => daily().inputValue()).toBe('120');
    expect(await save().count()).toBe(0);
  });

  it('that cannot be are refused at their field, and nothing is sent; the former value comes back on demand', async () => {
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.url()));
    await daily().fill('0');
    await page.getByRole('alert').getByText('Choisissez un nombre entre 1 et 100 000').waitFor();
    await save().click();
    await page.getByRole('button', { name: 'Rétablir' }).click();
    expect(await daily().inputValue()).toBe('120');
    expect(sent.filter((url) => url.includes('/rpc/settings/update'))).toEqual([]);
    expect((await get<Settings>('/settings')).dailyLimit).toBe(120);
  });

  it('that the host does not take stay typed, with the reason; a second try saves them', async () => {
    await daily().fill('150');
    await failOnce('settings/update');
    await save().click();
    await page.getByRole('alert').getByText('Les paramètres ne sont pas enregistrés').waitFor();
    expect(await daily().inputValue()).toBe('150');
    expect((await get<Settings>('/settings')).dailyLimit).toBe(120);
    await save().click();
    await page.getByText('Paramètres enregistrés').waitFor();
    expect((await get<Settings>('/settings')).dailyLimit).toBe(150);
    await page.getByRole('button', { name: 'Fermer' }).first().click();
  });
});

describe('a webhook', () => {
  it('that matched nothing is replayed once its contact is there; a replay that fails says so (WHK-2, WHK-6)', async () => {
    expect(await open.host.webhook(incoming())).toBe(200);
    const events = async () => (await get<{ items: WebhookEvent[] }>('/webhook-events')).items;
    await expect.poll(async () => (await events())[0]?.verdict).toBe('unmatched');
    const [{ id }] = (await events()) as [WebhookEvent];
    await open.go(`/webhooks/${id}`);
    const detail = page.getByTestId('webhook-detail');
    await detail.getByText('Contact inconnu de Vigie').waitFor();
    await failOnce('webhookEvents/replay');
    await detail.getByRole('button', { name: 'Rejouer' }).click();
    await page.getByRole('alert').getByText('Le webhook n’a pas été rejoué').waitFor();
    expect(await audit()).not.toContain(`webhook.replay ${id}`);

    await open.host.call('POST', '/contacts', { name: 'Zoé', phone: '+33612345678' });
    await detail.getByRole('button', { name: 'Rejouer' }).click();
    await page.getByText('Webhook rejoué').waitFor();
    await expect.poll(audit).toContain(`webhook.replay ${id}`);
    const [after] = (await events()) as [WebhookEvent];
    const words = { ignored: 'Sans effet', unmatched: 'Sans correspondance', applied: 'Appliqué' };
    await detail.getByText(words[after.verdict as keyof typeof words], { exact: true }).waitFor();
    await page.getByRole('alert').getByRole('button', { name: 'Fermer' }).click();
  });
});

describe('two contacts of one person (CMP-1)', () => {
  it('become one: what stays is shown first, then it is asked, and a no changes nothing', async () => {
    const make = async (body: object) => (await open.host.call<Contact>('POST', '/contacts', body)).body;
    const kept = await make({ name: 'Awa Diop', phone: '+33639980001', attributes: { ville: 'Lyon' } });
    const gone = await make({ name: 'Awa D.', phone: '+33639980002', attributes: { Ville: 'Nice', age: '30' } });
    await open.go(`/contacts/${kept.id}`);
    await page.getByRole('button', { name: 'Fusionner' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Avec quel contact ?').fill('Awa');
    await dialog.getByRole('button', { name: 'Choisir Awa D.' }).click();
    const preview = dialog.getByTestId('merge-preview');
    const side = async (at: number): Promise<string> =>
      (await preview.locator('dl').nth(at).innerText()).replace(/\s+/g, ' ');
    await preview.getByText('Ce qui reste').waitFor();
    await expectAccessible(page);
    expect(await side(0)).toMatch(/Awa Diop .*\+33 6 39 98 00 01 .*Lyon .*30/);
    expect(await side(1)).toMatch(/Awa D\. .*\+33 6 39 98 00 02 .*Nice/);

    await dialog.getByRole('radio').nth(1).check();
    await expect.poll(() => side(0)).toMatch(/Awa D\. .*02 .*Nice/);
    await dialog.getByRole('radio').nth(0).check();
    await dialog.getByRole('button', { name: 'Fusionner', exact: true }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Annuler' }).click();
    expect((await get<Contact>(`/contacts/${gone.id}`)).name).toBe('Awa D.');

    await dialog.getByRole('button', { name: 'Fusionner', exact: true }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Fusionner les deux contacts' }).click();
    await page.getByText('Contacts fusionnés').waitFor();
    expect((await open.host.call('GET', `/contacts/${gone.id}`)).status).toBe(404);
    expect(await get<Contact>(`/contacts/${kept.id}`)).toMatchObject({ name: 'Awa Diop', attributes: { age: '30' } });
    await page.getByRole('complementary').getByRole('heading', { name: 'Awa Diop' }).waitFor();
    await expect.poll(() => page.getByRole('row', { name: 'Awa D.' }).count()).toBe(0);
  });

  it('stay two when the host cannot merge them, and it says why', async () => {
    const { items } = await get<{ items: Contact[] }>('/contacts?q=zo%C3%A9');
    await open.go(`/contacts/${items[0]?.id}`);
    await page.getByRole('button', { name: 'Fusionner' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Avec quel contact ?').fill('diop');
    await dialog.getByRole('button', { name: 'Choisir Awa Diop' }).click();
    await dialog.getByTestId('merge-preview').waitFor();
    await failOnce('contacts/merge');
    await dialog.getByRole('button', { name: 'Fusionner', exact: true }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Fusionner les deux contacts' }).click();
    await page.getByText('Les contacts ne sont pas fusionnés').waitFor();
    expect((await get<{ items: Contact[] }>('/contacts')).items).toHaveLength(2);
  });
});

describe('an export (UI-5, CMP-13)', () => {
  it('counts its rows while it is made, and ends on both sides when it is stopped; no file is saved', async () => {
    let made = 0;
    let ended = false;
    const exports = {
      *attempts() {
        try {
          for (;;) yield { csv: `${made++};x\r\n`, rows: 1 };
        } finally {
          ended = true;
        }
      },
    };
    const backend = await startFakeBackend(workingDay(), { services: { exports } });
    onTestFinished(() => backend.stop());
    const endless = await openInterface(open.browser, backend.address, { at: '/attempts' });
    onTestFinished(() => endless.close());
    const downloads: string[] = [];
    endless.page.on('download', (download) => downloads.push(download.suggestedFilename()));
    await settled(endless.page);
    await endless.page.getByRole('button', { name: 'Exporter (CSV)' }).click();
    await endless.page.getByRole('button', { name: /^[\d\s]+ lignes…$/ }).waitFor();
    await endless.page.getByRole('button', { name: 'Arrêter l’export' }).click();
    await endless.page.getByText('Export arrêté, aucun fichier n’est enregistré').waitFor();
    await expect.poll(() => ended).toBe(true);
    await endless.page.getByRole('button', { name: 'Exporter (CSV)' }).waitFor();
    expect(downloads).toEqual([]);
    expect(endless.problems).toEqual([]);
  });
});
