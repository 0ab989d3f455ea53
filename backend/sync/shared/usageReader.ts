import { DAY_MS, MINUTE_MS } from '../../core/days.ts';
import type { SlotKind } from '../../domain/quota.ts';
import { inTransaction, type Database } from '../../storage/database.ts';

/** What this machine has used, by its own database. */
export type Usage = { used: Record<SlotKind, number>; open: number; settled: Record<string, number> };

export type UsageReader = {
  /** @param since outcomes before this instant are left out */
  read(place: { day: string; since: number }): Usage;
  /** Steps that a second message was sent for since then, as `campaign:contact`. */
  followedUp(since: number): string[];
};

/** A follow-up leaves within a day after it was queued, and a try may come a day later. */
const QUEUED_BEFORE_MS = 2 * DAY_MS;

/** Reads what the other machines must know; every read is one snapshot. */
export function createUsageReader(database: Database): UsageReader {
  const statements = {
    used: database.prepare<{ day: string }, Record<SlotKind, number>>(
      `SELECT message_1, message_2, other FROM daily_stats WHERE day = @day`,
    ),
    open: database.prepare<[], number>(`SELECT count(*) FROM quota_slots WHERE settled_at IS NULL`).pluck(),
    settled: database.prepare<{ since: number }, { minute: number; count: number }>(`
      SELECT settled_at / ${MINUTE_MS} + 1 AS minute, count(*) AS count FROM quota_slots
      WHERE settled_at >= @since GROUP BY minute`),
    followedUp: database
      .prepare<{ since: number; queuedSince: number }, string>(
        `
        SELECT campaign_id || ':' || contact_id FROM attempts
        WHERE type = 'message_2' AND created_at >= @queuedSince AND sending_at >= @since
          AND state IN ('sending', 'unknown', 'sent', 'delivered', 'read')`,
      )
      .pluck(),
  };
  return {
    read: ({ day, since }) =>
      inTransaction(database, () => ({
        used: statements.used.get({ day }) ?? { message_1: 0, message_2: 0, other: 0 },
        open: statements.open.get() ?? 0,
        settled: Object.fromEntries(statements.settled.all({ since }).map(({ minute, count }) => [minute, count])),
      })),
    followedUp: (since) => statements.followedUp.all({ since, queuedSince: since - QUEUED_BEFORE_MS }),
  };
}
