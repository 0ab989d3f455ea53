import { inTransaction, type Database } from '../storage/database.ts';
import { encodeRow, UncopiableError, type LocalRow, type LocalValue } from './codec.ts';
import { MIRRORS, type Mirror } from './mirrors.ts';
import type { PushedRow } from './remote.ts';
import { keySql } from './triggers.ts';

/** A row that waits, with what Supabase gets of it. */
export type Waiting = { position: number; version: number; refusals: number; pushed: PushedRow };
type OutboxRow = { position: number; entity: string; rowKey: string; version: number; refusals: number };
export type SetAside = { position: number; entity: string; rowKey: string; reason: string; setAsideAt: number };
/** A full copy: rows of `mirror` and of those after it are still to be noted, from the one after `after` on. */
type Copying = { floor: number | null; mirror: number; after: LocalValue[] | null };
/** Digest of the account behind each line. */
export type Accounts = Record<string, string>;
type State = {
  version: number;
  generation: number;
  copying: string | null;
  waitingSince: number | null;
  pushedAt: number | null;
};

/** Counters change with each message and go once an hour. */
const HOURLY = 'daily_message_stats';
/** Rows noted in one transaction while everything is copied. */
const COPY_STEP = 300;
/** Positions of which the rows are given new versions at once. */
const MOVE_STEP = 5_000;
/** In `meta`: accounts on which what other machines sent is counted here. */
export const HEARD_OF = 'sync_heard_of';
/** In `meta`: the restore after which this file was compared with its copy. */
export const COMPARED = 'sync_restored_at';
/** Letters that one request carries, about. */
const BATCH_LETTERS = 1_000_000;
const SHOWN_SET_ASIDE = 50;
const MOST_COUNTED = 1_000_000;

/** What Supabase has not got yet (SYN-2). The triggers write it; see `triggers.ts`. */
export class Outbox {
  readonly #database: Database;
  readonly #statements;
  readonly #readers: Map<string, { mirror: Mirror; read: (key: LocalValue[]) => LocalRow | undefined }>;

