import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import SQLite from 'better-sqlite3';
import { createTestEngine, type TestEngine } from '../../tests/support/engine.ts';
import { temporaryFolders } from '../../tests/support/folders.ts';
import { DAY_MS } from '../core/days.ts';
import { inSteps } from '../core/steps.ts';
import { createAudit } from '../storage/audit.ts';
import { giveBackPages, openDatabase } from '../storage/database.ts';
import { createMessageFigures } from './figures.ts';
import { AttemptOperator } from './operator.ts';

const folder = temporaryFolders('vigie-cleanup-');
let engine: TestEngine;
let operator: AttemptOperator;
beforeEach(() => {
  engine = createTestEngine({ limits: { dailyLimit: 100_000, rollingLimit: 100_000 } });
  engine.database.pragma('synchronous = OFF');
  const { database, store, jobs, outcomes, views, clock } = engine;
  operator = new AttemptOperator({
    ...{ database, store, jobs, outcomes, views, clock, audit: createAudit(database, clock) },
    isSuppressed: () => false,
    ...{ sendTimeoutMs: 15_000, isUnderWay: () => false },
    wake() {},
  });
});
afterEach(() => {
  engine.remove();
});

const count = (sql: string): number => Number(engine.database.prepare(sql).pluck().get());

/** Messages that were refused for good, whose provider names the phone. */
function refuse(messages: number): void {
  engine.database.exec('BEGIN');
  for (let message = 0; message < messages; message++) {
    engine.add();
    const claim = engine.claim();
    if (claim.kind !== 'claimed') throw new Error(claim.kind);
    const outcome = { kind: 'refused', code: 'invalid', detail: 'no +33639980001', class: 'final_content' } as const;
    engine.outcomes.refused(claim.attempt, outcome);
  }
  engine.database.exec('COMMIT');
}

describe('the clean-up (SND-9)', () => {
  it('leaves no phone and no body behind: not in the timeline, not in the errors; the figures stay', async () => {
    refuse(3);
    const figures = createMessageFigures(engine.database, engine.clock);
    const before = figures.stats(90);
    engine.clock.set(engine.clock.now() + 31 * DAY_MS);
    expect(await operator.cleanup({ olderThanDays: 30, dryRun: false }, 'ops')).toEqual({ cleaned: 3, dryRun: false });
    for (const table of ['attempts', 'attempt_events', 'message_errors']) {
      const rows = JSON.stringify(engine.database.prepare(`SELECT * FROM ${table}`).all());
      expect(rows, table).not.toContain('639980001');
      expect(rows, table).not.toContain('Bonjour');
    }
    expect(figures.stats(90)).toEqual(before);
    expect(figures.differences()).toEqual([]);
  });

  it('works in transactions of 500 at most, with everything else in between; a stop leaves the rest to the next', async () => {
    refuse(1_201);
    engine.clock.set(engine.clock.now() + 31 * DAY_MS);
    const stopping = new AbortController();
    const cleaned = () => count('SELECT count(*) FROM attempts WHERE cleaned_at IS NOT NULL');
    const first = operator.cleanup({ olderThanDays: 30, dryRun: false }, 'ops', stopping.signal);
    expect(cleaned()).toBe(500);
    stopping.abort();
    expect(await first).toEqual({ cleaned: 500, dryRun: false });
    expect(await operator.cleanup({ olderThanDays: 30, dryRun: true }, 'ops')).toEqual({ cleaned: 701, dryRun: true });
    expect(await operator.cleanup({ olderThanDays: 30, dryRun: false }, 'ops')).toMatchObject({ cleaned: 701 });
    expect(cleaned()).toBe(1_201);
    expect(count(`SELECT count(*) FROM message_errors WHERE phone <> ''`)).toBe(0);
  });
});

describe('free pages', () => {
  const fill = `CREATE TABLE t (x); INSERT INTO t
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) SELECT randomblob(4000) FROM n`;

  it('go back to the disk in short steps', async () => {
    const file = path.join(folder(), 'new.db');
    const database = openDatabase(file);
    database.exec(fill);
    database.exec('DELETE FROM t WHERE rowid % 3 > 0');
    const free = Number(database.pragma('freelist_count', { simple: true }));
    expect(free).toBeGreaterThan(1_500);
    expect(giveBackPages(database)).toBe(500);
    expect(await inSteps(() => giveBackPages(database))).toBe(free - 500);
    database.pragma('wal_checkpoint(TRUNCATE)');
    expect(statSync(file).size).toBeLessThan(1_200 * 4096);
    expect(database.prepare('SELECT count(*) FROM t').pluck().get()).toBe(1_000);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    database.close();
  });

  it('of a file that was made before files could shrink are kept and used again', async () => {
    const file = path.join(folder(), 'old.db');
    new SQLite(file).exec('PRAGMA journal_mode = WAL; CREATE TABLE first (x)').close();
    expect(existsSync(file)).toBe(true);
    const database = openDatabase(file);
    database.exec(fill);
    database.exec('DELETE FROM t');
    expect(await inSteps(() => giveBackPages(database))).toBe(0);
    database.close();
  });
});
