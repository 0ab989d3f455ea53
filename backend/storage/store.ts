import SQLite from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { VigieError } from '../contract/errors.ts';
import { openDatabase, type Database } from './database.ts';
import { createWitness, isNoRoom, refuseOlder } from './fileMarks.ts';
import { migrate, readMigrations, schemaVersion, type Migration } from './migrate.ts';
import { writeDurably } from './secrets.ts';
import { refuseLostLog } from './walWitness.ts';

/** Both files of a workspace, open, checked and migrated. */
export type Store = {
  main: Database;
  /** Raw webhooks, append only. */
  inbox: Database;
  /** To be called every minute: keeps the witness of both files up to date (REL-2). */
  witness(): void;
  close(): void;
};

const FILES = { main: 'vigie.db', inbox: 'inbox.db' } as const;
/** A table that only this file has. */
const OWN_TABLES: Record<string, string> = { [FILES.main]: 'attempts', [FILES.inbox]: 'webhook_inbox' };
/** Says that this folder held good files once: without them it is damage, not a first start (REL-2). */
const MARKER = 'install.json';
const LOCK = 'host.lock';

/**
 * Opens the files of a data folder. A folder that was in use and misses a file, or holds an empty, truncated or
 * corrupt one, is never silently started afresh (REL-2).
 * @throws VigieError `frozen` with the reason: `file_missing`, `file_empty`, `file_damaged`, `file_unusable`,
 *   `newer_file`, `durability`
 */
export function openStore(dataDir: string, migrationsDir: string): Store {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const installed = existsSync(path.join(dataDir, MARKER));
  const open = (name: keyof typeof FILES): Database => {
    const file = path.join(dataDir, FILES[name]);
    if (installed) refuseLoss(file);
    return openChecked(file, readMigrations(path.join(migrationsDir, name === 'main' ? 'sqlite' : 'inbox')));
  };
  const main = open('main');
  try {
    const inbox = open('inbox');
    if (!installed) writeDurably(path.join(dataDir, MARKER), JSON.stringify({ files: Object.values(FILES) }));
    const witness = createWitness(
      dataDir,
      new Map([
        [FILES.main, main],
        [FILES.inbox, inbox],
      ]),
    );
    try {
      witness();
    } catch (error) {
      if (!isNoRoom(error)) throw error;
    }
    return {
      main,
      inbox,
      witness,
      close() {
        main.close();
        inbox.close();
      },
    };
  } catch (error) {
    main.close();
    throw error;
  }
}

/**
 * True when a file of the folder is of an older layout than this version's.
 * @throws VigieError `frozen`, as `openStore` does for a file that is lost or damaged
 */
export function needsMigration(folder: string, migrationsDir: string): boolean {
  const isOlder = (name: string, migrations: Migration[]): boolean => {
    const file = path.join(folder, name);
    refuseLoss(file);
    let found = 0;
    inspect(file, (database) => {
      found = schemaVersion(database);
    });
    return found < (migrations.at(-1)?.number ?? 0);
  };
  if (!isInstalled(folder)) return false;
  return (
    isOlder(FILES.main, readMigrations(path.join(migrationsDir, 'sqlite'))) ||
    isOlder(FILES.inbox, readMigrations(path.join(migrationsDir, 'inbox')))
  );
}

function refuseLoss(file: string): void {
  const name = path.basename(file);
  if (!existsSync(file)) throw new VigieError('frozen', { reason: 'file_missing', file: name });
  if (statSync(file).size === 0) throw new VigieError('frozen', { reason: 'file_empty', file: name });
  refuseLostLog(file);
  inspect(file, (database) => {
    if (schemaVersion(database) === 0)
      throw new VigieError('frozen', { reason: 'file_damaged', file: name, detail: 'no tables' });
    refuseOther(database, name);
    refuseOlder(database, file);
  });
}

