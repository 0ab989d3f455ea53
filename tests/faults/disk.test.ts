import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../backend/core/days.ts';
import { inTransaction, openDatabase } from '../../backend/storage/database.ts';
import { openStore } from '../../backend/storage/store.ts';
import { createTestEngine, MIGRATIONS } from '../support/engine.ts';
import { PLANTED_TEXT } from '../support/hostLogs.ts';
import { temporaryFolders } from '../support/folders.ts';
import { startHost, startSimulator, type RunningHost, type RunningSimulator } from '../support/processes.ts';
import { repetitions } from '../support/repetitions.ts';
import { incoming } from '../support/wassengerEvents.ts';
import { storedEventIds } from '../support/storedRequests.ts';

const folder = temporaryFolders('vigie-disk-');
const WITHIN = { timeout: 60_000, interval: 50 };
const QUICK = { VIGIE_SETTLING_MS: '300', VIGIE_RETRY_BASE_MS: '50' };
const NO_LIMIT = 1_000_000;

let host: RunningHost | null = null;
let simulator: RunningSimulator | null = null;
afterEach(async () => {
  await host?.end('SIGKILL');
  await simulator?.end('SIGKILL');
  host = simulator = null;
});

type Trace = { syncs: Record<string, number>; writes: number; answers: number; sends: number; early: string[] };

/** What the host's main thread asked of the system, in its order; `early` is what it said while a log was unsynced. */
function readTrace(file: string): Trace {
  const syncs: Record<string, number> = {};
  const unsynced = new Set<string>();
  const early: string[] = [];
  let writes = 0;
  let answers = 0;
  let sends = 0;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const log = /^(\w+)\(\d+<[^>]*\/(\w+\.db-wal)>/.exec(line);
    if (log !== null) {
      const [, call = '', name = ''] = log;
      if (call === 'fdatasync' || call === 'fsync') {
        syncs[name] = (syncs[name] ?? 0) + 1;
        unsynced.delete(name);
      } else if (call.startsWith('p')) {
        writes++;
        unsynced.add(name);
      }
      continue;
    }
    const answered = /"HTTP\/1\.1 20/.test(line);
    const sent = /"POST \/v1\/messages/.test(line);
    if (answered) answers++;
    if (sent) sends++;
    if ((answered || sent) && unsynced.size > 0) early.push(`${[...unsynced].join(', ')}: ${line.slice(0, 160)}`);
  }
  return { syncs, writes, answers, sends, early };
}

describe('a power cut', () => {
  it('finds synced whatever was answered or sent: each acknowledged commit has its own sync (fault 4; REL-2, I6)', async () => {
    const trace = path.join(folder(), 'trace');
    const count = repetitions({ run: 25, long: 500 });
    simulator = await startSimulator();
    // -D: the host stays this process's child, so that tracing needs no right over strangers.
    const strace = ['strace', '-D', '-y', '-s', '24', '-o', trace];
    const calls = 'trace=fdatasync,fsync,pwrite64,pwritev,write,writev,sendto,sendmsg';
    const env = { ...QUICK, VIGIE_DAILY_LIMIT: '100000', VIGIE_ROLLING_LIMIT: '1000000' };
    host = await startHost({ dataDir: folder(), provider: simulator, env, under: [...strace, '-e', calls] });
    for (let number = 0; number < count; number++) {
      expect(await host.webhook(incoming({ id: `m${number}` }, { id: `evt-${number}` }))).toBe(200);
      const queued = await host.call('POST', '/messages', { to: '+33639980001', body: `${PLANTED_TEXT} ${number}` });
      expect(queued.status).toBe(202);
    }
    const { ledger } = simulator;
    await vi.waitFor(async () => {
      expect(await ledger()).toHaveLength(count);
    }, WITHIN);
    expect(await host.end()).toBe(0);

    const { syncs, writes, answers, sends, early } = readTrace(trace);
    expect(early, 'said before it was synced').toEqual([]);
    expect(writes).toBeGreaterThanOrEqual(4 * count);
    expect(answers).toBeGreaterThanOrEqual(2 * count);
    expect(sends).toBe(count);
    expect(syncs['inbox.db-wal']).toBeGreaterThanOrEqual(count);
    // Queued, claimed, accepted: three commits for each message.
    expect(syncs['vigie.db-wal']).toBeGreaterThanOrEqual(3 * count);
  });

  it('cannot meet other settings: both files come open with FULL, WAL and foreign keys, twice (fault 5; REL-2)', () => {
    const dataDir = folder();
    for (let round = 0; round < 2; round++) {
      const store = openStore(dataDir, MIGRATIONS);
      for (const database of [store.main, store.inbox]) {
        const settings = ['journal_mode', 'synchronous', 'foreign_keys'].map((name) =>
          database.pragma(name, { simple: true }),
        );
        expect(settings).toEqual(['wal', 2, 1]);
      }
      store.close();
    }
  });
});

