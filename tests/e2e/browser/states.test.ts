import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { VigieError } from '../../../backend/contract/errors.ts';
import { launchChromium } from '../../support/chromium.ts';
import { startFakeBackend } from '../../support/fakeBackend.ts';
import { openInterface, settled, type PageOptions } from '../../support/interfacePage.ts';
import { emptyWorkspace, statsAt, workingDay } from '../../support/interfaceScenes.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

type Fake = Parameters<typeof startFakeBackend>;

async function open(scene = workingDay(), options: { page?: PageOptions; fake?: Fake[1] } = {}) {
  const backend = await startFakeBackend(scene, options.fake);
  onTestFinished(() => backend.stop());
  const opened = await openInterface(browser, backend.address, options.page);
  onTestFinished(() => opened.close());
  return { backend, ...opened };
}

describe('the quota', () => {
  it('shows level, word and shape, and the badge exactly above 75 % (MON-4, MON-9, UI-2)', async () => {
    const { backend, page } = await open();
    const seen: unknown[] = [];
    for (const sent of [0, 135, 136, 162, 163, 180, 181]) {
      backend.setStats(statsAt(sent));
      await expect.poll(() => page.getByTestId('gauge').getAttribute('data-sent')).toBe(`${sent}`);
      const level = page.getByTestId('level').first();
      seen.push([
        sent,
        await level.textContent(),
        await level.locator('svg').count(),
        await page.getByTestId('quota-badge').count(),
      ]);
    }
    expect(seen).toEqual([
      [0, 'Normal', 1, 0],
      [135, 'Normal', 1, 0],
      [136, 'Attention', 1, 1],
      [162, 'Attention', 1, 1],
      [163, 'Danger', 1, 1],
      [180, 'Danger', 1, 1],
      [181, 'Bloqué', 1, 1],
    ]);
  });

  it('warns below 10 contacts of capacity, and says when sending resumes (MON-2, MON-5)', async () => {
    const { backend, page } = await open();
    expect(await page.getByTestId('capacity').textContent()).toContain('23');
    expect(await page.getByTestId('capacity-warning').count()).toBe(0);
    backend.setStats(statsAt(171));
    await page.getByTestId('capacity-warning').waitFor();
    backend.setStats(statsAt(180));
    await page.getByText('Les envois reprennent à 00:00 UTC').first().waitFor();
  });

  it('fits the gauge, capacity, forecast and four figures on the first screen at 1280 x 800', async () => {
    const { page } = await open();
    for (const id of ['gauge', 'capacity', 'stat-message1', 'stat-message2', 'stat-other', 'stat-errors']) {
      const box = await page.getByTestId(id).boundingBox();
      expect([id, box !== null && box.y + box.height <= 800]).toEqual([id, true]);
    }
  });
});

describe('the connection', () => {
  it('says that it is lost, keeps what is shown, and catches up by itself (UI-4)', async () => {
    const scene = workingDay();
    const { backend, page } = await open(scene);
    await settled(page);
    await backend.stop();
    await page.getByText('Connexion perdue').waitFor();
    expect(await page.getByTestId('gauge').getAttribute('data-sent')).toBe('148');
    expect(await page.getByTestId('level').first().textContent()).toBe('Hors ligne');

    scene.stats = { ...scene.stats, ...statsAt(151) };
    const again = await startFakeBackend(scene, { port: backend.host.port });
    onTestFinished(() => again.stop());
    await expect.poll(() => page.getByTestId('gauge').getAttribute('data-sent'), { timeout: 15_000 }).toBe('151');
    expect(await page.getByText('Connexion perdue').count()).toBe(0);
  });

  it('asks for the password where there is one, says when it is wrong, and opens with the right one', async () => {
    const backend = await startFakeBackend(workingDay(), { password: 'correct horse' });
    onTestFinished(() => backend.stop());
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(backend.address);
    await page.getByLabel('Mot de passe').fill('wrong');
    await page.getByRole('button', { name: 'Se connecter' }).click();
    await page.getByText('Ce mot de passe n’est pas le bon.').waitFor();
    await page.getByLabel('Mot de passe').fill('correct horse');
    await page.getByRole('button', { name: 'Se connecter' }).click();
    await page.getByTestId('gauge').waitFor();
    await page.getByTestId('history-chart').waitFor();
  });
});