/** One file put in the place of the other is sound by itself. */
function refuseOther(database: Database, name: string): void {
  const found = database.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`);
  if (found.get(OWN_TABLES[name]) !== undefined) return;
  throw new VigieError('frozen', { reason: 'file_damaged', file: name, detail: 'another file' });
}

function openChecked(file: string, migrations: Migration[]): Database {
  const name = path.basename(file);
  inspect(file, (database) => {
    if (schemaVersion(database) > 0) refuseOther(database, name);
    const verdict = String(database.pragma('quick_check', { simple: true }));
    if (verdict === 'ok') return;
    throw new VigieError('frozen', { reason: 'file_damaged', file: name, detail: verdict.slice(0, 200) });
  });
  let database: Database | null = null;
  try {
    database = openDatabase(file);
    migrate(database, migrations);
    // SQLite opens a file that may only be read without a word.
    database.exec('BEGIN; PRAGMA user_version = 1; ROLLBACK');
    return database;
  } catch (error) {
    database?.close();
    throw asFrozen(error, name);
  }
}

/** Looks into a file that is there. A connection that may write would change a damaged file when it closes. */
function inspect(file: string, look: (database: Database) => void): void {
  if (!existsSync(file)) return;
  let database: Database | null = null;
  try {
    database = new SQLite(file, { readonly: true });
    look(database);
  } catch (error) {
    throw asFrozen(error, path.basename(file));
  } finally {
    database?.close();
  }
}

/** What lies in the way of a file that may be sound: rights, room, the disk, another program. */
const UNUSABLE = /^SQLITE_(CANTOPEN|READONLY|IOERR|PERM|AUTH|BUSY|LOCKED|FULL|NOMEM)/;

function asFrozen(error: unknown, file: string): unknown {
  if (!(error instanceof SQLite.SqliteError)) return error;
  const reason = UNUSABLE.test(error.code) ? 'file_unusable' : 'file_damaged';
  return new VigieError('frozen', { reason, file, detail: error.code }, { cause: error });
}

/** Name of the workspace among others, made when it is first asked for. */
export function workspaceId(database: Database): string {
  const made = { id: randomUUID() };
  database.prepare(`INSERT INTO meta (key, value) VALUES ('workspace_id', @id) ON CONFLICT DO NOTHING`).run(made);
  return String(database.prepare(`SELECT value FROM meta WHERE key = 'workspace_id'`).pluck().get());
}

/** The demo's files lie apart, so that leaving it leaves nothing of it behind. */
export function demoFolder(dataDir: string): string {
  return path.join(dataDir, 'demo');
}

/** True when the folder holds files of a workspace already. */
export function isInstalled(dataDir: string): boolean {
  return existsSync(path.join(dataDir, MARKER));
}

/**
 * Keeps every other host away from a data folder for as long as this process lives: the lock is SQLite's own, so the
 * operating system lifts it when the process dies, however it dies.
 * @returns the function that lifts it
 * @throws VigieError `frozen` with reason `in_use`, or the reasons of a file that cannot be used
 */
export function lockFolder(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  let lock: Database | null = null;
  try {
    lock = new SQLite(path.join(dataDir, LOCK), { timeout: 0 });
    lock.pragma('journal_mode = DELETE');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock?.close();
    const inUse = cause instanceof SQLite.SqliteError && cause.code.startsWith('SQLITE_BUSY');
    throw inUse ? new VigieError('frozen', { reason: 'in_use', dataDir }, { cause }) : asFrozen(cause, LOCK);
  }
  return () => {
    lock.close();
  };
}

/** Where a running host writes down how it is reached. */
export const HOST_FILE = 'host.json';

/** Address of the host that runs on a data folder, null when none wrote one. */
export function readHostFile(dataDir: string): { pid: number; adminUrl: string } | null {
  const file = path.join(dataDir, HOST_FILE);
  if (!existsSync(file)) return null;
  const { pid, adminUrl } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; adminUrl: string };
  return { pid, adminUrl };
}