describe('a full disk', () => {
  for (const fullFrom of ['queueing', 'sending'] as const) {
    it(`from ${fullFrom} on, with every number of pages left, sends nothing without a committed slot, and all of it once when there is room (fault 6; REL-3, I4, I5, I7, I10)`, async () => {
      const engine = createTestEngine({ limits: { dailyLimit: 100_000, rollingLimit: 1_000_000 } });
      onTestFinished(engine.remove);
      const { database, provider, clock, dispatcher, add } = engine;
      const slots = database
        .prepare<{ reference: string }, number>(
          `SELECT count(*) FROM attempts AS a JOIN quota_slots AS s ON s.attempt_id = a.id WHERE a.reference = @reference`,
        )
        .pluck();
      const withoutSlot: string[] = [];
      const accept = provider.onSend;
      provider.onSend = (message) => {
        const { reference } = message;
        if (database.inTransaction || slots.get({ reference }) !== 1) withoutSlot.push(reference);
        return accept(message);
      };
      /** Leaves room for so many pages more. */
      const leave = (pages: number): unknown =>
        database.pragma(`max_page_count = ${Number(database.pragma('page_count', { simple: true })) + pages}`);
      await dispatcher.start();
      let [queued, level, refused, stalled, disturbed] = [0, 0, 0, 0, true];
      for (; disturbed || level < 10; level++) {
        const where = `${level} pages of room`;
        disturbed = false;
        if (fullFrom === 'queueing') leave(level);
        for (let message = 0; message < 12; message++) {
          try {
            // As the services do.
            inTransaction(database, () => add({ body: 'x'.repeat(1_500) }));
            queued++;
          } catch (error) {
            expect(error, where).toMatchObject({ code: 'SQLITE_FULL' });
            refused++;
            disturbed = true;
          }
        }
        if (fullFrom === 'sending') leave(level);
        dispatcher.wake();
        await clock.advance(MINUTE_MS);
        const recorded = Number(database.prepare(`SELECT count(*) FROM attempts WHERE state = 'sent'`).pluck().get());
        if (recorded < queued) {
          stalled++;
          disturbed = true;
        }
        leave(NO_LIMIT);
        await clock.advance(HOUR_MS);
        expect(withoutSlot, where).toEqual([]);
        const references = provider.sent.map(({ reference }) => reference);
        expect(new Set(references).size, where).toBe(references.length);
        expect(references.length, where).toBe(queued);
        const states = database.prepare(`SELECT state, count(*) FROM attempts GROUP BY state`).raw().all();
        expect(states, where).toEqual(queued === 0 ? [] : [['sent', queued]]);
        // Pages are full again: what one level left free does not help the next.
        database.exec('VACUUM');
      }
      process.stdout.write(`${level} levels, ${queued} queued, ${refused} refused, stalled on ${stalled} levels\n`);
      expect(refused + stalled, 'the disk was full').toBeGreaterThan(0);
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(database.pragma('foreign_key_check')).toEqual([]);
      const stopped = dispatcher.stop();
      await clock.advance(0);
      await stopped;
    });
  }
});

