import { existsSync, closeSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import path from 'node:path';
import SQLite from 'better-sqlite3';
import { z } from 'zod';
import { VigieError } from '../contract/errors.ts';
import type { Database } from './database.ts';
import { writeDurably } from './secrets.ts';

const MARKS = 'marks.json';
const storedMarks = z.record(z.string(), z.int().min(0));
/** The salts of a write-ahead log, which change whenever it begins anew: https://www.sqlite.org/walformat.html */
const SALTS = { position: 16, bytes: 8 } as const;

/**
 * A second witness beside each database file: a number that counts up, in the file's own head (`application_id`) and in
 * `marks.json`. It is written into every new write-ahead log, so that a log that is lost with everything beside it leaves
 * a file with a lower number than the witness (REL-2).
 */
export function readMarks(folder: string): Record<string, number> {
  const file = path.join(folder, MARKS);
  if (!existsSync(file)) return {};
  try {
    return storedMarks.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Damaged, it witnesses nothing; the files themselves are checked all the same.
    return {};
  }
}

/** Other files are about to take the place of those that were marked: to be called before the first of them does. */
export function forgetMarks(folder: string): void {
  rmSync(path.join(folder, MARKS), { force: true });
}

function markOf(database: Database): number {
  return Number(database.pragma('application_id', { simple: true }));
}

/** @throws VigieError `frozen` when the file is older than what was seen of it last */
export function refuseOlder(database: Database, file: string): void {
  const mark = readMarks(path.dirname(file))[path.basename(file)] ?? 0;
  if (markOf(database) >= mark) return;
  const log = `${path.basename(file)}-wal`;
  throw new VigieError('frozen', { reason: 'file_damaged', file: log, detail: 'missing' });
}

/** Raises the marks of files that are open. Call it again and again: it does something only when a log has begun anew. */
export function createWitness(folder: string, files: ReadonlyMap<string, Database>): () => void {
  const seen = new Map<string, string>();
  return () => {
    const marks = readMarks(folder);
    const renewed = [...files].filter(([name]) => seen.get(name) !== saltsOf(path.join(folder, name)));
    if (renewed.length === 0) return;
    for (const [name, database] of renewed) {
      const mark = Math.max(markOf(database), marks[name] ?? 0) + 1;
      database.pragma(`application_id = ${mark}`);
      marks[name] = mark;
    }
    // After the commits: a kill in between leaves files that are ahead of the witness.
    writeDurably(path.join(folder, MARKS), JSON.stringify(marks));
    for (const [name] of renewed) seen.set(name, saltsOf(path.join(folder, name)));
  };
}

/** Text of the salts in the head of a file's log; empty for a log that holds nothing. */
function saltsOf(file: string): string {
  if (!existsSync(`${file}-wal`)) return '';
  const head = Buffer.alloc(SALTS.bytes);
  const handle = openSync(`${file}-wal`, 'r');
  try {
    return readSync(handle, head, 0, SALTS.bytes, SALTS.position) < SALTS.bytes ? '' : head.toString('hex');
  } finally {
    closeSync(handle);
  }
}

/** No room, or no rights: the marks stay as they are, and witness what came before. */
export function isNoRoom(error: unknown): boolean {
  const code = error instanceof SQLite.SqliteError ? error.code : (error as NodeJS.ErrnoException).code;
  return /^(SQLITE_(FULL|IOERR)|ENOSPC|EDQUOT|EFBIG)/.test(code ?? '');
}
