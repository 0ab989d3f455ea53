import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  statSync,
  openSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { VigieError } from '../contract/errors.ts';
import { MIGRATIONS } from '../../tests/support/engine.ts';
import { assertDurability, openDatabase } from './database.ts';
import { migrate, readMigrations, schemaVersion } from './migrate.ts';
import { loadSecrets } from './secrets.ts';
import { lockFolder, openStore } from './store.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'vigie-store-'));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

const file = (name: string): string => path.join(dataDir, name);
/** A folder that was used and closed in good order. */
function usedFolder(): void {
  const store = openStore(dataDir, MIGRATIONS);
  const insert = store.main.prepare(`INSERT INTO meta (key, value) VALUES (?, ?)`);
  store.main.transaction(() => {
    for (let index = 0; index < 2000; index++) insert.run(`key-${index}`, 'x'.repeat(100));
  })();
  store.close();
}
function reasonOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    if (error instanceof VigieError) return { code: error.code, reason: error.data?.['reason'] };
    throw error;
  }
  return 'no error';
}
const opening = (): unknown => reasonOf(() => openStore(dataDir, MIGRATIONS));

describe('the files of a workspace', () => {
  it('have WAL, synchronous=FULL and foreign keys in force on every connection, also the second (REL-2)', () => {
    for (let round = 0; round < 2; round++) {
      const database = openDatabase(file('a.db'));
      expect(database.pragma('synchronous', { simple: true })).toBe(2);
      expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
      expect(database.pragma('foreign_keys', { simple: true })).toBe(1);
      database.exec('CREATE TABLE IF NOT EXISTS t (x)');
      database.close();
    }
  });

  it('are refused when a connection would not be durable (REL-2)', () => {
    const database = openDatabase(file('a.db'));
    database.pragma('synchronous = NORMAL');
    expect(reasonOf(() => assertDurability(database))).toEqual({ code: 'frozen', reason: 'durability' });
    database.close();
  });

  it('open again with what they held', () => {
    usedFolder();
    const store = openStore(dataDir, MIGRATIONS);
    expect(store.main.prepare(`SELECT count(*) FROM meta`).pluck().get()).toBe(2000);
    store.close();
  });

  for (const name of ['vigie.db', 'inbox.db']) {
    it(`are not started afresh when ${name} is missing (REL-2)`, () => {
      usedFolder();
      rmSync(file(name));
      expect(opening()).toEqual({ code: 'frozen', reason: 'file_missing' });
    });

    it(`are not started afresh when ${name} is empty (REL-2)`, () => {
      usedFolder();
      writeFileSync(file(name), '');
      expect(opening()).toEqual({ code: 'frozen', reason: 'file_empty' });
    });

    it(`are refused when the header of ${name} is garbage (REL-2)`, () => {
      usedFolder();
      const handle = openSync(file(name), 'r+');
      writeSync(handle, Buffer.alloc(100, 0x5a), 0, 100, 0);
      closeSync(handle);
      expect(opening()).toEqual({ code: 'frozen', reason: 'file_damaged' });
    });
  }

  it('are refused when truncated (REL-2)', () => {
    usedFolder();
    truncateSync(file('vigie.db'), Math.floor(statSync(file('vigie.db')).size / 2 / 4096) * 4096);
    expect(opening()).toEqual({ code: 'frozen', reason: 'file_damaged' });
  });

  it('are refused when written by a newer version, and stay as they are (REL-6)', () => {
    usedFolder();
    const database = openDatabase(file('vigie.db'));
    database.pragma('user_version = 9990');
    database.close();
    expect(opening()).toEqual({ code: 'frozen', reason: 'newer_file' });
  });

  describe('that lost their log with everything beside it (REL-2)', () => {
    /** Leaves the folder as a kill does, without the log of one file and its index. */
    function killedWithoutLog(name: string, use: (store: ReturnType<typeof openStore>) => void): string {
      usedFolder();
      const store = openStore(dataDir, MIGRATIONS);
      use(store);
      const killed = `${dataDir}-killed`;
      onTestFinished(() => {
        rmSync(killed, { recursive: true });
      });
      cpSync(dataDir, killed, { recursive: true, filter: (from) => !from.includes(`${name}-`) });
      store.close();
      return killed;
    }
    const insert = (store: ReturnType<typeof openStore>): void => {
      store.main.prepare(`INSERT INTO meta (key, value) VALUES ('new', 'x')`).run();
    };
    const lost = { code: 'frozen', reason: 'file_damaged' };

    it.each(['vigie.db', 'inbox.db'])('%s: are refused, as often as they are opened', (name) => {
      const killed = killedWithoutLog(name, insert);
      for (let start = 0; start < 2; start++) expect(reasonOf(() => openStore(killed, MIGRATIONS))).toEqual(lost);
    });

    it('are refused after the log has begun anew too, once the witness has looked', () => {
      const killed = killedWithoutLog('vigie.db', (store) => {
        store.main.pragma('wal_checkpoint(RESTART)');
        insert(store);
        store.witness();
      });
      expect(reasonOf(() => openStore(killed, MIGRATIONS))).toEqual(lost);
    });

    it('are taken when the log held nothing that is not in the file', () => {
      const killed = killedWithoutLog('vigie.db', (store) => {
        insert(store);
        store.main.pragma('wal_checkpoint(PASSIVE)');
      });
      const store = openStore(killed, MIGRATIONS);
      expect(store.main.prepare(`SELECT value FROM meta WHERE key = 'new'`).pluck().get()).toBe('x');
      store.close();
    });
  });

  it('write a witness only when a log has begun anew', () => {
    const store = openStore(dataDir, MIGRATIONS);
    const marks = (): string => readFileSync(file('marks.json'), 'utf8');
    const before = marks();
    store.main.prepare(`INSERT INTO meta (key, value) VALUES ('new', 'x')`).run();
    store.witness();
    expect(marks()).toBe(before);
    store.main.pragma('wal_checkpoint(RESTART)');
    store.main.prepare(`INSERT INTO meta (key, value) VALUES ('newer', 'x')`).run();
    store.witness();
    expect(marks()).not.toBe(before);
    store.close();
  });

  it('are refused when one was put in the place of the other (REL-2)', () => {
    for (const [from, to] of [
      ['vigie.db', 'inbox.db'],
      ['inbox.db', 'vigie.db'],
    ] as const) {
      usedFolder();
      copyFileSync(file(from), file(to));
      expect(opening()).toEqual({ code: 'frozen', reason: 'file_damaged' });
      rmSync(file('install.json'));
      expect(opening()).toEqual({ code: 'frozen', reason: 'file_damaged' });
      for (const name of ['vigie.db', 'inbox.db', 'marks.json']) rmSync(file(name), { force: true });
    }
  });

  it('belong to one host at a time (REL-2)', () => {
    const release = lockFolder(dataDir);
    expect(reasonOf(() => lockFolder(dataDir))).toEqual({ code: 'frozen', reason: 'in_use' });
    release();
    lockFolder(dataDir)();
  });
});

