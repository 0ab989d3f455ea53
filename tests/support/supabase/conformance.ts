import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '@supabase/supabase-js';
import { inTransaction } from '../../../backend/storage/database.ts';
import { MIRRORS } from '../../../backend/sync/mirrors.ts';
import { inserter } from '../../../backend/sync/pull.ts';
import { createRemote } from '../../../backend/sync/remote.ts';
import { removeTriggers } from '../../../backend/sync/triggers.ts';
import { createTestStore } from '../engine.ts';
import { repetitions } from '../repetitions.ts';
import { ANON_KEY, SERVICE_KEY, startAdapter, type Adapter } from './adapter.ts';
import { emptyEngine, migrateEngine, type Engine } from './engine.ts';
import type { Database } from '../../../backend/storage/database.ts';
import { describePull } from './pullConformance.ts';
import { createMachine, expectCopied, localRows, remoteRows, type Machine } from './machine.ts';
import { fillEverything } from './rows.ts';

/** Everything that the sync needs of Supabase, on one engine: the same tests for PGlite and for PostgreSQL. */
export function describeSync(
  name: string,
  start: () => Promise<{ engine: Engine; stop(): Promise<unknown> }>,
  options: { rows: number },
): void {
  /** Of each table, for the round trip. */
  const { rows } = options;
  describe(name, () => {
    let engine: Engine;
    let adapter: Adapter;
    let stop: () => Promise<unknown>;
    const machines: Machine[] = [];
    const machine = (options: Partial<Parameters<typeof createMachine>[0]> = {}): Machine => {
      const made = createMachine({ url: adapter.url, source: 'machine-1', ...options });
      machines.push(made);
      return made;
    };
    beforeAll(async () => {
      ({ engine, stop } = await start());
      await migrateEngine(engine);
      adapter = await startAdapter(engine);
    }, 180_000);
    afterEach(async () => {
      for (const made of machines.splice(0)) {
        await made.sync.stop();
        made.remove();
      }
      adapter.fault = () => ({ kind: 'none' });
      adapter.requests.length = 0;
      await emptyEngine(engine);
    });
    afterAll(async () => {
      await adapter.close();
      await engine.close();
      await stop();
    });

    it('the files for Supabase may be run again, and make what SYN-1 names', async () => {
      await migrateEngine(engine);
      const columns = await engine.transaction((query) =>
        query(
          `SELECT table_name || '.' || column_name AS name FROM information_schema.columns WHERE table_schema = 'public'`,
        ),
      );
      const names = columns.map(({ name: column }) => String(column));
      const stats = ['date', 'source', 'message_1_count', 'message_2_count', 'other_count', 'error_count'];
      expect(names).toEqual(expect.arrayContaining(stats.map((column) => `daily_message_stats.${column}`)));
      const errors = ['message_id', 'code', 'message', 'occurred_at'];
      expect(names).toEqual(expect.arrayContaining(errors.map((column) => `message_errors.${column}`)));
    });

    it('row level security is on everywhere: with the public key nothing is read, written or called (SYN-1)', async () => {
      const first = machine();
      first.add();
      await first.sync.push({ hourly: true });
      const anonymous = createClient(adapter.url, ANON_KEY, { auth: { persistSession: false } });
      for (const table of [
        ...MIRRORS.map(({ entity }) => entity),
        'vigie_schema',
        'vigie_sources',
        'vigie_tombstones',
      ]) {
        expect((await anonymous.from(table).select('*')).status, table).toBe(401);
        const row: Record<string, string> = table === 'vigie_schema' ? { component: 'x' } : { source: 'x' };
        expect((await anonymous.from(table).insert(row)).status, table).toBe(401);
      }
      expect((await anonymous.rpc('vigie_take_over', { p_source: 'machine-1' })).status).toBe(401);
      const secured = await engine.transaction((query) =>
        query(`SELECT count(*)::int AS open FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
          AND NOT relrowsecurity`),
      );
      const policies = await engine.transaction((query) => query(`SELECT count(*)::int AS some FROM pg_policies`));
      expect([secured[0]?.['open'], policies[0]?.['some']]).toEqual([0, 0]);
    });

    it('every change arrives: new, changed, deleted, also rows that take others with them (SYN-2, I9)', async () => {
      const first = machine();
      first.runningCampaign();
      for (const contact of ['c1', 'c2', 'c3']) first.addStep('message_1', contact);
      const alone = first.add();
      await first.sync.push({ hourly: true });
      expect(first.sync.problem).toBe(null);
      await expectCopied(engine, first);

      const claimed = first.claim();
      if (claimed?.kind !== 'claimed') throw new Error('nothing claimed');
      first.outcomes.record(claimed.attempt, { kind: 'accepted', providerIds: ['p1'] });
      first.database.prepare(`DELETE FROM attempts WHERE id = ?`).run(alone.id);
      await first.sync.push({ hourly: true });
      expect(await expectCopied(engine, first)).toBeGreaterThan(8);
      expect(await remoteRows(engine, 'messages', 'machine-1')).toHaveLength(3);
    });

    it('what is written and read back is equal, for every value of every table (SYN-4)', async () => {
      const first = machine();
      const count = repetitions({ run: rows, long: 1_000 });
      fillEverything(first.database, { count, seed: 20_261_120 });
      await first.sync.push({ hourly: true });
      expect([first.sync.problem, first.sync.outbox.setAsideRows().rows]).toEqual([null, []]);
      const other = createTestStore();
      try {
        const remote = createRemote({ url: adapter.url, serviceRoleKey: SERVICE_KEY });
        for (const mirror of MIRRORS) {
          const insert = inserter(other.store.main, mirror);
          for (let version = 0; ;) {
            const page = await remote.page({ entity: mirror.entity, source: 'machine-1', version });
            if (page.length === 0) break;
            inTransaction(other.store.main, () => {
              for (const row of page) expect(insert(row), mirror.entity).toBe(true);
            });
            version = Number(page.at(-1)?.['version']);
          }
          const derived = mirror.columns.filter(({ isDerived }) => isDerived).map(({ local }) => [local, 0] as const);
          const rowsOf = (database: Database): [string, object][] =>
            [...localRows(database, mirror)].map(([key, row]) => [key, { ...row, ...Object.fromEntries(derived) }]);
          const [back, kept] = [rowsOf(other.store.main), rowsOf(first.database)];
          expect(new Map(back), mirror.entity).toEqual(new Map(kept));
        }
      } finally {
        other.remove();
      }
    });

    it('batches that come again, or in another order, do no harm (SYN-2)', async () => {
      const first = machine();
      const { id } = first.add({ title: 'one' });
      await first.sync.push({ hourly: true });
      first.database.prepare(`UPDATE attempts SET title = 'two' WHERE id = ?`).run(id);
      await first.sync.push({ hourly: true });
      first.database.prepare(`DELETE FROM attempts WHERE id = ?`).run(id);
      await first.sync.push({ hourly: true });
      const batches = adapter.requests.filter(({ path }) => path.endsWith('/vigie_push')).map(({ body }) => body);
      const headers = {
        apikey: SERVICE_KEY,
        authorization: `Bearer ${SERVICE_KEY}`,
        'content-type': 'application/json',
      };
      for (const body of [...batches, ...batches.toReversed()]) {
        const answer = await fetch(`${adapter.url}/rest/v1/rpc/vigie_push`, { method: 'POST', headers, body });
        expect(answer.status).toBe(200);
      }
      await expectCopied(engine, first);
    });

    it('a row that Supabase refuses is set aside and shown; the others arrive, and it does when it can (SYN-2)', async () => {
      const first = machine();
      await engine.script(`ALTER TABLE messages ADD CONSTRAINT no_bad CHECK (title IS DISTINCT FROM 'bad')`);
      try {
        const bad = first.add({ title: 'bad' });
        first.add({ title: 'good' });
        await first.sync.push({ hourly: false });
        expect(first.sync.problem).toBe(null);
        const { count, rows } = first.sync.outbox.setAsideRows();
        expect([count, rows[0]?.entity, rows[0]?.rowKey, rows[0]?.reason]).toEqual([
          ...[1, 'messages', JSON.stringify([bad.id]), '23514 no_bad'],
        ]);
        expect(await remoteRows(engine, 'messages', 'machine-1')).toHaveLength(1);
        await first.sync.retry(rows[0]!.position);
        expect(first.sync.outbox.setAsideRows().count).toBe(1);
      } finally {
        await engine.script(`ALTER TABLE messages DROP CONSTRAINT no_bad`);
      }
      // The hourly run tries it again by itself.
      await first.sync.push({ hourly: true });
      expect(first.sync.outbox.setAsideRows().count).toBe(0);
      await expectCopied(engine, first);
    });

    it('tables that are missing, older or newer, and a wrong key, each stop the copy with their own reason', async () => {
      const first = machine();
      first.add();
      const version = (value: number) => engine.script(`UPDATE vigie_schema SET version = ${value}`);
      await version(9);
      await first.sync.push({ hourly: false });
      expect(first.sync.problem).toBe('schema_behind');
      await version(11);
      await first.sync.push({ hourly: false });
      expect(first.sync.problem).toBe('schema_ahead');
      await engine.script(`ALTER TABLE vigie_schema RENAME TO elsewhere`);
      await first.sync.push({ hourly: false });
      expect(first.sync.problem).toBe('schema_missing');
      await engine.script(`ALTER TABLE elsewhere RENAME TO vigie_schema`);
      await version(10);
      await first.sync.push({ hourly: true });
      expect(first.sync.problem).toBe(null);
      await expectCopied(engine, first);

      const stranger = machine({ source: 'machine-2', key: 'another key' });
      stranger.add();
      await stranger.sync.push({ hourly: false });
      expect(stranger.sync.problem).toBe('unauthorized');
      expect(await remoteRows(engine, 'messages', 'machine-2')).toEqual([]);
    });

    it('without Supabase nothing is noted; afterwards everything is copied anew, deletions too (SYN-6, I9)', async () => {
      const first = machine();
      const gone = first.add();
      first.add();
      await first.sync.push({ hourly: true });
      removeTriggers(first.database);
      first.database.prepare(`DELETE FROM attempts WHERE id = ?`).run(gone.id);
      first.add();
      expect(first.sync.outbox.countWaiting()).toBe(0);

      const restarted = first.restartSync();
      await restarted.push({ hourly: true });
      expect(restarted.problem).toBe(null);
      await expectCopied(engine, first);
    });

    describePull({ url: () => adapter.url, engine: () => engine, machine });

    it('a machine whose place was taken is refused, and told so once (SYN-3)', async () => {
      const first = machine();
      first.add();
      await first.sync.push({ hourly: true });
      await createRemote({ url: adapter.url, serviceRoleKey: SERVICE_KEY }).takeOver('machine-1');
      first.add();
      for (let again = 0; again < 2; again++) await first.sync.push({ hourly: true });
      expect([first.sync.problem, first.seen.takenOver]).toEqual(['taken_over', 1]);
      expect(await remoteRows(engine, 'messages', 'machine-1')).toHaveLength(1);
    });

    it('the day’s figures come back to a new file of the same account, and to an older file; the larger wins (SYN-3)', async () => {
      const first = machine({ account: 'device-1' });
      for (let count = 0; count < 5; count++) {
        const { id } = first.add();
        first.ledger.take({ attemptId: id, lineId: 'line', kind: 'other', now: first.clock.now() }, first.limits);
        if (count === 2) first.ledger.countError(first.clock.now());
      }
      await first.sync.push({ hourly: true });

      const [fresh, stranger] = [
        machine({ source: 'machine-2', account: 'device-1' }),
        machine({ source: 'machine-3', account: 'device-2' }),
      ];
      await fresh.sync.push({ hourly: true });
      await stranger.sync.push({ hourly: true });
      expect(fresh.ledger.usage(fresh.clock.now())).toMatchObject({ used: 5, rollingUsed: 5 });
      expect(stranger.ledger.usage(stranger.clock.now())).toMatchObject({ used: 0, rollingUsed: 0 });
      const counted = await remoteRows(engine, 'daily_message_stats', 'machine-2');
      expect(counted.map((row) => row['other_count'])).toEqual([0]);
      await expectCopied(engine, fresh);

      // The same machine with an older file: one slot where Supabase knows five.
      const older = machine({ account: 'device-1' });
      older.ledger.take(
        { attemptId: 'elsewhere', lineId: 'line', kind: 'other', now: older.clock.now() },
        older.limits,
      );
      await older.sync.push({ hourly: true });
      expect(older.ledger.usage(older.clock.now()).used).toBeGreaterThanOrEqual(5);
      expect(older.ledger.usage(older.clock.now()).rollingUsed).toBe(6);
      expect(older.sync.outbox.state().version).toBeGreaterThan(first.sync.outbox.state().version);
    });
  });
}
