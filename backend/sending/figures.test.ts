import fc from 'fast-check';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestEngine, MIGRATIONS, type TestEngine } from '../../tests/support/engine.ts';
import { temporaryFolders } from '../../tests/support/folders.ts';
import { DAY_MS, HOUR_MS } from '../core/days.ts';
import { isRetryable, nextAttemptState } from '../domain/attemptStates.ts';
import { openDatabase } from '../storage/database.ts';
import { migrate, readMigrations } from '../storage/migrate.ts';
import { createMessageFigures, type MessageFigures } from './figures.ts';

vi.setConfig({ testTimeout: 120_000 });
const START = Date.parse('2026-11-20T08:00:00.000Z');
const folder = temporaryFolders('vigie-figures-');

let engine: TestEngine;
let figures: MessageFigures;
beforeAll(() => {
  engine = createTestEngine({ limits: { dailyLimit: 100_000, rollingLimit: 100_000 } });
  engine.database.pragma('synchronous = OFF');
  figures = createMessageFigures(engine.database, engine.clock);
});
beforeEach(() => {
  engine.clock.set(START);
});
afterAll(() => {
  engine.remove();
});

/** One thing that can happen to messages; `pick` says which of them. */
const step = fc.record({
  what: fc.constantFrom('add', 'accept', 'refuse', 'unknown', 'report', 'cancel', 'retry', 'remove', 'wait'),
  pick: fc.nat(20),
  ms: fc.nat(2 * DAY_MS),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function play({ what, pick, ms }: Step): void {
  const { outcomes, store, database } = engine;
  const ids = database.prepare<[], string>('SELECT id FROM attempts ORDER BY id').pluck().all();
  const id = ids[pick % Math.max(1, ids.length)];
  const chosen = id === undefined ? null : store.get(id);
  const claimed = () => {
    const claim = engine.claim();
    return claim.kind === 'claimed' ? claim.attempt : null;
  };
  const now = engine.clock.now();
  switch (what) {
    case 'add':
      engine.add({ type: pick % 2 === 0 ? 'otp' : 'notification' });
      break;
    case 'accept':
    case 'refuse':
    case 'unknown': {
      const attempt = claimed();
      if (attempt === null) break;
      if (what === 'accept') outcomes.accepted(attempt, [`id-${attempt.id}-${attempt.tries}`]);
      if (what === 'unknown') outcomes.unknown(attempt, { code: 'timeout', detail: '' });
      const refusal = {
        kind: 'refused',
        code: 'busy',
        detail: '',
        class: pick % 2 === 0 ? 'final_content' : 'retry',
      } as const;
      if (what === 'refuse') outcomes.refused(attempt, refusal);
      break;
    }
    case 'report':
      if (chosen === null) break;
      outcomes.applyReport({
        ...{ lineId: 'line', providerIds: [], reference: chosen.reference, at: now, code: 'failed' },
        status: (['sent', 'delivered', 'read', 'failed'] as const)[pick % 4]!,
      });
      break;
    case 'cancel':
      if (chosen !== null && nextAttemptState(chosen.state, 'cancelled') !== null) outcomes.cancel(chosen, 'cancelled');
      break;
    case 'retry':
      if (chosen !== null && isRetryable(chosen)) outcomes.queueAgain(chosen);
      break;
    case 'remove':
      if (pick === 0 && chosen !== null) database.prepare('DELETE FROM attempts WHERE id = ?').run(chosen.id);
      break;
    case 'wait':
      engine.clock.set(now + ms);
      break;
    default:
      what satisfies never;
  }
}

describe('message figures (SND-11)', () => {
  it('are at every moment what a recount of the attempts gives, whatever happens to them (PRF-16)', () => {
    const rule = fc.property(fc.array(step, { minLength: 5, maxLength: 30 }), (steps) => {
      engine.clock.set(START);
      engine.database.exec('BEGIN');
      try {
        for (const one of steps) play(one);
        expect(figures.differences()).toEqual([]);
      } finally {
        engine.database.exec('ROLLBACK');
      }
    });
    fc.assert(rule, { numRuns: 1000 });
  });

  it('count states, acceptances and delays of the days that are asked for', () => {
    engine.database.exec('BEGIN');
    try {
      for (const delay of [0, 999, 3_000]) {
        engine.add();
        const claim = engine.claim();
        engine.clock.set(engine.clock.now() + delay);
        if (claim.kind === 'claimed') engine.outcomes.accepted(claim.attempt, [`d-${delay}`]);
      }
      engine.add();
      const claim = engine.claim();
      if (claim.kind !== 'claimed') throw new Error('nothing to claim');
      engine.outcomes.refused(claim.attempt, { kind: 'refused', code: 'no', detail: '', class: 'final_content' });
      const stats = figures.stats(1);
      expect(stats).toMatchObject({ successRate: 0.75, finalFailures: 1, pendingRetries: 0, meanDelayMs: 1333 });
      expect(stats.byState).toMatchObject({ sent: 3, failed_final: 1, pending: 0 });
      expect(stats.p95DelayMs).toBeGreaterThan(3_000 / 1.1);
      expect(stats.p95DelayMs).toBeLessThan(3_000 * 1.1);
      engine.clock.set(START + 2 * DAY_MS);
      expect(figures.stats(2).byState).toMatchObject({ sent: 0, failed_final: 0 });
      expect(figures.stats(3).byState).toMatchObject({ sent: 3, failed_final: 1 });
    } finally {
      engine.database.exec('ROLLBACK');
    }
  });

  it('give a 95th percentile within 9 % of the exact one, whatever the delays (PRF-16)', () => {
    const insert = engine.database.prepare(`INSERT INTO attempt_delays (day, bucket, attempts)
      VALUES ('2026-11-20', CAST(8 * log2(@delay + 1) AS INTEGER), 1) ON CONFLICT DO UPDATE SET attempts = attempts + 1`);
    const delays = fc.array(fc.integer({ min: 0, max: 48 * HOUR_MS }), { minLength: 1, maxLength: 40 });
    const rule = fc.property(delays, (all) => {
      engine.database.exec('BEGIN');
      try {
        for (const delay of all) insert.run({ delay });
        const exact = all.toSorted((one, other) => one - other)[Math.ceil(all.length * 0.95) - 1]!;
        const found = figures.stats(1).p95DelayMs;
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(0.1 * (exact + 1) + 1);
      } finally {
        engine.database.exec('ROLLBACK');
      }
    });
    fc.assert(rule, { numRuns: 1000 });
  });

  it('are counted once for a file that was written before there were any (REL-6)', () => {
    const migrations = readMigrations(path.join(MIGRATIONS, 'sqlite'));
    const file = path.join(folder(), 'old.db');
    const database = openDatabase(file);
    migrate(
      database,
      migrations.filter(({ number }) => number < 50),
    );
    database.exec(`
      INSERT INTO lines (id, provider, label, created_at) VALUES ('line', 'simulator', 'Line', 1);
      INSERT INTO attempts (id, line_id, type, phone, priority, state, max_attempts, reference, due_at, created_at, sent_at,
        updated_at)
      SELECT value, 'line', iif(value % 3 = 0, 'otp', 'urgent'), '+33639980001', 3, iif(value % 2 = 0, 'sent', 'cancelled'),
        3, 'r' || value, 1, ${START} + value * 3600000, iif(value % 2 = 0, ${START} + value * 3600000 + value * 17, NULL), 1
      FROM (${SERIES})`);
    migrate(database, migrations);
    const old = createMessageFigures(database, { ...engine.clock, now: () => START + 9 * DAY_MS });
    expect(old.differences()).toEqual([]);
    expect(old.stats(90).byState).toMatchObject({ sent: 100, cancelled: 100 });
    database.close();
    rmSync(file);
  });

  it('that were falsified are found by the recount', () => {
    engine.database.exec('BEGIN');
    engine.add();
    engine.database.exec(`UPDATE attempt_days SET attempts = attempts + 1`);
    expect(figures.differences()).toEqual([
      { figure: '2026-11-20 notification pending attempts', kept: 2, counted: 1 },
    ]);
    engine.database.exec('ROLLBACK');
  });
});

const SERIES = `WITH RECURSIVE series (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM series WHERE value < 200)
  SELECT value FROM series`;
