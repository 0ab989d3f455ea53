import SQLite from 'better-sqlite3';
import { VigieError } from '../contract/errors.ts';

export type Database = SQLite.Database;

/** Older versions can lose a commit in WAL mode (REL-2). */
const LOWEST_SQLITE_VERSION = [3, 51, 3] as const;
/** How long a writer waits for another process. */
const BUSY_TIMEOUT_MS = 5_000;
const SYNCHRONOUS_FULL = 2;

/**
 * Where a statement says `+@name`: SQLite looks at a bound value when it plans (a `LIMIT`, an equality next to
 * `ORDER BY`), and then plans anew at every binding, ten times the cost of the search itself. Behind the plus it does
 * not look. Worth it in statements that run for every message.
 *
 * Opens a database file with the durability that Vigie promises, and checks that it is in force (REL-2):
 * better-sqlite3 by itself opens WAL files with synchronous=NORMAL, which loses commits at a power cut.
 * @throws VigieError `frozen` when SQLite is too old or a pragma did not take
 */
export function openDatabase(file: string): Database {
  const database = new SQLite(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    // Only for a file that is being made: in one that is there it would write, and a newer file must stay as it is.
    if (database.pragma('page_count', { simple: true }) === 0) database.pragma('auto_vacuum = INCREMENTAL');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    database.pragma('trusted_schema = OFF');
    // What is deleted or replaced is overwritten, where the page is written anyway (SEC-3).
    database.pragma('secure_delete = FAST');
    assertDurability(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Opens a file that is only read, e.g. to copy it: a connection that may write would change a damaged one on closing. */
export function openReadOnly(file: string): Database {
  return new SQLite(file, { readonly: true, fileMustExist: true });
}

/** Throws unless WAL, synchronous=FULL, foreign keys and a recent SQLite are in force on this connection (REL-2). */
export function assertDurability(database: Database): void {
  const version = String(database.prepare('SELECT sqlite_version()').pluck().get());
  const found = {
    journalMode: String(database.pragma('journal_mode', { simple: true })),
    synchronous: Number(database.pragma('synchronous', { simple: true })),
    foreignKeys: Number(database.pragma('foreign_keys', { simple: true })),
  };
  const memory = database.memory && found.journalMode === 'memory';
  const durable = (found.journalMode === 'wal' || memory) && found.synchronous === SYNCHRONOUS_FULL;
  if (!durable || found.foreignKeys !== 1 || !isAtLeast(version, LOWEST_SQLITE_VERSION)) {
    throw new VigieError('frozen', { reason: 'durability', version, ...found });
  }
}

function isAtLeast(version: string, lowest: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, wanted] of lowest.entries()) {
    const part = parts[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}

/** Pages given back in one step: some milliseconds of work. */
const PAGES_PER_STEP = 500;

/**
 * Gives some of a file's free pages back to the disk, in one short step.
 * @returns how many; 0 when none is free, and for a file that was made before files could shrink
 */
export function giveBackPages(database: Database): number {
  const free = (): number => Number(database.pragma('freelist_count', { simple: true }));
  const before = free();
  if (before === 0) return 0;
  // Each row that the statement gives is one page moved: it has to be run to its end.
  database.pragma(`incremental_vacuum(${PAGES_PER_STEP})`);
  return before - free();
}

/**
 * Runs `work` in one IMMEDIATE transaction: all of it is on disk when this returns, or none of it.
 * Inside another transaction it is a part of that one.
 */
export function inTransaction<Result>(database: Database, work: () => Result): Result {
  if (database.inTransaction) return work();
  return database.transaction(work).immediate();
}
