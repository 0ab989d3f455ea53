import type { AttemptState, MessageStats } from '../contract/attempts.ts';
import { attemptState } from '../contract/attempts.ts';
import type { Clock } from '../core/clock.ts';
import { lastDays } from '../core/days.ts';
import type { Database } from '../storage/database.ts';

type FunnelRow = Pick<
  MessageStats,
  'totalContacts' | 'messagesSent' | 'messagesDelivered' | 'messagesRead' | 'interactions' | 'failures'
>;

type DayRow = { state: AttemptState; attempts: number; accepted: number; delayMs: number };
type DelayRow = { bucket: number; attempts: number };

/** Buckets of the spread of delays for each doubling; each is 9 % wide. */
const BUCKETS_PER_DOUBLING = 8;

export type MessageFigures = {
  stats(days: number): MessageStats;
  /** Figures that differ from a count of the attempts themselves; empty as long as all is well. Reads every attempt. */
  differences(): FigureDifference[];
};
export type FigureDifference = { figure: string; kept: number | null; counted: number | null };

/**
 * Figures over the last N days (SND-11) with the funnel over all campaigns (CMP-11), from the roll-ups that triggers
 * keep: their cost does not grow with the attempts. `p95DelayMs` comes from buckets and is within 9 % of the exact one.
 */
export function createMessageFigures(database: Database, clock: Clock): MessageFigures {
  const funnel = database.prepare<[], FunnelRow>(`
    SELECT coalesce(sum(total_contacts), 0) AS totalContacts, coalesce(sum(messages_sent), 0) AS messagesSent,
      coalesce(sum(messages_delivered), 0) AS messagesDelivered, coalesce(sum(messages_read), 0) AS messagesRead,
      coalesce(sum(interactions), 0) AS interactions, coalesce(sum(failures), 0) AS failures
    FROM campaigns`);
  const byState = database.prepare<{ since: string }, DayRow>(`
    SELECT state, sum(attempts) AS attempts, sum(accepted) AS accepted, sum(delay_ms) AS delayMs
    FROM attempt_days WHERE day >= @since GROUP BY state`);
  const delays = database.prepare<{ since: string }, DelayRow>(
    `SELECT bucket, sum(attempts) AS attempts FROM attempt_delays WHERE day >= @since GROUP BY bucket ORDER BY bucket`,
  );

  return {
    stats(days) {
      const since = lastDays(clock.now(), days)[0] ?? '';
      const counts = Object.fromEntries(attemptState.options.map((state) => [state, 0])) as Record<
        AttemptState,
        number
      >;
      let accepted = 0;
      let delayMs = 0;
      for (const row of byState.all({ since })) {
        counts[row.state] = row.attempts;
        accepted += row.accepted;
        delayMs += row.delayMs;
      }
      const ended = accepted + counts.failed_final;
      return {
        ...(funnel.get() ?? emptyFunnel),
        successRate: ended === 0 ? 0 : accepted / ended,
        meanDelayMs: accepted === 0 ? 0 : delayMs / accepted,
        p95DelayMs: quantile(delays.all({ since }), 0.95),
        pendingRetries: counts.failed_retry,
        finalFailures: counts.failed_final,
        byState: counts,
      };
    },
    differences: () => database.prepare<[], FigureDifference>(DIFFERENCES).all(),
  };
}

/** A value of which `share` of the counted values are not larger, in ms; inside a bucket they are taken as even. */
function quantile(buckets: readonly DelayRow[], share: number): number {
  const total = buckets.reduce((sum, { attempts }) => sum + attempts, 0);
  if (total === 0) return 0;
  const wanted = Math.ceil(total * share);
  let below = 0;
  for (const { bucket, attempts } of buckets) {
    if (below + attempts >= wanted) {
      const [from, to] = [lowest(bucket), lowest(bucket + 1)];
      return Math.round(from + ((to - from) * (wanted - below)) / (attempts + 1));
    }
    below += attempts;
  }
  throw new Error('a quantile beyond its values');
}

/** Lowest delay of a bucket, in ms. */
function lowest(bucket: number): number {
  return 2 ** (bucket / BUCKETS_PER_DOUBLING) - 1;
}

/** The roll-ups beside the same counted anew, where the two differ. */
const DIFFERENCES = `
  WITH kept AS (
    SELECT day || ' ' || type || ' ' || state AS figure, attempts, accepted, delay_ms FROM attempt_days WHERE attempts > 0
  ), counted AS (
    SELECT date(created_at / 1000, 'unixepoch') || ' ' || type || ' ' || state AS figure, count(*) AS attempts,
      count(sent_at) AS accepted, coalesce(sum(sent_at - created_at), 0) AS delay_ms
    FROM attempts GROUP BY figure
  ), kept_delays AS (
    SELECT day || ' bucket ' || bucket AS figure, attempts FROM attempt_delays WHERE attempts > 0
  ), counted_delays AS (
    SELECT date(created_at / 1000, 'unixepoch') || ' bucket '
      || CAST(${BUCKETS_PER_DOUBLING} * log2(max(sent_at - created_at, 0) + 1) AS INTEGER) AS figure, count(*) AS attempts
    FROM attempts WHERE sent_at IS NOT NULL GROUP BY figure
  ), pairs AS (
    SELECT coalesce(kept.figure, counted.figure) || ' attempts' AS figure, kept.attempts AS kept, counted.attempts AS counted
    FROM kept FULL JOIN counted ON kept.figure = counted.figure
    UNION ALL
    SELECT coalesce(kept.figure, counted.figure) || ' accepted', kept.accepted, counted.accepted
    FROM kept FULL JOIN counted ON kept.figure = counted.figure
    UNION ALL
    SELECT coalesce(kept.figure, counted.figure) || ' delay_ms', kept.delay_ms, counted.delay_ms
    FROM kept FULL JOIN counted ON kept.figure = counted.figure
    UNION ALL
    SELECT coalesce(kept_delays.figure, counted_delays.figure), kept_delays.attempts, counted_delays.attempts
    FROM kept_delays FULL JOIN counted_delays ON kept_delays.figure = counted_delays.figure
  )
  SELECT figure, kept, counted FROM pairs WHERE kept IS NOT counted`;

const emptyFunnel: FunnelRow = {
  totalContacts: 0,
  messagesSent: 0,
  messagesDelivered: 0,
  messagesRead: 0,
  interactions: 0,
  failures: 0,
};
