import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { toIso } from '../core/days.ts';
import { completeRestore, markRestored, type WorkspaceFolders } from '../storage/backups/restore.ts';
import { inTransaction, openDatabase, type Database } from '../storage/database.ts';
import { migrate, readMigrations } from '../storage/migrate.ts';
import { syncFolder } from '../storage/secrets.ts';
import { VigieError } from '../contract/errors.ts';
import { raiseToSlots } from './bringBack.ts';
import { decodeRow, UncopiableError, type LocalRow } from './codec.ts';
import { COMPARED, HEARD_OF } from './outbox.ts';
import { MIRRORS, type Mirror } from './mirrors.ts';
import type { DataKey } from '../storage/encryption/dataKeys.ts';
import type { Remote, Source } from './remote.ts';
import { missingKeysThere, noteSealedTexts } from './sealedTexts.ts';

const PARTIAL = 'pulling.partial';

export type Pulled = {
  source: string;
  rows: number;
  /** Rows that do not fit the others: their batch had not arrived whole. */
  leftOut: number;
  /** Rows that the machine had not pushed yet when it pushed last. */
  missing: number;
  pushedAt: string | null;
  /** Keys that texts are sealed with and that are at hand, by their ids. */
  usedKeys: string[];
  /** Messages that are still to leave and cannot be read without `missingKeys`: each fails when its turn comes. */
  unreadable: number;
  /** Those that are not at hand. */
  missingKeys: string[];
  /** Lines that were set in the application: their keys were never in the copy. */
  linesWithoutKeys: string[];
};

type Keys = Pick<Pulled, 'usedKeys' | 'missingKeys' | 'unreadable' | 'linesWithoutKeys'>;
type Read = Keys & Pick<Pulled, 'rows' | 'leftOut'>;

type PullRequest = {
  remote: Pick<Remote, 'page' | 'takeOver' | 'anyRow' | 'sources'>;
  source: string;
  /** Keys of texts that are at hand. */
  ring: readonly DataKey[];
  /** Goes on although texts need a key that is not at hand. */
  withoutKey: boolean;
  /** Lines whose keys are in the folder's secrets. */
  linesWithKeys: readonly string[];
  folders: WorkspaceFolders;
  migrationsDir: string;
  now: number;
  progress: (rows: number) => void;
};

/**
 * Makes the files of a machine anew from its copy in Supabase, puts them in place of what lies in the folder (kept in
 * `replaced-...`), and takes its name over: the former machine is refused from then on (SYN-3). What holds after a
 * restored backup holds here too: a pause of 24 hours, and every message of before is asked about first.
 * The caller has locked the folder.
 * @throws VigieError `copy_key_missing` when texts are sealed with a key that is not at hand; nothing was changed then
 */
export async function pullWorkspace(request: PullRequest): Promise<Pulled> {
  const { remote, source, folders, migrationsDir, now } = request;
  // At once, and again when the rows are here: before the former machine loses its place.
  refuseWithoutKeys(request, await missingKeysThere(remote, source, request.ring));
  const partial = path.join(folders.folder, PARTIAL);
  try {
    const version = await versionThere(request);
    let read = await readCopy(partial, request);
    // A machine that still runs may have changed its key meanwhile.
    if ((await versionThere(request)) !== version)
      refuseWithoutKeys(request, await missingKeysThere(remote, source, request.ring));
    const taken = await remote.takeOver(source);
    if (taken.version !== version) read = await readCopy(partial, request);
    await inFile(path.join(partial, 'vigie.db'), (main) => {
      complete(main, { taken, now });
    });
    await inFile(path.join(partial, 'inbox.db'), (inbox) => {
      migrate(inbox, readMigrations(path.join(migrationsDir, 'inbox')));
    });
    markRestored(path.join(partial, 'vigie.db'), { createdAt: taken.pushed_at ?? toIso(now), kind: 'supabase' }, now);
    renameSync(partial, path.join(folders.folder, `restoring-${now}`));
    syncFolder(folders.folder);
    completeRestore(folders);
    return { source, ...read, missing: taken.waiting, pushedAt: taken.pushed_at };
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** Grows with every row that arrives there. */
async function versionThere({ remote, source }: PullRequest): Promise<number | undefined> {
  return (await remote.sources()).find((known) => known.source === source)?.version;
}

/** Everything that the copy holds now, in a new file. @throws VigieError `copy_key_missing` */
async function readCopy(partial: string, request: PullRequest): Promise<Read> {
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true, mode: 0o700 });
  return inFile(path.join(partial, 'vigie.db'), async (main) => {
    migrate(main, readMigrations(path.join(request.migrationsDir, 'sqlite')));
    const counts = await readRows(main, request);
    return { ...counts, ...settleKeys(main, request) };
  });
}

