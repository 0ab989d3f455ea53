import type { Pause } from '../contract/monitoring.ts';
import type { Clock } from '../core/clock.ts';
import { toIso } from '../core/days.ts';
import type { Database } from '../storage/database.ts';

export type PauseScope = Pause['scope'];
type PauseRow = { scope: PauseScope; targetId: string; reason: string; untilAt: number | null; createdAt: number };

/** What holds sending back on a line right now. `message_1`: follow-ups still leave (SND-14). */
export type HeldBack = 'nothing' | 'message_1' | 'everything';

/** Pauses of everything, of first messages, of a line; they survive a restart (SND-14). */
export class Pauses {
  readonly #clock: Clock;
  readonly #statements;

  constructor(database: Database, clock: Clock) {
    this.#clock = clock;
    this.#statements = {
      set: database.prepare<PauseRow>(`
        INSERT INTO pauses (scope, target_id, reason, until_at, created_at)
        VALUES (@scope, @targetId, @reason, @untilAt, @createdAt)
        ON CONFLICT (scope, target_id) DO UPDATE SET reason = excluded.reason, until_at = excluded.until_at,
          created_at = CASE WHEN until_at <= excluded.created_at THEN excluded.created_at ELSE created_at END`),
      lift: database.prepare<{ scope: PauseScope; targetId: string }>(
        `DELETE FROM pauses WHERE scope = @scope AND target_id = @targetId`,
      ),
      active: database.prepare<{ now: number }, PauseRow>(`
        SELECT scope, target_id AS targetId, reason, until_at AS untilAt, created_at AS createdAt FROM pauses
        WHERE until_at IS NULL OR until_at > @now ORDER BY scope, target_id`),
    };
  }

  set(pause: { scope: PauseScope; targetId?: string; reason: string; untilAt?: number | null }): void {
    const { scope, targetId = '', reason, untilAt = null } = pause;
    this.#statements.set.run({ scope, targetId, reason, untilAt, createdAt: this.#clock.now() });
  }

  lift(pause: { scope: PauseScope; targetId?: string }): void {
    this.#statements.lift.run({ scope: pause.scope, targetId: pause.targetId ?? '' });
  }

  /** Pauses in force; one whose time is over counts no more. */
  list(): Pause[] {
    return this.#active().map(({ scope, targetId, reason, untilAt, createdAt }) => ({
      scope,
      id: targetId,
      reason,
      until: toIso(untilAt),
      since: toIso(createdAt),
    }));
  }

  #active(): PauseRow[] {
    return this.#statements.active.all({ now: this.#clock.now() });
  }

  heldBack(lineId: string): HeldBack {
    const here = this.#active().filter(({ targetId }) => targetId === '' || targetId === lineId);
    if (here.some(({ scope }) => scope === 'all' || scope === 'line')) return 'everything';
    return here.some(({ scope }) => scope === 'message_1') ? 'message_1' : 'nothing';
  }

  /** When the pauses in force on a line are over, for first messages and for others: 0 without one, else `Infinity` at most. */
  openAgainAt(lineId: string): { message1: number; others: number } {
    const open = { message1: 0, others: 0 };
    for (const { scope, targetId, untilAt } of this.#active()) {
      if (targetId !== '' && targetId !== lineId) continue;
      const end = untilAt ?? Infinity;
      open.message1 = Math.max(open.message1, end);
      if (scope !== 'message_1') open.others = Math.max(open.others, end);
    }
    return open;
  }

  /** When the next timed pause ends, null when none does. */
  nextEnd(): number | null {
    const ends = this.#active().flatMap(({ untilAt }) => (untilAt === null ? [] : [untilAt]));
    return ends.length === 0 ? null : Math.min(...ends);
  }
}