describe('a disk that fails', () => {
  it('at a limit of file size refuses what it cannot keep, and after a restart has sent all it took, once (fault 7; REL-3, I4, I6, I7, I10)', async () => {
    for (let level = 0; level < repetitions({ run: 3, long: 15 }); level++) {
      simulator = await startSimulator();
      const dataDir = folder();
      openStore(dataDir, MIGRATIONS).close();
      const kilobytes = 400 + level * 37;
      host = await startHost({
        ...{ dataDir, provider: simulator, env: QUICK },
        under: ['bash', '-c', `ulimit -f ${kilobytes} && exec "$0" "$@"`],
      });
      const taken: string[] = [];
      let refused = 0;
      for (let number = 0; refused < 5; number++) {
        expect(number, 'the limit has to be met').toBeLessThan(2_000);
        const body = `${PLANTED_TEXT} ${number} ${'x'.repeat(2_000)}`;
        const answer = await host.call<{ id: string }>('POST', '/messages', { to: '+33639980001', body });
        if (answer.status === 202) taken.push(body);
        else refused++;
      }
      const events: string[] = [];
      for (let number = 0, failures = 0; failures < 3; number++) {
        expect(number, 'the limit has to be met').toBeLessThan(2_000);
        const id = `m${number}`;
        const event = incoming({ id, body: 'x'.repeat(20_000) }, { id: `evt-${id}` });
        const status = await host.webhook(event).catch(() => 'connection closed');
        if (status === 200) events.push(id);
        else failures++;
      }
      expect(host.child.exitCode ?? host.child.signalCode, 'it lives through its disk').toBeNull();
      expect(taken.length).toBeGreaterThan(0);
      expect(events.length).toBeGreaterThan(0);
      await host.end('SIGKILL');

      host = await startHost({ dataDir, provider: simulator, env: QUICK });
      const running = host;
      const provider = simulator;
      await vi.waitFor(async () => {
        for (const state of ['pending', 'sending', 'unknown', 'failed_retry']) {
          const { body } = await running.call<{ items: unknown[] }>('GET', `/attempts?state=${state}`);
          expect(body.items, `${kilobytes} KB: ${state}`).toEqual([]);
        }
      }, WITHIN);
      expect(await host.end()).toBe(0);
      const sent = (await provider.ledger()).map(({ body }) => body).sort();
      expect(sent, `${kilobytes} KB: sent is what was taken`).toEqual(taken.sort());
      const stored = storedEventIds(dataDir);
      expect(events.filter((id) => !stored.includes(id))).toEqual([]);
      const database = openDatabase(path.join(dataDir, 'vigie.db'));
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(database.pragma('foreign_key_check')).toEqual([]);
      database.close();
      await simulator.end('SIGKILL');
    }
  });

  it('under the log alone does not hold up sending (fault 7; REL-3)', async () => {
    simulator = await startSimulator();
    const under = ['sh', '-c', 'exec "$0" "$@" 2>/dev/full'];
    host = await startHost({
      dataDir: folder(),
      provider: simulator,
      env: { ...QUICK, VIGIE_LOG_LEVEL: 'debug' },
      under,
    });
    for (let number = 0; number < 5; number++) {
      expect(
        (await host.call('POST', '/messages', { to: '+33639980001', body: `${PLANTED_TEXT} ${number}` })).status,
      ).toBe(202);
      expect(await host.webhook(incoming({ id: `m${number}` }, { id: `evt-${number}` }))).toBe(200);
    }
    const { ledger } = simulator;
    await vi.waitFor(async () => {
      expect(await ledger()).toHaveLength(5);
    }, WITHIN);
    expect(await host.end()).toBe(0);
  });
});
