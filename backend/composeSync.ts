import type { Config } from './config.ts';
import type { Locale } from './contract/common.ts';
import type { Clock } from './core/clock.ts';
import type { Logger } from './core/logger.ts';
import type { Random } from './core/random.ts';
import type { Notify } from './monitoring/notify.ts';
import type { ConfiguredLine, Lines } from './sending/lines.ts';
import type { Pauses } from './sending/pauses.ts';
import type { Audit } from './storage/audit.ts';
import type { Database } from './storage/database.ts';
import { workspaceId } from './storage/store.ts';
import { createRemote } from './sync/remote.ts';
import { createSyncService, type SyncService } from './sync/service.ts';
import { Sync } from './sync/sync.ts';
import { removeTriggers } from './sync/triggers.ts';

type SyncParts = {
  config: Config;
  database: Database;
  clock: Clock;
  random: Random;
  logger: Logger;
  notify: Notify;
  audit: Audit;
  pauses: Pauses;
  lines: Lines;
  locale: () => Locale;
};

/** Wires the copy in Supabase; without its settings, and in the demo, nothing of it runs (SYN-6). */
export function composeSync(parts: SyncParts): { sync: Sync | null; service: SyncService } {
  const { config, database, notify, audit, pauses, lines, locale } = parts;
  const source = workspaceId(database);
  const sync =
    config.supabase === null || config.demo
      ? null
      : new Sync({
          ...parts,
          ...{ source, accounts: () => accountsOf(lines.all()) },
          remote: createRemote(config.supabase),
          changed: () => {
            notify.changed('sync');
          },
          takenOver: () => {
            if (pauses.list().some(({ scope, reason }) => scope === 'all' && reason === TAKEN_OVER)) return;
            pauses.set({ scope: 'all', reason: TAKEN_OVER });
            audit.write({ actor: 'vigie', action: 'sending.pause', target: 'all', detail: { code: TAKEN_OVER } });
            notify.changed('settings');
          },
        });
  if (sync === null) removeTriggers(database);
  return { sync, service: createSyncService({ sync, source, audit, locale }) };
}

/** Reason of the pause: two machines must not both continue a campaign. */
const TAKEN_OVER = 'taken_over';

/** What each line sends from, wherever it was set, so that two machines with the same account know it of each other. */
function accountsOf(lines: readonly ConfiguredLine[]): Record<string, string> {
  return Object.fromEntries(
    lines.flatMap(({ id, provider, account }) =>
      account === undefined ? [] : [[id, `${provider.name} ${account.sender}`]],
    ),
  );
}
