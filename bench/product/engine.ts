import path from 'node:path';
import { composeWorkspace, type Workspace } from '../../backend/composeWorkspace.ts';
import { loadConfig } from '../../backend/config.ts';
import { systemClock } from '../../backend/core/clock.ts';
import { createLogger } from '../../backend/core/logger.ts';
import { systemRandom } from '../../backend/core/random.ts';
import type { Provider } from '../../backend/sending/provider.ts';
import { openStore, type Store } from '../../backend/storage/store.ts';

const MIGRATIONS = path.resolve(import.meta.dirname, '../../migrations');
/** High enough that neither quota nor pace ever holds a message back; both are checked for each of them all the same. */
const NO_LIMIT = 1_000_000_000;

const ACCOUNT = { sender: 'device', baseUrl: '', secrets: [] };

export type Engine = { store: Store; workspace: Workspace };

/** The product's own wiring on real files in a folder, with a line that sends through this provider. */
export function createEngine(options: {
  dataDir: string;
  provider: Provider;
  sendsAtOnce: number;
  redisUrl?: string | null;
  /** Hosts on this Redis make each other's requests. */
  sharedWork?: boolean;
}): Engine {
  const { dataDir, provider, sendsAtOnce, redisUrl = null, sharedWork = false } = options;
  const settings = loadConfig({ dataDir, demo: false }, { VIGIE_SEND_GAP_MS: '0-0', VIGIE_LOCALE: 'en' });
  const limits = { dailyLimit: NO_LIMIT, rollingLimit: NO_LIMIT, sendsPerMinute: NO_LIMIT };
  const store = openStore(dataDir, MIGRATIONS);
  const workspace = composeWorkspace({
    config: { ...settings, redisUrl, sharedWork, sendsAtOnce, fixed: { ...settings.fixed, ...limits } },
    ...{ store, clock: systemClock, random: systemRandom, logger: createLogger('warn'), version: 'bench' },
    configuredLines: [
      { id: 'line', label: 'Line', provider, webhookToken: 'token', commonKey: 'key', account: ACCOUNT },
    ],
    addresses: () => ({ admin: null, webhooks: null }),
  });
  return { store, workspace };
}

/** A provider in this process that takes every message at once. */
export function createNoProvider(): Provider {
  let taken = 0;
  return {
    name: 'wassenger',
    capabilities: {
      ...{ deliveryReports: true, readReports: true, reactions: true, lookupByReference: true },
      ...{ needsTemplate: false, signsWebhooks: true },
    },
    send: () => Promise.resolve({ kind: 'accepted', providerIds: [`id-${String((taken += 1))}`] }),
    lookUp: () => Promise.resolve({ kind: 'absent' }),
    health: () => Promise.resolve({ state: 'online', detail: '', sentToday: null }),
    classify: () => 'retry',
    verifyWebhook: () => true,
    readWebhook: () => [],
  };
}
