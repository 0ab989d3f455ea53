import { hostname } from 'node:os';
import type { Config } from './config.ts';
import type { Locale } from './contract/common.ts';
import { sentence } from './contract/messages/sentence.ts';
import type { Clock } from './core/clock.ts';
import type { Ids } from './core/ids.ts';
import type { Logger } from './core/logger.ts';
import type { Notify } from './monitoring/notify.ts';
import type { Limits, QuotaLedger } from './monitoring/quotaLedger.ts';
import { inTransaction, type Database } from './storage/database.ts';
import { createLeaseBook } from './sync/shared/leaseBook.ts';
import { createRedisCounters } from './sync/shared/redisCounters.ts';
import { SharedCounters } from './sync/shared/sharedCounters.ts';
import { createUsageReader } from './sync/shared/usageReader.ts';

type SharedParts = {
  config: Config;
  database: Database;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  ledger: QuotaLedger;
  limits: () => Limits;
  held: () => number;
  locale: () => Locale;
  notify: () => Notify;
  wake: () => void;
};

/** Limits and follow-ups that all machines on one Redis database share; null without one, and in the demo (SYN-5). */
export function composeShared(parts: SharedParts): SharedCounters | null {
  const { config, database, clock, ids, logger, ledger, limits, held, locale, notify, wake } = parts;
  if (config.redisUrl === null || config.demo) return null;
  const shared: SharedCounters = new SharedCounters({
    ...{ clock, logger, limits, held },
    store: createRedisCounters({ url: config.redisUrl, logger }),
    book: createLeaseBook(database),
    usage: createUsageReader(database),
    inTransaction: (work) => inTransaction(database, work),
    effectiveNow: (now) => ledger.effectiveNow(now),
    label: hostname(),
    newMemoryId: () => ids.next(),
    changed(what) {
      if (what !== 'lost') wake();
      if (what === 'figures') return;
      notify().notice({
        ...{ kind: 'shared_counters', level: null, page: '/settings/shared' },
        title: sentence(locale(), `notice.shared_${what}`),
        body: sentence(locale(), `notice.shared_${what}.body`, { left: shared.standing().canStillSend }),
      });
    },
  });
  return shared;
}