  constructor(database: Database) {
    this.#database = database;
    const columns = `position, entity, row_key AS rowKey, version, refusals`;
    this.#statements = {
      state: database.prepare<[], State>(`
        SELECT version, generation, copying, waiting_since AS waitingSince, pushed_at AS pushedAt
        FROM sync_state WHERE id = 1`),
      live: database.prepare<{ limit: number }, OutboxRow>(`
        SELECT ${columns} FROM sync_outbox INDEXED BY sync_outbox_waiting
        WHERE set_aside_at IS NULL AND entity <> '${HOURLY}' ORDER BY position LIMIT @limit`),
      hourly: database.prepare<{ limit: number }, OutboxRow>(`
        SELECT ${columns} FROM sync_outbox WHERE entity = '${HOURLY}' AND set_aside_at IS NULL LIMIT @limit`),
      countLive: database
        .prepare<{ most: number }, number>(
          `SELECT count(*) FROM (SELECT 1 FROM sync_outbox INDEXED BY sync_outbox_waiting
           WHERE set_aside_at IS NULL AND entity <> '${HOURLY}' LIMIT @most)`,
        )
        .pluck(),
      drop: database.prepare<{ position: number; version: number }>(
        `DELETE FROM sync_outbox WHERE position = @position AND version = @version`,
      ),
      refuse: database.prepare<{ position: number; version: number }>(
        `UPDATE sync_outbox SET refusals = refusals + 1 WHERE position = @position AND version = @version`,
      ),
      setAside: database.prepare<{ position: number; version: number; now: number; reason: string }>(`
        UPDATE sync_outbox SET set_aside_at = @now, reason = @reason WHERE position = @position AND version = @version`),
      listSetAside: database.prepare<[], SetAside>(`
        SELECT position, entity, row_key AS rowKey, reason, set_aside_at AS setAsideAt
        FROM sync_outbox INDEXED BY sync_outbox_set_aside WHERE set_aside_at IS NOT NULL
        ORDER BY position LIMIT ${SHOWN_SET_ASIDE}`),
      countSetAside: database
        .prepare<[], number>(
          `SELECT count(*) FROM sync_outbox INDEXED BY sync_outbox_set_aside WHERE set_aside_at IS NOT NULL`,
        )
        .pluck(),
      putBack: database.prepare<{ position: number }>(`
        UPDATE sync_outbox SET set_aside_at = NULL, reason = NULL, refusals = 0
        WHERE position = @position AND set_aside_at IS NOT NULL`),
      putAllBack: database.prepare(`
        UPDATE sync_outbox INDEXED BY sync_outbox_set_aside SET set_aside_at = NULL, reason = NULL, refusals = 0
        WHERE set_aside_at IS NOT NULL`),
      note: database.prepare<{ entity: string; rowKey: string; version: number }>(`
        INSERT INTO sync_outbox (entity, row_key, version) VALUES (@entity, @rowKey, @version)
        ON CONFLICT (entity, row_key) DO UPDATE
        SET version = excluded.version, refusals = 0, set_aside_at = NULL, reason = NULL`),
      setVersion: database.prepare<{ version: number }>(
        `UPDATE sync_state SET version = max(version, @version) WHERE id = 1`,
      ),
      lastPosition: database.prepare<[], number | null>(`SELECT max(position) FROM sync_outbox`).pluck(),
      moveBehind: database.prepare<{ version: number; former: number; after: number; upTo: number }>(`
        UPDATE sync_outbox SET version = version + @version
        WHERE position > @after AND position <= @upTo AND version <= @former`),
      addVersion: database.prepare<{ version: number }>(
        `UPDATE sync_state SET version = version + @version WHERE id = 1`,
      ),
      isRestored: database
        .prepare<[], number>(
          `SELECT (SELECT value FROM meta WHERE key = 'restored_at') IS NOT
             (SELECT value FROM meta WHERE key = '${COMPARED}')`,
        )
        .pluck(),
      compared: database.prepare(`
        INSERT INTO meta (key, value) SELECT '${COMPARED}', value FROM meta WHERE key = 'restored_at'
        ON CONFLICT (key) DO UPDATE SET value = excluded.value`),
      setGeneration: database.prepare<{ generation: number }>(
        `UPDATE sync_state SET generation = @generation WHERE id = 1`,
      ),
      setCopying: database.prepare<{ copying: string | null }>(`UPDATE sync_state SET copying = @copying WHERE id = 1`),
      setWaitingSince: database.prepare<{ at: number | null }>(
        `UPDATE sync_state SET waiting_since = @at WHERE id = 1 AND waiting_since IS NOT @at`,
      ),
      heardOf: database.prepare<[], string>(`SELECT value FROM meta WHERE key = '${HEARD_OF}'`).pluck(),
      setHeardOf: database.prepare<{ value: string }>(`
        INSERT INTO meta (key, value) VALUES ('${HEARD_OF}', @value) ON CONFLICT (key) DO UPDATE SET value = excluded.value`),
      setPushedAt: database.prepare<{ at: number }>(`UPDATE sync_state SET pushed_at = @at WHERE id = 1`),
    };
    this.#readers = new Map(MIRRORS.map((mirror) => [mirror.entity, { mirror, read: reader(database, mirror) }]));
  }

  state(): Omit<State, 'copying'> & { copying: Copying | null } {
    const state = this.#statements.state.get();
    if (state === undefined) throw new Error('sync_state has no row');
    return { ...state, copying: state.copying === null ? null : (JSON.parse(state.copying) as Copying) };
  }

  /** Rows that wait, without the hourly ones; of a great many only so many are counted. */
  countWaiting(most = MOST_COUNTED): number {
    return this.#statements.countLive.get({ most }) ?? 0;
  }

  /**
   * The next rows in the order of their first change, as they are now: one moment of this machine. A row that the copy
   * has no place for is set aside.
   */
  take(limit: number, options: { now: number; hourly: boolean }): Waiting[] {
    return inTransaction(this.#database, () => {
      const { live, hourly } = this.#statements;
      const rows = [...(options.hourly ? hourly.all({ limit }) : []), ...live.all({ limit })];
      const taken: Waiting[] = [];
      let letters = 0;
      for (const { position, entity, rowKey, version, refusals } of rows) {
        const pushed = this.#read({ entity, rowKey, version });
        if (pushed instanceof UncopiableError) {
          this.setAside({ position, version }, { now: options.now, reason: `value ${pushed.message}` });
          continue;
        }
        letters += JSON.stringify(pushed).length;
        if (taken.length > 0 && letters > BATCH_LETTERS) break;
        taken.push({ position, version, refusals, pushed });
      }
      return taken;
    });
  }

  #read({ entity, rowKey, version }: { entity: string; rowKey: string; version: number }): PushedRow | UncopiableError {
    const found = this.#readers.get(entity);
    if (found === undefined) return new UncopiableError(entity);
    try {
      const row = found.read(JSON.parse(rowKey) as LocalValue[]);
      return { e: entity, k: rowKey, v: version, r: row === undefined ? null : encodeRow(found.mirror, row) };
    } catch (error) {
      if (error instanceof UncopiableError) return error;
      throw error;
    }
  }

  /** These are in Supabase: gone from here, but for those that changed meanwhile. */
  done(rows: readonly Pick<Waiting, 'position' | 'version'>[], now: number): void {
    inTransaction(this.#database, () => {
      for (const { position, version } of rows) this.#statements.drop.run({ position, version });
      this.#statements.setPushedAt.run({ at: now });
    });
  }

  countRefusal({ position, version }: Pick<Waiting, 'position' | 'version'>): void {
    this.#statements.refuse.run({ position, version });
  }

  setAside(row: Pick<Waiting, 'position' | 'version'>, why: { now: number; reason: string }): void {
    this.#statements.setAside.run({ position: row.position, version: row.version, ...why });
  }

  setAsideRows(): { count: number; rows: SetAside[] } {
    return { count: this.#statements.countSetAside.get() ?? 0, rows: this.#statements.listSetAside.all() };
  }

  /** @returns false when no row of this number is set aside */
  putBack(position: number): boolean {
    return this.#statements.putBack.run({ position }).changes > 0;
  }

  /** Everything that was set aside waits again. */
  putAllBack(): void {
    this.#statements.putAllBack.run();
  }

  /**
   * Everything is copied above this version: Supabase knows other rows under those that were given here. Also what waits
   * because it was deleted gets a new one, in short steps; nothing is taken meanwhile.
   */
  *copyBehind(version: number): Generator<void> {
    const { version: former } = this.state();
    inTransaction(this.#database, () => {
      this.#statements.addVersion.run({ version });
      // What Supabase knows and this file does not stays there.
      this.beginCopy(null);
    });
    const last = this.#statements.lastPosition.get() ?? 0;
    for (let after = 0; after < last; after += MOVE_STEP) {
      this.#statements.moveBehind.run({ version, former, after, upTo: after + MOVE_STEP });
      yield;
    }
  }

  /** This file was restored since it was last compared with its copy. */
  isRestored(): boolean {
    return this.#statements.isRestored.get() === 1;
  }

  setCompared(): void {
    this.#statements.compared.run();
  }

  setGeneration(generation: number): void {
    this.#statements.setGeneration.run({ generation });
  }

  /** Accounts of which the figures of other machines came; null before the first time. */
  heardOf(): Accounts | null {
    const value = this.#statements.heardOf.get();
    return value === undefined ? null : (JSON.parse(value) as Accounts);
  }

  setHeardOf(accounts: Accounts): void {
    this.#statements.setHeardOf.run({ value: JSON.stringify(accounts) });
  }

  setWaitingSince(at: number | null): void {
    this.#statements.setWaitingSince.run({ at });
  }

  /** Everything is to be copied. @param floor what stays at or below this version there is taken away at the end */
  beginCopy(floor: number | null): void {
    this.#setCopying({ floor, mirror: 0, after: null });
  }

  endCopy(): void {
    this.#setCopying(null);
  }

  #setCopying(copying: Copying | null): void {
    this.#statements.setCopying.run({ copying: copying === null ? null : JSON.stringify(copying) });
  }

  /** Notes the next few rows of a full copy. @returns false when all are noted */
  copyStep(): boolean {
    return inTransaction(this.#database, () => {
      const { copying, version } = this.state();
      const mirror = MIRRORS[copying?.mirror ?? MIRRORS.length];
      if (copying === null || mirror === undefined) return false;
      const rows = keysAfter(this.#database, mirror, copying.after);
      for (const [index, { rowKey }] of rows.entries())
        this.#statements.note.run({ entity: mirror.entity, rowKey, version: version + index + 1 });
      this.#statements.setVersion.run({ version: version + rows.length });
      const last = rows.at(-1);
      const isOver = last === undefined || rows.length < COPY_STEP;
      const next = isOver
        ? { mirror: copying.mirror + 1, after: null }
        : { mirror: copying.mirror, after: JSON.parse(last.rowKey) as LocalValue[] };
      this.#setCopying({ floor: copying.floor, ...next });
      return true;
    });
  }
}

function keysAfter(database: Database, mirror: Mirror, after: LocalValue[] | null): { rowKey: string }[] {
  const { key, table, condition } = mirror;
  const names = key.join(', ');
  const conditions = [
    ...(condition === null ? [] : [condition('')]),
    ...(after === null ? [] : [`(${names}) > (${key.map(() => '?').join(', ')})`]),
  ];
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return database
    .prepare<LocalValue[], { rowKey: string }>(
      `SELECT ${keySql(mirror, '')} AS rowKey FROM ${table} ${where} ORDER BY ${names} LIMIT ${COPY_STEP}`,
    )
    .all(...(after ?? []));
}

function reader(database: Database, { table, key, columns }: Mirror): (key: LocalValue[]) => LocalRow | undefined {
  const selected = columns.map(({ local, sql }) => (sql === local ? local : `${sql} AS ${local}`)).join(', ');
  const named = key.map((column) => `${column} = ?`).join(' AND ');
  const statement = database.prepare<LocalValue[], LocalRow>(`SELECT ${selected} FROM ${table} WHERE ${named}`);
  return (values) => statement.get(...values);
}
