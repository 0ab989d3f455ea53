import fc from 'fast-check';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { DAY_MS, HOUR_MS, dayOf } from '../core/days.ts';
import { createTestStore, MIGRATIONS } from '../../tests/support/engine.ts';
import { openDatabase } from '../storage/database.ts';
import { migrate, readMigrations } from '../storage/migrate.ts';
import { QuotaLedger } from './quotaLedger.ts';

const NOON = Date.parse('2026-11-20T12:00:00.000Z');
const LIMITS = { dailyLimit: 180, rollingLimit: 1000 };

let folder: ReturnType<typeof createTestStore>;
let ledger: QuotaLedger;
beforeEach(() => {
  folder = createTestStore();
  ledger = new QuotaLedger(folder.store.main);
});
afterEach(() => {
  folder.remove();
});

const slot = (attemptId: string, now: number, kind: 'message_1' | 'message_2' | 'other' = 'other') => ({
  attemptId,
  lineId: 'line',
  kind,
  now,
});
const countsOn = (day: string): unknown =>
  folder.store.main.prepare(`SELECT message_1, message_2, other, errors FROM daily_stats WHERE day = ?`).get(day);

describe('slots', () => {
  it('counts each kind on its day and gives a slot back to the day it was taken on (MON-1)', () => {
    ledger.take(slot('a', NOON, 'message_1'), LIMITS);
    ledger.take(slot('b', NOON, 'message_2'), LIMITS);
    ledger.take(slot('c', NOON), LIMITS);
    ledger.countError(NOON);
    expect(countsOn('2026-11-20')).toEqual({ message_1: 1, message_2: 1, other: 1, errors: 1 });
    ledger.take(slot('d', NOON + DAY_MS), LIMITS);
    ledger.release('a');
    expect(countsOn('2026-11-20')).toEqual({ message_1: 0, message_2: 1, other: 1, errors: 1 });
    expect(countsOn('2026-11-21')).toEqual({ message_1: 0, message_2: 0, other: 1, errors: 0 });
  });

  it('refuses at the daily limit and takes nothing (MON-2)', () => {
    const limits = { dailyLimit: 2, rollingLimit: 1000 };
    expect(ledger.take(slot('a', NOON), limits).ok).toBe(true);
    expect(ledger.take(slot('b', NOON), limits).ok).toBe(true);
    expect(ledger.take(slot('c', NOON), limits)).toEqual({ ok: false, reason: 'daily_limit_reached' });
    expect(ledger.usage(NOON)).toEqual({ day: '2026-11-20', used: 2, rollingUsed: 2 });
    expect(ledger.hasSlot('c')).toBe(false);
  });

  it('counts an open slot in the window until a day after its outcome is known (MON-3)', () => {
    ledger.take(slot('a', NOON), LIMITS);
    expect(ledger.usage(NOON + 3 * DAY_MS).rollingUsed).toBe(1);
    ledger.settle('a', NOON + HOUR_MS);
    expect(ledger.usage(NOON + HOUR_MS + DAY_MS).rollingUsed).toBe(1);
    expect(ledger.usage(NOON + HOUR_MS + DAY_MS + 1).rollingUsed).toBe(0);
  });

  it('says when the window has room again (MON-3)', () => {
    const limits = { dailyLimit: 100, rollingLimit: 2 };
    for (const [index, id] of ['a', 'b'].entries()) {
      ledger.take(slot(id, NOON + index * HOUR_MS), limits);
      ledger.settle(id, NOON + index * HOUR_MS);
    }
    const now = NOON + 2 * HOUR_MS;
    expect(ledger.take(slot('c', now), limits)).toEqual({ ok: false, reason: 'rolling_limit_reached' });
    const resumes = ledger.rollingResumesAt(now, 2);
    expect(resumes).toBe(NOON + DAY_MS + 1);
    expect(ledger.take(slot('c', (resumes ?? 0) - 1), limits).ok).toBe(false);
    expect(ledger.take(slot('c', resumes ?? 0), limits).ok).toBe(true);
  });

  it('closes a finished day once, however late the machine wakes, and loses no count (MON-8)', () => {
    ledger.take(slot('a', NOON), LIMITS);
    expect(ledger.closeDays(NOON)).toBe(0);
    expect(ledger.closeDays(NOON + 3 * DAY_MS)).toBe(1);
    expect(ledger.closeDays(NOON + 3 * DAY_MS)).toBe(0);
    expect(countsOn('2026-11-20')).toMatchObject({ other: 1 });
  });

  it('never goes back to a day that is over when the clock is set back (MON-8)', () => {
    ledger.take(slot('a', NOON), LIMITS);
    ledger.take(slot('b', NOON - DAY_MS), LIMITS);
    expect(countsOn('2026-11-19')).toBeUndefined();
    expect(ledger.usage(NOON - 2 * DAY_MS)).toEqual({ day: '2026-11-20', used: 2, rollingUsed: 2 });
  });
});

