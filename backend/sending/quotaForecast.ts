import type { Clock } from '../core/clock.ts';
import { dayOf, MINUTE_MS, nextDayStart, SECOND_MS } from '../core/days.ts';
import { exhaustedAt, type ForecastLine, type ForecastQueue } from '../domain/forecast.ts';
import { warmupLimit } from '../domain/pace.ts';
import type { QuotaLedger } from '../monitoring/quotaLedger.ts';
import type { ReplyReserve } from '../monitoring/replyReserve.ts';
import type { Database } from '../storage/database.ts';
import type { SendingSettings } from './dispatcher.ts';
import type { Lines } from './lines.ts';
import type { Pauses } from './pauses.ts';

type ForecastDependencies = {
  database: Database;
  clock: Clock;
  lines: Lines;
  pauses: Pauses;
  ledger: QuotaLedger;
  reserve: ReplyReserve;
  settings: () => SendingSettings;
};

/** A forecast is good for so long. */
const VALID_MS = 5 * SECOND_MS;

type QueueRow = { type: string; timeZone: string; dueAt: number; count: number; sendsPerMinute: number | null };

/** When today the quota will be used up, found by running the queue as it is forward (MON-10). */
export function createQuotaForecast(deps: ForecastDependencies): () => number | null {
  const { database, clock, lines, pauses, ledger, reserve, settings } = deps;
  const waiting = database.prepare<{ lineId: string; now: number; before: number }, QueueRow>(`
    SELECT type, time_zone AS timeZone, max(@now, due_at / ${MINUTE_MS} * ${MINUTE_MS}) AS dueAt, count(*) AS count,
      campaigns.sends_per_minute AS sendsPerMinute
    FROM attempts INDEXED BY attempts_queue LEFT JOIN campaigns ON campaigns.id = campaign_id
    WHERE attempts.line_id = @lineId AND state IN ('pending', 'failed_retry') AND due_at < @before
      AND (campaign_id IS NULL OR campaigns.status IN ('running', 'scheduled'))
    GROUP BY rank, campaign_id, time_zone, dueAt ORDER BY rank, dueAt`);
  let known: { until: number; at: number | null } = { until: 0, at: null };

  const forecastLine = (lineId: string, now: number): ForecastLine | null => {
    const openAgainAt = pauses.openAgainAt(lineId);
    const own = lines.options(lineId);
    if (own.disabled) return null;
    const shared = settings();
    const homeZone = own.quietHours?.timeZone ?? shared.timeZone;
    const day = dayOf(now);
    const allowed = own.warmup === null ? null : warmupLimit({ ...own.warmup, day });
    const queues = waiting
      .all({ lineId, now, before: nextDayStart(now) })
      .map(({ type, timeZone, ...queue }): ForecastQueue => {
        const kind = kindOf(type);
        const opensAt = kind === 'message_1' ? openAgainAt.message1 : openAgainAt.others;
        return { ...queue, dueAt: Math.max(queue.dueAt, opensAt), timeZone: timeZone || homeZone, kind };
      })
      .filter(({ dueAt }) => dueAt < nextDayStart(now));
    return {
      pace: lines.pace(lineId, shared),
      nextStartAt: now,
      warmupLeft: allowed === null ? null : allowed - ledger.sentOnLine(lineId, day),
      quietHours: own.quietHours,
      queues,
    };
  };

  const compute = (now: number): number | null => {
    const shared = settings();
    const { limits, sendTimeoutMs } = shared;
    const { used, rollingUsed } = ledger.usage(now);
    const first = lines.byDefault();
    if (first === null) return null;
    const held = reserve.held({ lineId: first.id, now, used, limits, sendsPerMinute: lines.sendsPerMinute(shared) });
    return exhaustedAt({
      now,
      sendTimeoutMs,
      left: Math.min(limits.dailyLimit - used, limits.rollingLimit - rollingUsed),
      lines: lines
        .all()
        .map(({ id }) => forecastLine(id, now))
        .filter((line) => line !== null),
      heldBack: () => held.daily.message1,
    });
  };

  return () => {
    const now = ledger.effectiveNow(clock.now());
    if (now >= known.until || now < known.until - VALID_MS) known = { until: now + VALID_MS, at: compute(now) };
    return known.at;
  };
}

function kindOf(type: string): ForecastQueue['kind'] {
  return type === 'message_1' || type === 'message_2' ? type : 'other';
}
