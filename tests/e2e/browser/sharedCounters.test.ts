import path from 'node:path';
import { describe, it, onTestFinished } from 'vitest';
import type { SharedStanding } from '../../../backend/contract/monitoring.ts';
import { startFakeBackend } from '../../support/fakeBackend.ts';
import { expectAccessible, type PageOptions } from '../../support/interfacePage.ts';
import { workingDay } from '../../support/interfaceScenes.ts';
import { PICTURES, usePages } from '../../support/pages.ts';

const TOGETHER: SharedStanding = {
  ...{ state: 'connected', lostSince: null, canStillSend: 8, sent: 164, rolling: 702, limit: 180 },
  ...{ machines: 2, awaited: [] },
};

const openPage = usePages();

async function open(shared: SharedStanding, options: PageOptions = {}) {
  const scene = workingDay(options.language ?? 'fr');
  scene.stats.shared = shared;
  const backend = await startFakeBackend(scene);
  onTestFinished(() => backend.stop());
  const opened = await openPage(backend.address, options);
  return { backend, page: opened.page };
}

describe('the other machines of an account', () => {
  it('are shown with what all have sent; when nobody knows, with since when and what may leave all the same (SYN-5)', async () => {
    const { backend, page } = await open(TOGETHER);
    await page.getByTestId('shared-total').getByText('2 machines partagent ce compte : 164 messages sur 180').waitFor();
    const lost = { ...TOGETHER, state: 'lost', lostSince: '2026-11-20T14:05:00.000Z' } as const;
    backend.setStats({ shared: lost });
    const notice = page.getByTestId('shared-notice');
    await notice.getByText('Vigie peut encore envoyer 8 messages aujourd’hui sans risque').waitFor();
    await expectAccessible(page);
    await page.screenshot({ path: path.join(PICTURES, 'dashboard-shared-lost.png'), animations: 'disabled' });
    backend.setStats({
      ...{ canSend: false, blockedReason: 'shared_counters_unavailable', blockedMessage: 'Rien ne part.' },
      shared: { ...lost, canStillSend: 0 },
    });
    await notice.getByText('D’ici là, rien ne part.').waitFor();
    await page.getByText('Envois en attente').waitFor();
    backend.setStats({ shared: { ...TOGETHER, state: 'waiting', awaited: ['PC-ACCUEIL'] } });
    await notice.getByText('Une autre machine doit d’abord s’annoncer : PC-ACCUEIL').waitFor();
    await notice.getByRole('link', { name: 'Détails' }).click();
    await page.getByTestId('shared-standing').getByText('PC-ACCUEIL').waitFor();
    backend.setStats({ shared: null });
    await page.locator('#settings-shared').getByText('Cette machine compte seule.').waitFor();
  });

  it.each([
    ['fr', 'light'],
    ['en', 'dark'],
  ] as const)('stand in the settings, in %s on %s (SYN-5)', async (language, theme) => {
    const at = '2026-11-20T14:05:00.000Z';
    const lost: SharedStanding = { ...TOGETHER, state: 'lost', lostSince: at, awaited: ['PC-ACCUEIL'] };
    const { page } = await open(lost, { at: '/settings/shared', language, theme });
    await page.getByTestId('shared-standing').waitFor();
    await page.locator('#settings-shared').scrollIntoViewIfNeeded();
    await expectAccessible(page);
    await page.locator('#settings-shared').screenshot({
      path: path.join(PICTURES, `settings-shared-${language}-${theme}.png`),
      animations: 'disabled',
    });
  });
});
