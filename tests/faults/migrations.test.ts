import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { VigieError } from '../../backend/contract/errors.ts';
import { openDatabase, type Database } from '../../backend/storage/database.ts';
import { migrate, readMigrations, schemaVersion, type Migration } from '../../backend/storage/migrate.ts';
import { MIGRATIONS } from '../support/engine.ts';
import { temporaryFolders } from '../support/folders.ts';
import { ROOT } from '../support/processes.ts';
import { repetitions } from '../support/repetitions.ts';

const folder = temporaryFolders('vigie-migration-');
const SETS = [
  { name: 'vigie.db', migrations: readMigrations(path.join(MIGRATIONS, 'sqlite')) },
  { name: 'inbox.db', migrations: readMigrations(path.join(MIGRATIONS, 'inbox')) },
] as const;

/** Where a statement of a migration ends: a semicolon at the end of a line, inside no trigger and no parenthesis. */
function ends(sql: string): number[] {
  const found: number[] = [];
  let at = 0;
  let inTrigger = false;
  for (const line of sql.split('\n')) {
    at += line.length + 1;
    if (line.startsWith('CREATE TRIGGER')) inTrigger = true;
    if (inTrigger ? /^END;|\bEND;$/.test(line) : line.endsWith(';') && !line.trimStart().startsWith('--')) {
      found.push(Math.min(at, sql.length));
      inTrigger = false;
    }
  }
  return found;
}

/** The same migrations with a call of `die()` before, between and after the statements of one of them. */
function dyingAt(migrations: readonly Migration[], number: number): Migration[][] {
  const { sql } = migrations.find((migration) => migration.number === number)!;
  return [0, ...ends(sql)].map((at) =>
    migrations.map((migration) =>
      migration.number === number
        ? { ...migration, sql: `${sql.slice(0, at)}\nSELECT die();\n${sql.slice(at)}` }
        : migration,
    ),
  );
}

/** Everything that a schema is, and the version of it. */
function shape(database: Database): unknown {
  return [
    schemaVersion(database),
    database.prepare(`SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name`).all(),
  ];
}

function upTo(migrations: readonly Migration[], number: number): Migration[] {
  return migrations.filter((migration) => migration.number <= number);
}

/** A file as it is while `migrate` runs: what a kill at `die()` leaves, for the page cache outlives the process. */
function killedImage(migrations: Migration[], prepare: (database: Database) => void): string {
  const [live, image] = [folder(), folder()];
  const database = openDatabase(path.join(live, 'a.db'));
  let died = 0;
  prepare(database);
  database.function('die', { directOnly: false }, () => {
    died++;
    cpSync(path.join(live, 'a.db'), path.join(image, 'a.db'));
    cpSync(path.join(live, 'a.db-wal'), path.join(image, 'a.db-wal'));
    return null;
  });
  migrate(database, migrations);
  expect(died).toBe(1);
  database.close();
  return path.join(image, 'a.db');
}

describe('a migration that is killed', () => {
  for (const { name, migrations } of SETS) {
    for (const { number, name: migration } of migrations) {
      it(`leaves the version before it, and is made whole at the next start: ${name} ${migration}, every statement (fault 25; REL-6, I10)`, () => {
        const before = upTo(migrations, number - 1);
        const fresh = openDatabase(path.join(folder(), 'fresh.db'));
        migrate(fresh, before);
        const [shapeBefore] = [shape(fresh)];
        migrate(fresh, [...migrations]);
        const wanted = shape(fresh);
        fresh.close();

        const points = dyingAt(migrations, number);
        expect(points.length).toBeGreaterThan(1);
        for (const [point, dying] of points.entries()) {
          const file = killedImage(dying, (database) => {
            migrate(database, before);
            database.exec(`CREATE TABLE witness (x); INSERT INTO witness VALUES ('kept')`);
          });
          const database = openDatabase(file);
          const where = `${migration}, killed after statement ${point}`;
          expect(database.prepare(`SELECT x FROM witness`).pluck().all(), where).toEqual(['kept']);
          database.exec(`DROP TABLE witness`);
          expect(shape(database), where).toEqual(shapeBefore);
          migrate(database, [...migrations]);
          expect(shape(database), where).toEqual(wanted);
          expect(database.pragma('integrity_check', { simple: true }), where).toBe('ok');
          expect(database.pragma('foreign_key_check'), where).toEqual([]);
          database.close();
        }
      });
    }
  }

  it('with a true SIGKILL leaves what the copies of its files say it leaves (fault 25; REL-6)', () => {
    const { migrations } = SETS[0];
    const points = dyingAt(migrations, migrations[0]!.number);
    const step = Math.max(1, Math.floor(points.length / repetitions({ run: 3, long: points.length })));
    for (let point = 0; point < points.length; point += step) {
      const dir = folder();
      const [file, list] = [path.join(dir, 'a.db'), path.join(dir, 'migrations.json')];
      writeFileSync(list, JSON.stringify(points[point]));
      const program = `
        import { readFileSync } from 'node:fs';
        import { openDatabase } from '${ROOT}/backend/storage/database.ts';
        import { migrate } from '${ROOT}/backend/storage/migrate.ts';
        const database = openDatabase(${JSON.stringify(file)});
        database.function('die', () => process.kill(process.pid, 'SIGKILL'));
        migrate(database, JSON.parse(readFileSync(${JSON.stringify(list)}, 'utf8')));`;
      const ended = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', program], { cwd: ROOT });
      expect(ended.signal, ended.stderr.toString()).toBe('SIGKILL');
      const database = openDatabase(file);
      expect(schemaVersion(database)).toBe(0);
      expect(database.prepare(`SELECT count(*) FROM sqlite_schema`).pluck().get()).toBe(0);
      migrate(database, [...migrations]);
      expect(schemaVersion(database)).toBe(migrations.at(-1)?.number);
      database.close();
    }
  });

  it('is refused for a file that a newer version wrote, of which no byte changes (fault 25; REL-6)', () => {
    for (const { name, migrations } of SETS) {
      const file = path.join(folder(), name);
      const database = openDatabase(file);
      migrate(database, [...migrations, { number: 9990, name: '9990_newer.sql', sql: 'CREATE TABLE newer (x)' }]);
      database.close();
      const bytes = readFileSync(file);
      const again = openDatabase(file);
      expect(() => {
        migrate(again, [...migrations]);
      }).toThrow(VigieError);
      again.close();
      expect(readFileSync(file).equals(bytes)).toBe(true);
    }
  });
});
