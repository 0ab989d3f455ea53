import { implement } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { createORPCClient } from '@orpc/client';
import { expect, it } from 'vitest';
import { contract } from '../../backend/contract/contract.ts';
import type { BridgeMessage, DesktopBridge } from '../../backend/contract/desktopBridge.ts';
import { someStats } from '../../tests/support/samples.ts';
import type { Api } from './client.ts';
import { createDesktopLink } from './desktopLink.ts';

/** A bridge to a backend that answers three calls, as the desktop's main process does. */
function bridgeToBackend(): DesktopBridge {
  const os = implement(contract);
  const handler = new RPCHandler({
    stats: os.monitoring.stats.handler(() => someStats),
    import: os.contacts.import.handler(async ({ input }) => ({
      ...{ imported: (await input.body.text()).length, updated: 0, refused: [], refusedCount: 0 },
      ...{ id: null, total: 1, categoryId: null },
      dryRun: input.query.dryRun ?? false,
    })),
    events: os.events.handler(async function* () {
      yield { type: 'stats', stats: someStats } as const;
    }),
  });
  const toPage = new Set<(message: BridgeMessage) => void>();
  const toMain = new Set<(message: unknown) => void>();
  handler.upgrade({
    postMessage: (message: BridgeMessage) => toPage.forEach((listener) => listener(message)),
    onMessage: { addListener: (listener) => toMain.add(listener) },
    onDisconnect: { addListener: () => {} },
  });
  return {
    send: (message) => toMain.forEach((listener) => listener(message)),
    onMessage: (listener) => {
      toPage.add(listener);
      return () => toPage.delete(listener);
    },
    onNavigate: () => () => {},
    platform: 'linux',
  };
}

type Called = { stats: Api['monitoring']['stats']; import: Api['contacts']['import']; events: Api['events'] };
const client = (): Called => createORPCClient(createDesktopLink(bridgeToBackend(), () => ({})));

it('carries calls over the desktop bridge (DSK-1)', async () => {
  expect(await client().stats()).toEqual(someStats);
});

it('carries live events over the desktop bridge (DSK-1)', async () => {
  const told = [];
  for await (const event of await client().events()) told.push(event.type);
  expect(told).toEqual(['stats']);
});

it('carries a file over the desktop bridge, as bytes (DSK-1)', async () => {
  const body = new File(['phone\n+33612345678'], 'contacts.csv', { type: 'text/csv' });
  const report = await client().import({ query: { dryRun: true }, body });
  expect(report).toMatchObject({ imported: 18, dryRun: true });
});
