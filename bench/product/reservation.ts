import { systemClock } from '../../backend/core/clock.ts';
import { createIds } from '../../backend/core/ids.ts';
import { QuotaLedger } from '../../backend/monitoring/quotaLedger.ts';
import { inTransaction, openDatabase } from '../../backend/storage/database.ts';
import type { ReservationResult, ReservationTask } from '../reservation.ts';
import { asSide } from '../support/side.ts';

const LIMITS = { dailyLimit: 1_000_000_000, rollingLimit: 1_000_000_000 };

/** The quota ledger itself, on a file with its durability, reservations of one turn of the loop in one transaction. */
asSide<ReservationTask>(async ({ callers, reservations, server: file }) => {
  const database = openDatabase(file);
  const ledger = new QuotaLedger(database);
  const ids = createIds(systemClock);
  let waiting: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  const commitTurn = (): void => {
    const turn = waiting;
    waiting = [];
    const now = systemClock.now();
    try {
      inTransaction(database, () => {
        for (const _ of turn) {
          const decision = ledger.take({ attemptId: ids.next(), lineId: 'line', kind: 'other', now }, LIMITS);
          if (!decision.ok) throw new Error(decision.reason);
        }
      });
      for (const { resolve } of turn) resolve();
    } catch (error) {
      for (const { reject } of turn) reject(error);
    }
  };
  const take = (): Promise<void> =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(commitTurn);
      waiting.push({ resolve, reject });
    });
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
