import { inTransaction, type Database } from '../storage/database.ts';
import { MIRRORS, type Mirror } from './mirrors.ts';

const PREFIX = 'sync_';

/** The key of a row as the outbox and Supabase have it. */
export function keySql({ key }: Mirror, row: string): string {
  return `json_array(${key.map((column) => `${row}${column}`).join(', ')})`;
}

/** Notes a changed row: a version of its own, and the place that it has had since its first change (SYN-2). */
function note(mirror: Mirror, row: 'NEW.' | 'OLD.'): string {
  return `UPDATE sync_state SET version = version + 1 WHERE id = 1;
  INSERT INTO sync_outbox (entity, row_key, version)
  VALUES ('${mirror.entity}', ${keySql(mirror, row)}, (SELECT version FROM sync_state WHERE id = 1))
  ON CONFLICT (entity, row_key) DO UPDATE
  SET version = excluded.version, refusals = 0, set_aside_at = NULL, reason = NULL;`;
}

function triggersOf(mirror: Mirror): Map<string, string> {
  const { table, entity, key, columns, condition } = mirror;
  const when = (row: 'NEW.' | 'OLD.', more: string[] = []): string => {
    const all = [...(condition === null ? [] : [condition(row)]), ...more];
    return all.length === 0 ? '' : `WHEN ${all.join(' AND ')} `;
  };
  const name = (what: string): string => `${PREFIX}${entity}_${what}`;
  const moved = key.map((column) => `OLD.${column} IS NOT NEW.${column}`).join(' OR ');
  return new Map([
    [name('added'), `AFTER INSERT ON ${table} ${when('NEW.')}BEGIN\n  ${note(mirror, 'NEW.')}\nEND`],
    [
      name('changed'),
      `AFTER UPDATE OF ${columns.map(({ local }) => local).join(', ')} ON ${table} ${when('NEW.')}BEGIN
  ${note(mirror, 'NEW.')}\nEND`,
    ],
    [
      name('moved'),
      `AFTER UPDATE OF ${key.join(', ')} ON ${table} ${when('OLD.', [`(${moved})`])}BEGIN\n  ${note(mirror, 'OLD.')}\nEND`,
    ],
    [name('removed'), `AFTER DELETE ON ${table} ${when('OLD.')}BEGIN\n  ${note(mirror, 'OLD.')}\nEND`],
  ]);
}

function wanted(): Map<string, string> {
  const all = MIRRORS.flatMap((mirror) => [...triggersOf(mirror)]);
  return new Map(all.map(([name, body]) => [name, `CREATE TRIGGER ${name} ${body}`]));
}

function present(database: Database): Map<string, string> {
  const rows = database
    .prepare<[], { name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name GLOB '${PREFIX}*'`,
    )
    .all();
  return new Map(rows.map(({ name, sql }) => [name, sql]));
}

/**
 * Makes every change of a mirrored table go to the outbox, in the transaction of the change.
 * @returns false when that was so already; true when changes may have gone unnoticed before, so that all has to be
 *   copied anew
 */
export function installTriggers(database: Database): boolean {
  const [found, all] = [present(database), wanted()];
  if (found.size === all.size && [...all].every(([name, sql]) => found.get(name) === sql)) return false;
  inTransaction(database, () => {
    for (const name of found.keys()) database.exec(`DROP TRIGGER ${name}`);
    for (const sql of all.values()) database.exec(sql);
  });
  return true;
}

/** Without Supabase a change costs nothing more, and nothing piles up (SYN-6). */
export function removeTriggers(database: Database): void {
  const found = present(database);
  if (found.size === 0) return;
  inTransaction(database, () => {
    for (const name of found.keys()) database.exec(`DROP TRIGGER ${name}`);
    database.exec(`DELETE FROM sync_outbox; UPDATE sync_state SET copying = NULL, waiting_since = NULL WHERE id = 1`);
  });
}
