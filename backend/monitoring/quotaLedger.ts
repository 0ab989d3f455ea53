import { DAY_MS, dayOf, dayStart } from '../core/days.ts';
import { decideSend, type SlotKind } from '../domain/quota.ts';
import type { Database } from '../storage/database.ts';

export type Limits = { dailyLimit: number; rollingLimit: number };
export type QuotaUsage = { day: string; used: number; rollingUsed: number };
export type SlotDecision = ReturnType<typeof decideSend>;

/** Settled slots older than this matter to no limit. */
const SLOT_RETENTION_MS = 7 * DAY_MS;
/** So many slots may have left the window before the counter is brought up to date: nobody counts more than these. */
const LEFT_UNCOUNTED = 64;

/** What is used at an instant; `emptyTo`: the kept counter is to be brought up to date, null while it is near enough. */
type Standing = QuotaUsage & { at: number; emptyTo: { settled: number; to: number } | null };

/**
 * Units of quota and the day's counters (MON-1 to MON-3). Every method is a part of the caller's transaction.
 * Time never goes back here: the day and the window are those of the latest instant ever seen (MON-8).
 */
export class QuotaLedger {
  readonly #statements;
  readonly #countUp;
  readonly #countDown;

  constructor(database: Database) {
    this.#statements = {
      highWater: database
        .prepare<[], number>(`SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'clock_high_water'`)
        .pluck(),
      raiseHighWater: database.prepare<{ now: number }>(`
        INSERT INTO meta (key, value) VALUES ('clock_high_water', CAST(@now AS TEXT))
        ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE CAST(meta.value AS INTEGER) < @now`),
      usedOn: database
        .prepare<{ day: string }, number>(`SELECT message_1 + message_2 + other FROM daily_stats WHERE day = @day`)
        .pluck(),
      window: database.prepare<[], { open: number; settled: number; emptiedTo: number }>(
        `SELECT open, settled, emptied_to AS emptiedTo FROM quota_window`,
      ),
      settledBetween: database
        .prepare<{ from: number; to: number }, number>(
          `SELECT count(*) FROM quota_slots WHERE settled_at >= @from AND settled_at < @to`,
        )
        .pluck(),
      emptyWindow: database.prepare<{ settled: number; to: number }>(
        `UPDATE quota_window SET settled = @settled, emptied_to = @to`,
      ),
      oldestSettled: database
        .prepare<{ since: number; offset: number }, number>(
          `SELECT settled_at FROM quota_slots WHERE settled_at >= @since ORDER BY settled_at LIMIT 1 OFFSET @offset`,
        )
        .pluck(),
      take: database.prepare<{ attemptId: string; lineId: string; kind: SlotKind; day: string; now: number }>(`
        INSERT INTO quota_slots (attempt_id, line_id, kind, day, taken_at) VALUES (@attemptId, @lineId, @kind, @day, @now)`),
      settle: database.prepare<{ attemptId: string; at: number }>(
        `UPDATE quota_slots SET settled_at = @at WHERE attempt_id = @attemptId AND settled_at IS NULL`,
      ),
      newestOf: database.prepare<{ attemptId: string }, { id: number; kind: SlotKind; day: string }>(
        `SELECT id, kind, day FROM quota_slots WHERE attempt_id = +@attemptId ORDER BY id DESC LIMIT 1`,
      ),
      drop: database.prepare<{ id: number }>(`DELETE FROM quota_slots WHERE id = @id`),
      sentOnLine: database
        .prepare<{ lineId: string; since: number }, number>(
          `SELECT taken_at FROM quota_slots WHERE line_id = +@lineId AND taken_at > @since ORDER BY taken_at`,
        )
        .pluck(),
      countOnLine: database
        .prepare<{ lineId: string; day: string; from: number }, number>(
          `SELECT count(*) FROM quota_slots WHERE line_id = @lineId AND taken_at >= @from AND day = @day`,
        )
        .pluck(),
      newestOnLine: database
        .prepare<{ lineId: string; since: number }, number>(
          `SELECT taken_at FROM quota_slots WHERE line_id = @lineId AND taken_at > @since ORDER BY taken_at DESC LIMIT 1`,
        )
        .pluck(),
      countError: database.prepare<{ day: string }>(`
        INSERT INTO daily_stats (day, errors) VALUES (@day, 1) ON CONFLICT (day) DO UPDATE SET errors = errors + 1`),
      closeDays: database.prepare<{ day: string; at: number }>(
        `UPDATE daily_stats SET closed_at = @at WHERE day < @day AND closed_at IS NULL`,
      ),
      prune: database.prepare<{ before: number }>(`DELETE FROM quota_slots WHERE settled_at < @before`),
    };
    const perKind = (sql: (column: SlotKind) => string) => ({
      message_1: database.prepare<{ day: string }>(sql('message_1')),
      message_2: database.prepare<{ day: string }>(sql('message_2')),
      other: database.prepare<{ day: string }>(sql('other')),
    });
    this.#countUp = perKind(
      (column) => `INSERT INTO daily_stats (day, ${column}) VALUES (@day, 1)
        ON CONFLICT (day) DO UPDATE SET ${column} = ${column} + 1`,
    );
    this.#countDown = perKind((column) => `UPDATE daily_stats SET ${column} = ${column} - 1 WHERE day = @day`);
  }

  /** The latest instant ever seen: `now`, unless the clock was set back. */
  effectiveNow(now: number): number {
    return Math.max(now, this.#statements.highWater.get() ?? 0);
  }

  /** What is used of both limits. An unsettled slot counts in the rolling window until its outcome is known. */
  usage(now: number): QuotaUsage {
    const { day, used, rollingUsed } = this.#standing(now);
    return { day, used, rollingUsed };
  }

  /** The window is read from its counter, less what has left it since that was brought up to date. */
  #standing(now: number): Standing {
    const at = this.effectiveNow(now);
    const from = at - DAY_MS;
    const day = dayOf(at);
    const kept = this.#statements.window.get();
    if (kept === undefined) throw new Error('the counter of the rolling window is gone');
    const left = this.#settledBetween(kept.emptiedTo, from);
    // None, but for a window that was emptied by a clock that was ahead.
    const found = this.#settledBetween(from, kept.emptiedTo);
    const settled = kept.settled - left + found;
    const isNear = kept.emptiedTo <= from && left < LEFT_UNCOUNTED;
    return {
      ...{ at, day, used: this.#statements.usedOn.get({ day }) ?? 0, rollingUsed: kept.open + settled },
      emptyTo: isNear ? null : { settled, to: from },
    };
  }

  #settledBetween(from: number, to: number): number {
    return from >= to ? 0 : (this.#statements.settledBetween.get({ from, to }) ?? 0);
  }

  /** Takes a slot when both limits allow it; changes nothing otherwise (MON-2, MON-3). */
  take(slot: { attemptId: string; lineId: string; kind: SlotKind; now: number }, limits: Limits): SlotDecision {
    const standing = this.#standing(slot.now);
    const decision = decideSend({ ...standing, ...limits });
    if (decision.ok) this.#insert(slot, standing);
    return decision;
  }

  /** Counts a message that turned out to have left although its slot was given back; limits cannot refuse it any more. */
  takeAfterTheFact(slot: { attemptId: string; lineId: string; kind: SlotKind; now: number }): void {
    this.#insert(slot, this.#standing(slot.now));
    this.settle(slot.attemptId, slot.now);
  }

  #insert(slot: { attemptId: string; lineId: string; kind: SlotKind }, { at, day, emptyTo }: Standing): void {
    if (emptyTo !== null) this.#statements.emptyWindow.run(emptyTo);
    this.#statements.raiseHighWater.run({ now: at });
    this.#statements.take.run({ ...slot, now: at, day });
    this.#countUp[slot.kind].run({ day });
  }

  /** The provider can have accepted the message until `at`, not later. */
  settle(attemptId: string, at: number): void {
    this.#statements.settle.run({ attemptId, at: this.effectiveNow(at) });
  }

  /** Gives the newest slot of an attempt back: its message provably did not leave (MON-1). */
  release(attemptId: string): void {
    const slot = this.#statements.newestOf.get({ attemptId });
    if (slot === undefined) return;
    this.#statements.drop.run({ id: slot.id });
    this.#countDown[slot.kind].run({ day: slot.day });
  }

  hasSlot(attemptId: string): boolean {
    return this.#statements.newestOf.get({ attemptId }) !== undefined;
  }

  /** Counts a failed try on the day of `now` (MON-6) and returns that day. */
  countError(now: number): string {
    const day = dayOf(this.effectiveNow(now));
    this.#statements.countError.run({ day });
    return day;
  }

  /** When the rolling window will have room again; null when it has room now. */
  rollingResumesAt(now: number, rollingLimit: number): number | null {
    const { rollingUsed } = this.usage(now);
    if (rollingUsed < rollingLimit) return null;
    const at = this.effectiveNow(now);
    const leaves = this.#statements.oldestSettled.get({ since: at - DAY_MS, offset: rollingUsed - rollingLimit });
    return (leaves ?? at) + DAY_MS + 1;
  }

  /** Instants of the slots that a line took after `since`, oldest first. */
  recentSends(lineId: string, since: number): number[] {
    return this.#statements.sentOnLine.all({ lineId, since });
  }

  /** Slots of a day that a line holds. */
  sentOnLine(lineId: string, day: string): number {
    return this.#statements.countOnLine.get({ lineId, day, from: dayStart(day) }) ?? 0;
  }

  /** The newest of them, alone; none when the line took no slot after `since`. */
  newestSend(lineId: string, since: number): number[] {
    return this.#statements.newestOnLine.all({ lineId, since });
  }

  /** Marks the days that are over, once; a day that was closed is never opened again (MON-8). Returns how many. */
  closeDays(now: number): number {
    const at = this.effectiveNow(now);
    return this.#statements.closeDays.run({ day: dayOf(at), at }).changes;
  }

  /** Removes settled slots that no limit looks at any more. */
  prune(now: number): void {
    this.#statements.prune.run({ before: now - SLOT_RETENTION_MS });
  }
}