type Step = { advanceMs: number; kind: 'message_1' | 'message_2' | 'other'; outcome: 'accepted' | 'refused' | 'error' };
const step: fc.Arbitrary<Step> = fc.record({
  advanceMs: fc.integer({ min: 0, max: 6 * HOUR_MS }),
  kind: fc.constantFrom('message_1', 'message_2', 'other'),
  outcome: fc.constantFrom('accepted', 'refused', 'error'),
});

describe('any course of sends', () => {
  it('has counters equal to what was accepted, and no day or 24 hours above a limit (MON-1, MON-2, MON-3)', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 25 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 8 }),
        (steps, dailyLimit, rollingLimit) => {
          if (folder.store.main.inTransaction) folder.store.main.exec('ROLLBACK');
          // One transaction for a whole run, taken back at its end: a thousand runs need no thousand syncs.
          folder.store.main.exec('BEGIN IMMEDIATE');
          let now = NOON;
          const accepted: { at: number; kind: string }[] = [];
          for (const [index, { advanceMs, kind, outcome }] of steps.entries()) {
            now += advanceMs;
            const id = `attempt-${index}`;
            if (!ledger.take(slot(id, now, kind), { dailyLimit, rollingLimit }).ok) continue;
            if (outcome === 'accepted') {
              ledger.settle(id, now);
              accepted.push({ at: now, kind });
            } else ledger.release(id);
          }
          for (const day of new Set(accepted.map(({ at }) => dayOf(at)))) {
            const ofDay = accepted.filter(({ at }) => dayOf(at) === day);
            expect(ofDay.length).toBeLessThanOrEqual(dailyLimit);
            const count = (kind: string): number => ofDay.filter((entry) => entry.kind === kind).length;
            expect(countsOn(day)).toMatchObject({
              message_1: count('message_1'),
              message_2: count('message_2'),
              other: count('other'),
            });
          }
          for (const { at } of accepted) {
            const within = accepted.filter((entry) => entry.at >= at && entry.at <= at + DAY_MS);
            expect(within.length).toBeLessThanOrEqual(rollingLimit);
          }
          folder.store.main.exec('ROLLBACK');
        },
      ),
      { numRuns: 1000 },
    );
  });
});

/** Slots in the window of an instant, counted one by one. */
const recount = (at: number): number =>
  Number(
    folder.store.main
      .prepare(`SELECT count(*) FROM quota_slots WHERE settled_at IS NULL OR settled_at >= ?`)
      .pluck()
      .get(at - DAY_MS),
  );

type WindowStep =
  | { kind: 'advance'; ms: number }
  | { kind: 'take' | 'after_the_fact' }
  | { kind: 'settle'; which: number; lateMs: number }
  | { kind: 'release'; which: number }
  | { kind: 'prune' | 'clock_reset' };
const which = fc.nat(20);
const windowStep: fc.Arbitrary<WindowStep> = fc.oneof(
  // Clocks go forward by hours and days, and are set back by as much.
  { arbitrary: fc.record({ kind: fc.constant('advance'), ms: fc.integer({ min: 0, max: 9 * HOUR_MS }) }), weight: 4 },
  {
    arbitrary: fc.record({ kind: fc.constant('advance'), ms: fc.integer({ min: -3 * DAY_MS, max: 9 * DAY_MS }) }),
    weight: 1,
  },
  { arbitrary: fc.record({ kind: fc.constant('take') }), weight: 6 },
  { arbitrary: fc.record({ kind: fc.constant('after_the_fact') }), weight: 1 },
  {
    // An outcome of long ago that is only known now, and one that a clock set back dates before its own sending.
    arbitrary: fc.record({
      kind: fc.constant('settle'),
      which,
      lateMs: fc.oneof(fc.constant(0), fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS })),
    }),
    weight: 5,
  },
  { arbitrary: fc.record({ kind: fc.constant('release'), which }), weight: 2 },
  { arbitrary: fc.record({ kind: fc.constantFrom('prune', 'clock_reset') }), weight: 1 },
);