async function inFile<Result>(file: string, work: (database: Database) => Result | Promise<Result>): Promise<Result> {
  const database = openDatabase(file);
  try {
    return await work(database);
  } finally {
    database.close();
  }
}

function refuseWithoutKeys({ withoutKey }: Pick<PullRequest, 'withoutKey'>, missing: readonly string[]): void {
  if (missing.length > 0 && !withoutKey) throw new VigieError('copy_key_missing', { keyId: missing.join(', ') });
}

/** What the copy does not hold: which keys its texts need, and those of its lines. */
function settleKeys(database: Database, request: PullRequest): Keys {
  const texts = noteSealedTexts(database, request);
  refuseWithoutKeys(request, texts.missingKeys);
  const linesWithoutKeys = database
    .prepare<{ known: string }, string>(
      `SELECT label FROM lines WHERE archived_at IS NULL AND source <> 'demo'
         AND id NOT IN (SELECT value FROM json_each(@known)) ORDER BY created_at, id`,
    )
    .pluck()
    .all({ known: JSON.stringify(request.linesWithKeys) });
  return { ...texts, linesWithoutKeys };
}

async function readRows(database: Database, request: PullRequest): Promise<{ rows: number; leftOut: number }> {
  const { remote, source, progress } = request;
  let rows = 0;
  let leftOut = 0;
  for (const mirror of MIRRORS) {
    const insert = inserter(database, mirror);
    for (let version = 0; ;) {
      const page = await remote.page({ entity: mirror.entity, source, version });
      if (page.length === 0) break;
      inTransaction(database, () => {
        for (const row of page) {
          if (insert(row)) rows++;
          else leftOut++;
        }
      });
      version = Number(page.at(-1)?.['version']);
      progress(rows);
    }
  }
  return { rows, leftOut };
}

/** Gives a function that writes a row of Supabase here; false when it does not fit. */
export function inserter(database: Database, mirror: Mirror): (row: Record<string, unknown>) => boolean {
  const names = mirror.columns.filter(({ isDerived }) => !isDerived).map(({ local }) => local);
  const statement = database.prepare<LocalRow>(
    `INSERT INTO ${mirror.table} (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`,
  );
  return (row) => {
    try {
      statement.run(decodeRow(mirror, row));
      return true;
    } catch (error) {
      if (error instanceof UncopiableError || isConstraint(error)) return false;
      throw error;
    }
  };
}

function isConstraint(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CONSTRAINT');
}

/** What is not copied but follows from the rows, and who this machine is now. */
function complete(database: Database, { taken, now }: { taken: Source; now: number }): void {
  inTransaction(database, () => {
    database.exec(`
      UPDATE campaigns SET (total_contacts, messages_sent, messages_delivered, messages_read, interactions,
        message_2_sent, failures, no_interaction, late, opted_out, cancelled, ended) = (
        SELECT count(*), count(message_1_sent_at), count(delivered_at), count(read_at), count(interaction_at),
          count(message_2_sent_at), count(*) FILTER (WHERE state = 'failed'),
          count(*) FILTER (WHERE state = 'no_interaction'), count(*) FILTER (WHERE state = 'late_interaction'),
          count(*) FILTER (WHERE state = 'opted_out'), count(*) FILTER (WHERE state = 'cancelled'),
          count(*) FILTER (WHERE state NOT IN ('pending', 'message_1_sent', 'answered'))
        FROM recipients WHERE campaign_id = campaigns.id)`);
    // It was hidden, and still being emptied.
    database.exec(`DELETE FROM categories WHERE name = id`);
    // A slot stays open as long as the outcome of its message is; one whose message says otherwise counts from now.
    database
      .prepare<{ now: number }>(
        `UPDATE quota_slots SET settled_at = @now WHERE settled_at IS NULL AND NOT EXISTS (
           SELECT 1 FROM attempts a WHERE a.id = attempt_id AND a.state IN ('sending', 'unknown'))`,
      )
      .run({ now });
    for (const day of database.prepare<[], string>(`SELECT DISTINCT day FROM quota_slots`).pluck().all())
      raiseToSlots(database, day);
    const setMeta = database.prepare<{ key: string; value: string }>(
      `INSERT INTO meta (key, value) VALUES (@key, @value) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    );
    setMeta.run({ key: 'workspace_id', value: taken.source });
    // It has all that the copy has.
    setMeta.run({ key: COMPARED, value: String(now) });
    // What others sent on its accounts was counted in the lost file alone.
    setMeta.run({ key: HEARD_OF, value: '{}' });
    const latest = database.prepare<[], number | null>(`SELECT max(taken_at) FROM quota_slots`).pluck().get();
    if (latest != null) setMeta.run({ key: 'clock_high_water', value: String(latest) });
    database
      .prepare<{ version: number; generation: number }>(
        `UPDATE sync_state SET version = @version, generation = @generation WHERE id = 1`,
      )
      .run({ version: taken.version, generation: taken.generation });
  });
}
