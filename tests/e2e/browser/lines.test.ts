import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { VigieError } from '../../../backend/contract/errors.ts';
import { startFakeBackend } from '../../support/fakeBackend.ts';
import { expectAccessible, settled, type PageOptions } from '../../support/interfacePage.ts';
import { workingDay, type Scene } from '../../support/interfaceScenes.ts';
import { someLine } from '../../support/samples.ts';
import { PICTURES, usePages } from '../../support/pages.ts';

const openPage = usePages();

type Fake = Parameters<typeof startFakeBackend>[1];

async function open(scene: Scene, options: PageOptions = {}, fake: Fake = {}) {
  const backend = await startFakeBackend(scene, fake);
  onTestFinished(() => backend.stop());
  const opened = await openPage(backend.address, options);
  return { backend, ...opened };
}

/** A line that is warmed up and has quiet hours, in the middle of them. */
function careful(language: 'fr' | 'en' = 'fr'): Scene {
  const scene = workingDay(language);
  Object.assign(scene.settings.lines[0]!, {
    warmup: { steps: [20, 40, 80], startedDay: '2026-11-19' },
    quietHours: { from: '21:00', to: '08:00', timeZone: null },
  });
  scene.stats.lines = [
    { id: 'wassenger', label: someLine.label, quietUntil: '2026-11-21T07:00:00.000Z', warmup: { limit: 40, sent: 12 } },
  ];
  return scene;
}

describe('the pace of a line', () => {
  it('is set in the settings: warm-up, quiet hours, pace; what is wrong is said at its field (SND-13)', async () => {
    const update = vi.fn((patch: object) => ({ ...someLine, ...patch }));
    const { page } = await open(workingDay(), { at: '/settings/lines' }, { services: { lines: { update } } });
    const form = page.getByRole('form', { name: 'Rythme de Ligne principale' });
    await form.getByLabel('Messages par minute').fill('0');
    await form.getByText('Choisissez un nombre entre 1 et 600.').waitFor();
    await form.getByRole('button', { name: 'Enregistrer' }).click();
    expect(update).not.toHaveBeenCalled();
    await form.getByLabel('Messages par minute').fill('12');
    await form.getByLabel('Montée en charge').fill('20, 40, 80');
    await form.getByText('jour 1 : 20 · jour 2 : 40 · jour 3 : 80').waitFor();
    await form.getByLabel('Début des heures calmes').fill('21:00');
    await form.getByLabel('Fin des heures calmes').fill('08:00');
    await form.getByLabel('Fuseau des heures calmes').selectOption('Indian/Reunion');
    await form.getByRole('button', { name: 'Enregistrer' }).click();
    await page.getByText('Rythme de la ligne enregistré').waitFor();
    expect(update).toHaveBeenLastCalledWith(
      {
        id: 'wassenger',
        sendsPerMinute: 12,
        gapMs: null,
        warmupSteps: [20, 40, 80],
        quietHours: { from: '21:00', to: '08:00', timeZone: 'Indian/Reunion' },
      },
      expect.anything(),
    );
  });

  it('says on the dashboard why nothing leaves, until it does again (SND-13)', async () => {
    const { backend, page } = await open(careful());
    await page.getByText('Heures calmes jusqu’à 08:00').waitFor();
    await page.getByText('Montée en charge : 40 aujourd’hui, 12 partis').waitFor();
    backend.setStats({ lines: [{ id: 'wassenger', label: someLine.label, quietUntil: null, warmup: null }] });
    await expect.poll(() => page.getByTestId('quiet-hours').count()).toBe(0);
    expect(await page.getByTestId('warm-up').count()).toBe(0);
  });

  it.each([
    ['fr', 'light'],
    ['fr', 'dark'],
    ['en', 'light'],
    ['en', 'dark'],
  ] as const)('looks right and can be used by everyone in %s, %s (SND-13, UI-6)', async (language, theme) => {
    const { page, go } = await open(careful(language), { language, theme });
    await page.screenshot({
      path: path.join(PICTURES, `dashboard-held-${language}-${theme}.png`),
      animations: 'disabled',
    });
    await go('/settings/lines');
    await settled(page);
    await page.getByTestId('quiet-hours').waitFor();
    await page.locator('#settings-lines').scrollIntoViewIfNeeded();
    await expectAccessible(page);
    await page.locator('#settings-lines').screenshot({
      path: path.join(PICTURES, `settings-lines-${language}-${theme}.png`),
      animations: 'disabled',
    });
  });
});

describe('what waits', () => {
  it('can be started before its hour, after a question; a campaign that has not begun is not paused (CMP-3, UI-5)', async () => {
    const scene = workingDay();
    scene.campaigns[0]!.status = 'scheduled';
    const start = vi.fn(() => ({ ...scene.campaigns[0]!, status: 'running' as const }));
    const { page } = await open(scene, { at: '/campaigns/campaign-1' }, { services: { campaigns: { start } } });
    expect(await page.getByRole('main').getByRole('button', { name: 'Mettre en pause' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Lancer maintenant' }).click();
    await page.getByRole('alertdialog').getByText('184 contacts').waitFor();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Lancer' }).click();
    await expect.poll(() => start.mock.calls.length).toBe(1);
  });

  it('for answers is shown as slots that are kept (CMP-12)', async () => {
    const { backend, page } = await open(workingDay());
    await page.getByText('12 envois gardés pour les réponses').waitFor();
    backend.setStats({ heldForReplies: 0 });
    await expect.poll(() => page.getByTestId('held-for-replies').count()).toBe(0);
  });
});

describe('a clock that was ahead', () => {
  it('is told on the dashboard, and put right after a question; the reason is said when it is not (MON-8, REL-4)', async () => {
    const scene = workingDay();
    scene.stats.clock = { heldUntil: '2026-12-20T12:00:00.000Z', offsetMinutes: null };
    const reset = vi.fn(() => Promise.reject(new VigieError('clock_unconfirmed', { reason: 'no_answer' })));
    const { page } = await open(scene, {}, { services: { clock: { reset } } });
    await page.getByTestId('clock-notice').getByText('l’horloge avait de l’avance').waitFor();
    await page.screenshot({ path: path.join(PICTURES, 'dashboard-clock.png'), animations: 'disabled' });
    await page.getByRole('button', { name: 'Revenir à l’heure juste' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revenir à l’heure juste' }).click();
    await page.getByText('L’heure n’est pas confirmée').waitFor();
    expect(reset).toHaveBeenCalledTimes(1);
  });
});

describe('an answer whose sender is hidden', () => {
  it('is given to a contact in its webhook (CMP-8, WHK-6)', async () => {
    const scene = workingDay();
    Object.assign(scene.webhooks[0]!, { verdict: 'unmatched', reason: 'hidden_sender' });
    const assign = vi.fn(() => ({ ...scene.webhooks[0]!, verdict: 'applied' as const }));
    const { page } = await open(
      scene,
      { at: `/webhooks/${scene.webhooks[0]!.id}` },
      { services: { webhookEvents: { assign } } },
    );
    await page.getByLabel('De qui est cette réponse ?').fill(scene.contacts[0]!.name);
    await page.getByTestId('assign-answer').getByRole('button').first().waitFor();
    await page.screenshot({ path: path.join(PICTURES, 'webhook-assign.png'), animations: 'disabled' });
    await page.getByTestId('assign-answer').getByRole('button').first().click();
    await page.getByText('Réponse attribuée : ').waitFor();
    expect(assign).toHaveBeenCalledWith(
      { id: scene.webhooks[0]!.id, contactId: expect.any(String) as string },
      expect.anything(),
    );
  });
});
