import { VigieError } from '../contract/errors.ts';
import type { ClockStanding } from '../contract/monitoring.ts';
import type { Clock } from '../core/clock.ts';
import { DAY_MS, dayOf, HOUR_MS, toIso } from '../core/days.ts';
import type { Services } from '../services.ts';
import type { Audit } from '../storage/audit.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import { CLOCK_TOLERANCE_MS, type ClockWatch } from './clockWatch.ts';

type ResetDependencies = {
  database: Database;
  clock: Clock;
  watch: ClockWatch;
  audit: Pick<Audit, 'write'>;
  /** Asks every provider something, so that each answers with its time. */
  askProviders: () => Promise<unknown>;
  /** Sending may go on. */
  wake: () => void;
};

type Times = { now: number; day: string };

/**
 * The way out after a clock that was set ahead by mistake (MON-8, REL-4): what was written down for days that have not
 * come is counted on today, and the latest instant ever seen becomes the present one. Only when a provider's own clock
 * agrees with ours. No slot is given back: today keeps what it used and takes on what was counted ahead of it.
 */
export function createClockService(deps: ResetDependencies): Services['clock'] {
  const { database, clock, watch, audit, askProviders, wake } = deps;
  const run = (sql: string) => database.prepare<Times>(sql);
  const statements = {
    latest: database
      .prepare<[], number>(`SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'clock_high_water'`)
      .pluck(),
    moves: [
      run(`INSERT INTO daily_stats (day) VALUES (@day) ON CONFLICT DO NOTHING`),
      run(`
        UPDATE daily_stats SET closed_at = NULL,
          message_1 = message_1 + (SELECT coalesce(sum(message_1), 0) FROM daily_stats WHERE day > @day),
          message_2 = message_2 + (SELECT coalesce(sum(message_2), 0) FROM daily_stats WHERE day > @day),
          other = other + (SELECT coalesce(sum(other), 0) FROM daily_stats WHERE day > @day),
          errors = errors + (SELECT coalesce(sum(errors), 0) FROM daily_stats WHERE day > @day)
        WHERE day = @day`),
      run(`DELETE FROM daily_stats WHERE day > @day`),
      // Taken and settled at the latest possible instant, so that the cap holds them for its whole 24 hours.
      run(`
        UPDATE quota_slots SET day = min(day, @day), taken_at = min(taken_at, @now), settled_at = min(settled_at, @now)
        WHERE taken_at > @now OR settled_at > @now OR day > @day`),
      run(`UPDATE message_errors SET day = @day, occurred_at = @now WHERE occurred_at > @now`),
      run(`UPDATE attempts SET due_at = @now WHERE state = 'failed_retry' AND due_at > @now AND updated_at > @now`),
      // What was due when it was queued; what was planned for an hour keeps it.
      run(`
        UPDATE attempts SET due_at = @now
        WHERE state = 'pending' AND due_at > @now AND created_at > @now AND due_at <= created_at`),
      run(`
        UPDATE attempts SET lookup_at = @now
        WHERE state IN ('unknown', 'sent') AND lookup_at > @now AND updated_at > @now`),
      run(`UPDATE id_questions SET ask_at = @now WHERE ask_at > @now + ${HOUR_MS}`),
      run(`
        UPDATE attempts SET expires_at = @now + ${DAY_MS}
        WHERE state IN ('pending', 'failed_retry') AND expires_at > @now + ${DAY_MS}`),
      run(`
        UPDATE recipients SET message_1_sent_at = @now, updated_at = @now
        WHERE state = 'message_1_sent' AND message_1_sent_at > @now`),
      run(`UPDATE campaigns SET last_message_1_at = @now WHERE last_message_1_at > @now`),
      run(`UPDATE lines SET warmup_started_day = @day WHERE warmup_started_day > @day`),
      run(`UPDATE meta SET value = CAST(@now AS TEXT) WHERE key = 'clock_high_water'`),
    ],
  };

  const check = (): Times => {
    const now = clock.now();
    const outside = watch.outsideNow();
    if (outside === null) throw new VigieError('clock_unconfirmed', { reason: 'no_answer' });
    if (Math.abs(now - outside) > CLOCK_TOLERANCE_MS)
      throw new VigieError('clock_unconfirmed', { reason: 'disagrees', outside: toIso(outside), here: toIso(now) });
    return { now, day: dayOf(now) };
  };

  return {
    get: () => watch.standing(),

    async reset(actor): Promise<ClockStanding> {
      if (watch.outsideNow() === null) await askProviders();
      inTransaction(database, () => {
        const times = check();
        const from = statements.latest.get();
        if (from === undefined || from <= times.now) return;
        for (const move of statements.moves) move.run(times);
        audit.write({ actor, action: 'clock.reset', target: '', detail: { from: toIso(from), to: toIso(times.now) } });
      });
      wake();
      return watch.standing();
    },
  };
}