describe('contacts', () => {
  it('show a new contact at once, and take it back with the reason when it is refused (UI-3)', async () => {
    const contacts = {
      create: () => {
        throw new VigieError('invalid_phone', { value: '12' });
      },
    };
    const { page } = await open(workingDay(), { page: { at: '/contacts/new' }, fake: { services: { contacts } } });
    let answer = (): void => {};
    const held = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/rpc/contacts/create', async (route) => {
      await held;
      await route.continue();
    });
    await page.getByRole('textbox', { name: 'Nom', exact: true }).fill('Nouvelle Personne');
    await page.getByRole('textbox', { name: 'Téléphone' }).fill('12');
    await page.getByRole('button', { name: 'Créer' }).click();
    await page.getByRole('row', { name: 'Nouvelle Personne' }).waitFor();
    answer();
    await page.getByRole('dialog').getByText('n’est pas un numéro de téléphone valide').waitFor();
    expect(await page.getByRole('row', { name: 'Nouvelle Personne' }).count()).toBe(0);
    expect(await page.getByRole('textbox', { name: 'Téléphone' }).inputValue()).toBe('12');
  });

  it('draw only the rows in view of a long list, and read on while it is scrolled (UI-7)', async () => {
    const { page } = await open(workingDay(), { page: { at: '/contacts' } });
    await settled(page);
    await page.getByText('Amélie Nguyen').waitFor();
    const list = page.locator('table[aria-label="Contacts"]').locator('xpath=..');
    for (let step = 0; step < 12; step += 1) {
      await list.evaluate((box) => box.scrollTo(0, box.scrollHeight));
      await settled(page);
    }
    await expect.poll(() => list.evaluate((box) => box.scrollHeight)).toBeGreaterThan(700 * 36);
    expect(await page.locator('[data-row-link]').count()).toBeLessThan(80);
  });
});

describe('what the operator decides', () => {
  it('settles an unknown outcome by one of two plain answers (SND-6, SND-8)', async () => {
    const { backend, page } = await open(workingDay(), { page: { at: '/resolve' } });
    expect(await page.getByTestId('resolve-badge').textContent()).toContain('1');
    await page.getByTestId('doubtful').first().getByRole('button', { name: 'Il est bien parti' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Il est bien parti' }).click();
    await page.getByText('Décision enregistrée').waitFor();
    await expect.poll(() => page.getByTestId('doubtful').count()).toBe(1);
    await expect.poll(() => page.getByTestId('resolve-badge').count()).toBe(0);
    expect(backend.scene.attempts[0]?.state).toBe('sent');
  });

  it('asks before a campaign is cancelled, and does nothing when the answer is no (UI-5)', async () => {
    const { backend, page } = await open(workingDay(), { page: { at: '/campaigns/campaign-1' } });
    await page.getByRole('button', { name: 'Annuler la campagne' }).click();
    await page.getByRole('button', { name: 'Garder la campagne' }).click();
    expect(backend.scene.campaigns[0]?.status).toBe('running');
    await page.getByRole('button', { name: 'Annuler la campagne' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Annuler la campagne' }).click();
    await expect.poll(() => page.getByTestId('campaign-status').textContent()).toBe('Annulée');
  });
});

describe('ways around', () => {
  it('open a detail by its own link, also without the #', async () => {
    const { backend, page } = await open();
    await page.goto(`${backend.address}/attempts/attempt-9?state=failed_final`);
    await page.getByTestId('attempt-detail').waitFor();
    expect(new URL(page.url()).hash).toBe('#/attempts/attempt-9?state=failed_final');
    await page.keyboard.press('Escape');
    await expect.poll(() => new URL(page.url()).hash).toBe('#/attempts?state=failed_final');
  });

  it('begin at the top of a page, however far the one before was scrolled (UI-6)', async () => {
    const { page } = await open(workingDay(), { page: { at: '/settings/system' } });
    const scrolled = (): Promise<number> => page.locator('#content').evaluate(({ scrollTop }) => scrollTop);
    await expect.poll(scrolled).toBeGreaterThan(500);
    await page.getByRole('link', { name: 'Tableau de bord' }).click();
    await page.getByTestId('gauge').waitFor();
    expect(await scrolled()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
  });

  it('need no mouse: skip link, rows by arrow keys, palette (UI-6)', async () => {
    const { page } = await open(workingDay(), { page: { at: '/attempts' } });
    await settled(page);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
    await page.locator('[data-row-link]').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByTestId('attempt-detail').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').fill('resoudre');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'À résoudre', level: 1 }).waitFor();
  });

  it('lead from an empty workspace to its one next action (UI-9)', async () => {
    const { page } = await open(emptyWorkspace());
    await page.getByTestId('first-steps').getByRole('link', { name: 'Importer des contacts' }).click();
    await page.getByRole('heading', { name: 'Importer des contacts' }).waitFor();
  });
});