describe('migrations', () => {
  it('leave a file at its old version when one of them fails (REL-6)', () => {
    const database = openDatabase(file('a.db'));
    const good = { number: 10, name: '0010_good.sql', sql: 'CREATE TABLE good (x)' };
    const bad = { number: 20, name: '0020_bad.sql', sql: 'CREATE TABLE half (x); SELECT nonsense' };
    expect(() => migrate(database, [good, bad])).toThrow(/nonsense/);
    expect(schemaVersion(database)).toBe(10);
    expect(database.prepare(`SELECT name FROM sqlite_schema`).pluck().all()).toEqual(['good']);
    database.close();
  });

  it('run once each, in the order of their numbers (REL-6)', () => {
    const numbers = readMigrations(path.join(MIGRATIONS, 'sqlite')).map(({ number }) => number);
    expect(numbers).toEqual([...numbers].sort((first, second) => first - second));
    usedFolder();
    copyFileSync(file('vigie.db'), file('copy.db'));
    openStore(dataDir, MIGRATIONS).close();
  });
});

describe('secrets', () => {
  it('are made once, for the owner only, and kept (SEC-2)', () => {
    const made = loadSecrets(dataDir);
    expect(Buffer.from(made.jwtSecret, 'base64url')).toHaveLength(32);
    expect(statSync(file('secrets.json')).mode & 0o777).toBe(0o600);
    expect(loadSecrets(dataDir)).toEqual(made);
  });

  it('are not made anew over a damaged file', () => {
    writeFileSync(file('secrets.json'), '{"jwtSecret":');
    expect(reasonOf(() => loadSecrets(dataDir))).toEqual({ code: 'frozen', reason: 'secrets_damaged' });
  });
});
