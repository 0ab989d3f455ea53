import { expect } from 'vitest';
import { silentLogger } from '../../../backend/core/logger.ts';
import { seededRandom } from '../../../backend/core/random.ts';
import type { Database } from '../../../backend/storage/database.ts';
import { decodeRow, type LocalRow } from '../../../backend/sync/codec.ts';
import { MIRRORS, type Mirror } from '../../../backend/sync/mirrors.ts';
import { createRemote } from '../../../backend/sync/remote.ts';
import { Sync } from '../../../backend/sync/sync.ts';
import type { BodyCipher } from '../../../backend/storage/encryption/bodyCipher.ts';
import { keySql } from '../../../backend/sync/triggers.ts';
import { createTestEngine } from '../engine.ts';
import { SERVICE_KEY } from './adapter.ts';
import type { Engine } from './engine.ts';

export type Machine = ReturnType<typeof createMachine>;

/** A machine with the real sending engine on a real file, and the sync with the real client. */
export function createMachine(options: {
  url: string;
  source: string;
  key?: string;
  timeoutMs?: number;
  account?: string;
  now?: string;
  cipher?: BodyCipher;
}) {
  const { now, cipher } = options;
  const engine = createTestEngine({ ...(now !== undefined && { now }), ...(cipher !== undefined && { cipher }) });
  const seen = { takenOver: 0, changed: 0 };
  const { url, source, key = SERVICE_KEY, timeoutMs = 60_000, account = source } = options;
  /** By line; a test adds lines while the machine runs. */
  const accounts: Record<string, string> = { line: account };
  const syncOf = (database: Database, accounts: Record<string, string>): Sync =>
    new Sync({
      ...{ database, clock: engine.clock, source, accounts: () => accounts },
      ...{ random: seededRandom(1), logger: silentLogger },
      remote: createRemote({ url, serviceRoleKey: key, timeoutMs }),
      changed: () => seen.changed++,
      takenOver: () => seen.takenOver++,
    });
  const createSync = (): Sync => syncOf(engine.database, accounts);
  return { ...engine, sync: createSync(), restartSync: createSync, syncOf, accounts, seen, source };
}

/** Rows of a table as the copy of this machine should have them, by their key. */
export function localRows(database: Database, mirror: Mirror): Map<string, LocalRow> {
  const columns = mirror.columns.map(({ local, sql }) => `${sql} AS ${local}`).join(', ');
  const where = mirror.condition === null ? '' : `WHERE ${mirror.condition('')}`;
  const rows = database
    .prepare<[], LocalRow & { row_key: string }>(
      `SELECT ${columns}, ${keySql(mirror, '')} AS row_key FROM ${mirror.table} ${where}`,
    )
    .all();
  return new Map(rows.map(({ row_key: key, ...row }) => [key, row]));
}

/** Rows of one table in the copy, as they lie there. */
export async function remoteRows(engine: Engine, entity: string, source: string): Promise<Record<string, unknown>[]> {
  const rows = await engine.transaction(async (query) => {
    await query(`SELECT set_config('TimeZone', 'UTC', true)`);
    return query(`SELECT row_to_json(t)::text AS row FROM ${entity} t WHERE source = $1`, [source]);
  });
  return rows.map(({ row }) => JSON.parse(String(row)) as Record<string, unknown>);
}

/** I9: the copy equals the file, table by table, and holds no row twice. @returns how many rows there are */
export async function expectCopied(engine: Engine, machine: { database: Database; source: string }): Promise<number> {
  const all = MIRRORS.map(
    ({ entity }) => `SELECT '${entity}' AS entity, row_to_json(t)::text AS row FROM ${entity} t WHERE source = $1`,
  );
  const rows = await engine.transaction(async (query) => {
    await query(`SELECT set_config('TimeZone', 'UTC', true)`);
    return query(all.join(' UNION ALL '), [machine.source]);
  });
  for (const mirror of MIRRORS) {
    const own = rows
      .filter(({ entity }) => entity === mirror.entity)
      .map(({ row }) => JSON.parse(String(row)) as Record<string, unknown>);
    const copied = new Map(own.map((row) => [String(row['row_key']), decodeRow(mirror, row)]));
    expect(copied.size, mirror.entity).toBe(own.length);
    expect(copied, mirror.entity).toEqual(localRows(machine.database, mirror));
  }
  return rows.length;
}
