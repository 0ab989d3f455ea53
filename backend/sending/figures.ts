import type { AttemptState, MessageStats } from '../contract/attempts.ts';
import { attemptState } from '../contract/attempts.ts';
import type { Clock } from '../core/clock.ts';
import { dayStart, lastDays } from '../core/days.ts';
import type { Database } from '../storage/database.ts';

type FunnelRow = Pick<
  MessageStats,
  'totalContacts' | 'messagesSent' | 'messagesDelivered' | 'messagesRead' | 'interactions' | 'failures'
>;

/** Figures over the last N days (SND-11) with the funnel over all campaigns (CMP-11). */
export function createMessageFigures(database: Database, clock: Clock): { stats(days: number): MessageStats } {
  const funnel = database.prepare<[], FunnelRow>(`
    SELECT coalesce(sum(total_contacts), 0) AS totalContacts, coalesce(sum(messages_sent), 0) AS messagesSent,
      coalesce(sum(messages_delivered), 0) AS messagesDelivered, coalesce(sum(messages_read), 0) AS messagesRead,
      coalesce(sum(interactions), 0) AS interactions, coalesce(sum(failures), 0) AS failures
    FROM campaigns`);
  const byState = database.prepare<{ since: number }, { state: AttemptState; count: number }>(
    `SELECT state, count(*) AS count FROM attempts WHERE created_at >= @since GROUP BY state`,
  );
  const accepted = database.prepare<{ since: number }, { count: number; mean: number | null }>(`
    SELECT count(*) AS count, avg(sent_at - created_at) AS mean
    FROM attempts WHERE created_at >= @since AND sent_at IS NOT NULL`);
  const delayAt = database
    .prepare<{ since: number; offset: number }, number>(
      `
      SELECT sent_at - created_at AS delay FROM attempts WHERE created_at >= @since AND sent_at IS NOT NULL
      ORDER BY delay LIMIT 1 OFFSET @offset`,
    )
    .pluck();

  return {
    stats(days) {
      const since = dayStart(lastDays(clock.now(), days)[0] ?? '');
      const counts = Object.fromEntries(attemptState.options.map((state) => [state, 0])) as Record<
        AttemptState,
        number
      >;
      for (const { state, count } of byState.all({ since })) counts[state] = count;
      const { count = 0, mean = null } = accepted.get({ since }) ?? {};
      const ended = count + counts.failed_final;
      return {
        ...(funnel.get() ?? emptyFunnel),
        successRate: ended === 0 ? 0 : count / ended,
        meanDelayMs: mean ?? 0,
        p95DelayMs: count === 0 ? 0 : (delayAt.get({ since, offset: Math.ceil(count * 0.95) - 1 }) ?? 0),
        pendingRetries: counts.failed_retry,
        finalFailures: counts.failed_final,
        byState: counts,
      };
    },
  };
}

const emptyFunnel: FunnelRow = {
  totalContacts: 0,
  messagesSent: 0,
  messagesDelivered: 0,
  messagesRead: 0,
  interactions: 0,
  failures: 0,
};
