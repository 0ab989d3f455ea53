import { systemClock } from '../../backend/core/clock.ts';
import { createIds } from '../../backend/core/ids.ts';
import { QuotaLedger } from '../../backend/monitoring/quotaLedger.ts';
import { openDatabase } from '../../backend/storage/database.ts';
import { createTurns } from '../../backend/storage/turns.ts';
import type { ReservationResult, ReservationTask } from '../reservation.ts';
import { asSide } from '../support/side.ts';

const LIMITS = { dailyLimit: 1_000_000_000, rollingLimit: 1_000_000_000 };

/** The quota ledger itself, on a file with its durability, and the turns by which the dispatcher shares transactions. */
asSide<ReservationTask>(async ({ callers, reservations, server: file }) => {
  const database = openDatabase(file);
  const ledger = new QuotaLedger(database);
  const ids = createIds(systemClock);
  const turns = createTurns(database);
  const take = async (): Promise<void> => {
    const slot = { attemptId: ids.next(), lineId: 'line', kind: 'other', now: systemClock.now() } as const;
    const decision = await turns.run(() => ledger.take(slot, LIMITS));
    if (!decision.ok) throw new Error(decision.reason);
  };
  const times: number[] = [];
  let left = reservations;
  const startedAt = performance.now();
  const caller = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const askedAt = performance.now();
      await take();
      times.push(performance.now() - askedAt);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const seconds = (performance.now() - startedAt) / 1000;
  // The next round finds the window as this one found it.
  database.exec('DELETE FROM quota_slots WHERE settled_at IS NULL');
  database.close();
  return { perSecond: reservations / seconds, times } satisfies ReservationResult;
});
