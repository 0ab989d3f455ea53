import { cpSync, existsSync, mkdirSync, rmSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { VigieError } from '../../backend/contract/errors.ts';
import { integerBetween } from '../../backend/core/random.ts';
import { openDatabase } from '../../backend/storage/database.ts';
import { openStore } from '../../backend/storage/store.ts';
import { DAMAGES, edit } from '../support/damages.ts';
import { MIGRATIONS } from '../support/engine.ts';
import { column, digests, temporaryFolders } from '../support/folders.ts';
import { startHost, startSimulator, type RunningHost, type RunningSimulator } from '../support/processes.ts';
import { playRounds } from '../support/repetitions.ts';

const folder = temporaryFolders('vigie-damaged-');
const ROWS = 300;
const WITHIN = { timeout: 30_000, interval: 50 };

/** What a used folder looks like after a clean end, and as a kill leaves it: copied while it is open. */
function makeFolders(): { closed: string; killed: string } {
  const [closed, killed] = [folder(), folder()];
  // Used before, so that a file without its log is sound by itself, and older.
  openStore(closed, MIGRATIONS).close();
  const store = openStore(closed, MIGRATIONS);
  for (const database of [store.main, store.inbox]) {
    database.exec(`CREATE TABLE witness (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT`);
    const insert = database.prepare(`INSERT INTO witness (text) VALUES (?)`);
    database.transaction(() => {
      for (let row = 0; row < ROWS; row++) insert.run('x'.repeat(100));
    })();
  }
  cpSync(closed, killed, { recursive: true });
  store.close();
  return { closed, killed };
}

/** How a folder opens: `frozen` with its reason, or the rows that it has. */
function opening(dataDir: string): { frozen: string } | { rows: number[] } {
  try {
    const store = openStore(dataDir, MIGRATIONS);
    try {
      const count = (database: typeof store.main): number =>
        Number(database.prepare(`SELECT count(*) FROM witness`).pluck().get());
      return { rows: [count(store.main), count(store.inbox)] };
    } finally {
      store.close();
    }
  } catch (error) {
    if (error instanceof VigieError && error.code === 'frozen') return { frozen: String(error.data?.['reason']) };
    throw error;
  }
}

describe('a folder whose files were damaged', () => {
  it('freezes and changes nothing, or has every row: never fresh, never older (fault 8; REL-2)', async () => {
    const made = makeFolders();
    expect(opening(made.killed), 'what a kill leaves is sound').toEqual({ rows: [ROWS, ROWS] });
    const { killed, closed } = makeFolders();
    const seen: Record<string, number> = {};
    await playRounds({ run: 50, long: 500 }, ({ seed, random }) => {
      const damage = DAMAGES[seed % DAMAGES.length]!;
      const dataDir = folder();
      const from = damage.to === 'log' || integerBetween(random, 0, 1) === 1 ? killed : closed;
      cpSync(from, dataDir, { recursive: true });
      const name = integerBetween(random, 0, 1) === 1 ? 'vigie.db' : 'inbox.db';
      const file = path.join(dataDir, name);
      damage.apply(file, random);
      const where = `seed ${seed}: ${name} ${damage.what}, ${from === killed ? 'killed' : 'closed'}`;

      const before = digests(dataDir);
      const first = opening(dataDir);
      if ('rows' in first) {
        expect(damage.certain, where).not.toBe('always');
        if (from === closed) expect(damage.certain, where).toBe('never');
        expect(first.rows, where).toEqual([ROWS, ROWS]);
        rmSync(dataDir, { recursive: true });
        return;
      }
      seen[damage.what] = (seen[damage.what] ?? 0) + 1;
      const changed = Object.entries(digests(dataDir)).filter(([file_, digest]) => before[file_] !== digest);
      // The sound main file takes its own log in when it is closed again because the inbox is not.
      expect(
        changed.filter(([file_]) => file_.startsWith(name)),
        where,
      ).toEqual([]);
      expect(opening(dataDir), `${where}, started again`).toEqual(first);
      rmSync(dataDir, { recursive: true });
    });
    process.stdout.write(`frozen by ${JSON.stringify(seen)}\n`);
  });
});

describe('a host on a damaged folder', () => {
  let simulator: RunningSimulator | null = null;
  let host: RunningHost | null = null;
  afterEach(async () => {
    await host?.end('SIGKILL');
    await simulator?.end('SIGKILL');
  });

  const CASES: [string, RegExp, (dataDir: string) => void][] = [
    ['loses the log of vigie.db', /vigie\.db-wal.*missing/, (dir) => rmSync(path.join(dir, 'vigie.db-wal'))],
    [
      'finds vigie.db in the place of inbox.db',
      /inbox\.db.*another file/,
      (dir) => {
        openStore(dir, MIGRATIONS).close();
        cpSync(path.join(dir, 'vigie.db'), path.join(dir, 'inbox.db'));
      },
    ],
    ['loses vigie.db', /vigie\.db/, (dir) => rmSync(path.join(dir, 'vigie.db'))],
    ['finds inbox.db empty', /inbox\.db/, (dir) => truncateSync(path.join(dir, 'inbox.db'), 0)],
    [
      'finds garbage for the header of vigie.db',
      /vigie\.db.*SQLITE_NOTADB/,
      (dir) => {
        openStore(dir, MIGRATIONS).close();
        edit(path.join(dir, 'vigie.db'), (bytes) => bytes.fill(0x5a, 0, 100));
      },
    ],
    [
      'finds a file of a newer version',
      /newer version/,
      (dir) => {
        const database = openDatabase(path.join(dir, 'vigie.db'));
        database.pragma('user_version = 9990');
        database.close();
      },
    ],
  ];

  it('answers 503, says why and sends nothing; sound, it sends (fault 8; REL-2, REL-6, I4)', async () => {
    simulator = await startSimulator();
    const used = folder();
    const env = { VIGIE_SETTLING_MS: '300', VIGIE_RETRY_BASE_MS: '200', VIGIE_LOCALE: 'en' };
    // Nothing listens there: the message stays due.
    const nowhere = { url: 'http://127.0.0.1:9/v1', device: simulator.device };
    host = await startHost({ dataDir: used, provider: nowhere, env });
    const queued = await host.call<{ id: string }>('POST', '/messages', { to: '+33639980001', body: 'Bonjour' });
    expect(queued.status).toBe(202);
    const due = host;
    await vi.waitFor(async () => {
      // Killed in flight, its outcome would be unknown, and it would wait for the operator.
      expect((await due.call('GET', `/attempts/${queued.body.id}`)).body).toMatchObject({ state: 'failed_retry' });
    }, WITHIN);
    await host.end('SIGKILL');

    for (const [what, said, damage] of CASES) {
      const dataDir = path.join(folder(), 'copy');
      mkdirSync(dataDir);
      cpSync(used, dataDir, { recursive: true });
      damage(dataDir);
      const before = digests(dataDir);
      host = await startHost({ dataDir, provider: simulator, env });
      const running = host;
      const health = await fetch(`${running.admin}/health`);
      expect([health.status, await health.json()], what).toMatchObject([503, { status: 'frozen' }]);
      expect(running.webhooks, `${what}: no webhook is taken`).toBe('-');
      await vi.waitFor(() => {
        expect(running.stderr(), what).toMatch(said);
      }, WITHIN);
      const refused = await running.call('POST', '/messages', { to: '+33639980002', body: 'Bonjour' });
      expect(refused, what).toMatchObject({ status: 503, body: { code: 'frozen' } });
      expect(await running.end(), what).toBe(0);
      const after = digests(dataDir);
      const damaged = Object.keys(before).filter((name) => what.includes('inbox') === name.startsWith('inbox'));
      for (const name of damaged) expect(after[name], `${what}: ${name} changed`).toBe(before[name]);
      expect(existsSync(path.join(dataDir, 'vigie.db')), what).toBe('vigie.db' in before);
    }
    expect(await simulator.ledger()).toEqual([]);

    host = await startHost({ dataDir: used, provider: simulator, env });
    const { ledger } = simulator;
    await vi.waitFor(async () => {
      expect(await ledger()).toHaveLength(1);
    }, WITHIN);
    await host.end();
    expect(column(path.join(used, 'vigie.db'), `SELECT state FROM attempts`)).toEqual(['sent']);
  });
});
