import path from 'node:path';
import { describe, it, onTestFinished } from 'vitest';
import type { Relay } from '../../../backend/contract/relay.ts';
import { sentence } from '../../../backend/contract/messages/sentence.ts';
import { startFakeBackend } from '../../support/fakeBackend.ts';
import { expectAccessible, type PageOptions } from '../../support/interfacePage.ts';
import { workingDay } from '../../support/interfaceScenes.ts';
import { someRelay } from '../../support/samples.ts';
import { PICTURES, usePages } from '../../support/pages.ts';

const openPage = usePages();

async function open(language: 'fr' | 'en', theme: PageOptions['theme']) {
  let relay: Relay = someRelay;
  const backend = await startFakeBackend(workingDay(language), { services: { relay: { get: () => relay } } });
  onTestFinished(() => backend.stop());
  const opened = await openPage(backend.address, {
    language,
    theme: theme ?? 'light',
    at: '/settings/relay',
  });
  return {
    ...opened,
    async become(change: Partial<Relay>): Promise<void> {
      relay = { ...someRelay, ...change };
      backend.emit({ type: 'changed', what: 'relay' });
      if (relay.state !== 'off') await opened.page.locator(`[data-testid=relay][data-state=${relay.state}]`).waitFor();
    },
  };
}

describe.for([
  ['fr', 'light'],
  ['en', 'dark'],
] as const)('the relay in the settings, in %s and %s', ([language, theme]) => {
  it('says how it stands and where to deliver, and follows every change without a refresh (WHK-7, UI-4, UI-6, UI-9)', async () => {
    const { page, become } = await open(language, theme);
    const section = page.locator('#settings-relay');
    const picture = async (name: string): Promise<void> => {
      await section.scrollIntoViewIfNeeded();
      await page.screenshot({
        path: path.join(PICTURES, `relay-${name}-${language}-${theme}.png`),
        animations: 'disabled',
      });
      await expectAccessible(page);
    };
    const say = (key: Parameters<typeof sentence>[1], waiting = 0) => sentence(language, key, { waiting });

    await become({ message: say('relay.live') });
    await section.getByText(say('relay.live')).waitFor();
    await section.getByText(`${someRelay.address}/webhooks/wassenger/`).waitFor();
    await picture('live');
    await become({ state: 'catching_up', waiting: 1_250, message: say('relay.catching_up', 1_250) });
    await section.getByText(language === 'fr' ? 'Rattrapage' : 'Catching up', { exact: true }).waitFor();
    await become({
      ...{ state: 'unreachable', problem: 'unreachable', since: '2026-11-20T06:12:00.000Z', setAside: 3 },
      message: say('relay.unreachable'),
    });
    await section.getByText(say('relay.unreachable')).waitFor();
    await section
      .getByText(language === 'fr' ? '3 événements ont été mis de côté' : '3 events were set aside')
      .waitFor();
    await picture('unreachable');
    await become({ state: 'off', address: null, lastPulledAt: null, message: say('relay.off') });
    await section.getByText(language === 'fr' ? 'Aucun relais' : 'No relay', { exact: true }).waitFor();
    await picture('off');
  });
});
