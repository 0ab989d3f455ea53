import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { sentence } from '../../../backend/contract/messages/sentence.ts';
import type { SyncStatus } from '../../../backend/contract/sync.ts';
import { startFakeBackend } from '../../support/fakeBackend.ts';
import { type PageOptions } from '../../support/interfacePage.ts';
import { workingDay } from '../../support/interfaceScenes.ts';
import { someSync } from '../../support/samples.ts';
import { PICTURES, usePages } from '../../support/pages.ts';

const openPage = usePages();

async function open(options: PageOptions, status: SyncStatus, after: SyncStatus = status) {
  const backend = await startFakeBackend(workingDay(options.language), {
    services: { sync: { status: () => status, push: async () => after, retry: async () => after } },
  });
  onTestFinished(() => backend.stop());
  const opened = await openPage(backend.address, options);
  return opened.page;
}

const waiting: SyncStatus = {
  ...someSync,
  state: 'waiting',
  problem: 'offline',
  waiting: 214,
  waitingSince: '2026-11-20T09:10:00.000Z',
  source: '0f7c1b3e-9a44-4c58-8f0e-6a2f4f2a9f11',
  setAsideCount: 1,
  setAside: [
    {
      ...{ id: '17', table: 'messages', key: '0199a1b2-7c3d-7000-8000-0123456789ab' },
      ...{ reason: '23514 no_bad', since: '2026-11-20T09:12:00.000Z' },
    },
  ],
};

it.for([
  ['fr', 'light'],
  ['en', 'dark'],
] as const)(
  'says how the copy stands and tries a refused row again: %s, %s (SYN-2, UI-6)',
  async ([language, theme]) => {
    const [message, done] = (['sync.problem.offline', 'sync.up_to_date'] as const).map((key) =>
      sentence(language, key, { count: 214 }),
    );
    const status = { ...waiting, message: message! };
    const page = await open({ at: '/settings/sync', language, theme }, status, { ...someSync, message: done! });
    const section = page.locator('#settings-sync');
    await section.getByText(message!).waitFor();
    expect(await section.getByRole('listitem').count()).toBe(1);
    await section.screenshot({
      path: path.join(PICTURES, `settings-sync-${language}-${theme}.png`),
      animations: 'disabled',
    });
    await section.getByRole('button', { name: /^(Essayer de nouveau|Try again)/ }).click();
    await page.getByText(/^(L’élément est copié|The row is copied)$/).waitFor();
    await section.getByText(/^(À jour|Up to date)$/).waitFor();
    expect(await section.getByRole('listitem').count()).toBe(0);
  },
);

it('without Supabase it says what to set, and offers nothing to press (SYN-6, UI-9)', async () => {
  const message = 'Aucune copie dans Supabase. Indiquez SUPABASE_URL et SUPABASE_SERVICE_ROLE_KEY.';
  const page = await open({ at: '/settings/sync' }, { ...someSync, state: 'off', message, lastPushAt: null });
  const section = page.locator('#settings-sync');
  await section.getByText(message).waitFor();
  expect(await section.getByRole('button').count()).toBe(0);
});
