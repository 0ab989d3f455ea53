import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import { openDatabase } from '../../backend/storage/database.ts';

/** Makes folders that are gone after the test. */
export function temporaryFolders(prefix: string): () => string {
  const made: string[] = [];
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const folder = mkdtempSync(path.join(tmpdir(), prefix));
    made.push(folder);
    return folder;
  };
}

/** Digest of every file that holds something of a workspace; what a process writes about itself is left out. */
export function digests(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(folder).sort()) {
    const file = path.join(folder, name);
    if (name.startsWith('host.') || name.endsWith('-shm') || !statSync(file).isFile()) continue;
    // A reader of a closed file leaves an empty log behind.
    if (name.endsWith('-wal') && statSync(file).size === 0) continue;
    found[name] = createHash('sha256').update(readFileSync(file)).digest('hex');
  }
  return found;
}

/** First column of a query on a file that no host has open. */
export function column<Value>(file: string, sql: string): Value[] {
  const database = openDatabase(file);
  try {
    return database.prepare<[], Value>(sql).pluck().all();
  } finally {
    database.close();
  }
}