describe('the counter of the rolling window', () => {
  it('equals a recount at every instant, whatever the clock does and however late outcomes come (MON-3, MON-8, PRF-6)', () => {
    let advanced = 0;
    fc.assert(
      fc.property(fc.array(windowStep, { maxLength: 30, size: 'max' }), fc.boolean(), (steps, isCrowded) => {
        if (folder.store.main.inTransaction) folder.store.main.exec('ROLLBACK');
        folder.store.main.exec('BEGIN IMMEDIATE');
        let now = NOON;
        const ids: string[] = [];
        const add = (id: string): string => (ids.push(id), id);
        const chosen = (index: number): string => ids[index % Math.max(1, ids.length)] ?? 'none';
        const plenty = { dailyLimit: 10_000, rollingLimit: 10_000 };
        for (const [index, step_] of steps.entries()) {
          switch (step_.kind) {
            case 'advance':
              now += step_.ms;
              break;
            case 'take':
              // Enough at once that the counter has to be brought up to date when they leave together.
              for (let copy = 0; copy < (isCrowded ? 25 : 1); copy++) {
                ledger.take(slot(add(`attempt-${index}-${copy}`), now), plenty);
                if (isCrowded) ledger.settle(`attempt-${index}-${copy}`, now);
              }
              break;
            case 'after_the_fact':
              ledger.takeAfterTheFact(slot(add(`attempt-${index}`), now));
              break;
            case 'settle':
              ledger.settle(chosen(step_.which), now + step_.lateMs);
              break;
            case 'release':
              ledger.release(chosen(step_.which));
              break;
            case 'prune':
              ledger.prune(now);
              break;
            case 'clock_reset':
              // As the way back from a clock that was ahead does it: slots of the future count from now on.
              for (const sql of [
                `UPDATE quota_slots SET taken_at = min(taken_at, @now), settled_at = min(settled_at, @now)`,
                `UPDATE meta SET value = CAST(@now AS TEXT) WHERE key = 'clock_high_water'`,
              ])
                folder.store.main.prepare(sql).run({ now });
              break;
            default:
              step_ satisfies never;
          }
          for (const at of [now, now + HOUR_MS, now + DAY_MS, now - 2 * DAY_MS]) {
            expect(ledger.usage(at).rollingUsed).toBe(recount(ledger.effectiveNow(at)));
          }
        }
        const emptied = folder.store.main.prepare(`SELECT emptied_to FROM quota_window`).pluck().get();
        if (Number(emptied) > 0) advanced += 1;
        folder.store.main.exec('ROLLBACK');
      }),
      { numRuns: 1_000 },
    );
    // It was brought up to date in some of the runs, not only read.
    expect(advanced).toBeGreaterThan(20);
  });

  it('is counted from the slots that a file of an older layout holds (MON-3, REL-6)', () => {
    const database = openDatabase(path.join(folder.dataDir, 'older.db'));
    onTestFinished(() => {
      database.close();
    });
    const migrations = readMigrations(path.join(MIGRATIONS, 'sqlite'));
    migrate(
      database,
      migrations.slice(
        0,
        migrations.findIndex(({ name }) => name.includes('rolling_window')),
      ),
    );
    const insert = database.prepare(`
      INSERT INTO quota_slots (attempt_id, line_id, kind, day, taken_at, settled_at)
      VALUES ('a', 'line', 'other', '2026-11-20', @takenAt, @settledAt)`);
    for (const settledAt of [NOON - 3 * DAY_MS, NOON - DAY_MS, NOON, null, null]) {
      insert.run({ takenAt: settledAt ?? NOON, settledAt });
    }
    database.prepare(`INSERT INTO meta (key, value) VALUES ('clock_high_water', ?)`).run(String(NOON));
    migrate(database, migrations);
    const again = new QuotaLedger(database);
    const used = [NOON, NOON + 1, NOON + DAY_MS, NOON + DAY_MS + 1].map((at) => again.usage(at).rollingUsed);
    expect(used).toEqual([4, 3, 3, 2]);
  });
});
