import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { VigieError } from '../contract/errors.ts';
import type { Database } from './database.ts';

export type Migration = { number: number; name: string; sql: string };

/** The migrations of a folder in order, from files named `0010_what.sql`. */
export function readMigrations(folder: string): Migration[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}_\w+\.sql$/.test(name))
    .sort()
    .map((name) => ({
      number: Number(name.slice(0, 4)),
      name,
      sql: readFileSync(path.join(folder, name), 'utf8'),
    }));
}

/**
 * Brings a file to the newest version, one transaction for each migration (REL-6).
 * @throws VigieError `frozen` when the file was written by a newer version of the application
 */
export function migrate(database: Database, migrations: Migration[]): void {
  const newest = migrations.at(-1)?.number ?? 0;
  const found = schemaVersion(database);
  if (found > newest) throw new VigieError('frozen', { reason: 'newer_file', found, newest });
  for (const migration of migrations.filter(({ number }) => number > found)) {
    database
      .transaction(() => {
        database.exec(migration.sql);
        database.pragma(`user_version = ${migration.number}`);
      })
      .immediate();
  }
}

/** Number of the last migration that a file has seen; 0 for an empty one. */
export function schemaVersion(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}
