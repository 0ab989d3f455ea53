import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { VigieError } from '../../contract/errors.ts';
import { DAY_MS } from '../../core/days.ts';
import { checkFile } from '../checkFile.ts';
import { openDatabase, type Database } from '../database.ts';
import { forgetMarks } from '../fileMarks.ts';
import { readMigrations } from '../migrate.ts';
import { missingKey } from '../encryption/sealingKeys.ts';
import { SECRETS_FILE } from '../secretProtection.ts';
import { syncFolder, writeDurably } from '../secrets.ts';
import { leaveDemo } from '../store.ts';
import { mergedSecrets, type ArchiveKeys } from './archivedSecrets.ts';
import { BACKUP_FILES, unpackArchive, type BackupFile, type Manifest } from './archive.ts';

/** Where a workspace's files lie. The secrets are shared with the demo, which is a folder of its own. */
export type WorkspaceFolders = { folder: string; secretsFolder: string; demo: boolean };

const PARTIAL = 'restoring.partial';
/** The number is the instant of the restore, epoch ms. */
const STAGED = /^restoring-(\d+)$/;

/**
 * Unpacks a backup beside the workspace's files, checks it whole, and marks it as restored; nothing in use is touched.
 * Whoever opens the folder next puts it in place (`completeRestore`).
 * @throws VigieError `backup_damaged`, `backup_newer`, `backup_of_other_workspace`, `backup_key_missing`
 */
export async function stageRestore(
  archive: string,
  target: WorkspaceFolders & { migrationsDir: string; now: number; keys?: ArchiveKeys },
): Promise<Manifest> {
  const partial = path.join(target.folder, PARTIAL);
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true, mode: 0o700 });
  try {
    const about = await unpackArchive(archive, partial);
    if (about.demo !== target.demo) throw new VigieError('backup_of_other_workspace', { demo: about.demo });
    refuseNewer(about, target.migrationsDir);
    for (const name of ['vigie.db', 'inbox.db']) {
      const check = await checkFile(path.join(partial, name));
      if (check.kind === 'sound') continue;
      throw new VigieError('backup_damaged', { name: path.basename(archive), detail: `${name}: ${check.detail}` });
    }
    // What was received since the backup was made is kept, and processed again (WHK-2).
    if (await continues(path.join(partial, 'inbox.db'), path.join(target.folder, 'inbox.db'))) {
      rmSync(path.join(partial, 'inbox.db'));
    }
    await bringKeys(partial, target);
    markRestored(path.join(partial, 'vigie.db'), about, target.now);
    for (const former of stagedIn(target.folder)) rmSync(path.join(target.folder, former), { recursive: true });
    renameSync(partial, path.join(target.folder, `restoring-${target.now}`));
    syncFolder(target.folder);
    return about;
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
}

/** The secrets as this folder keeps them, with the keys of both; refused when a text in the backup needs another key. */
async function bringKeys(
  partial: string,
  target: { secretsFolder: string; demo: boolean; keys?: ArchiveKeys },
): Promise<void> {
  const archived = path.join(partial, SECRETS_FILE);
  const { content, ring } = await mergedSecrets(archived, target.secretsFolder, target.keys);
  const keyId = reading(path.join(partial, 'vigie.db'), (database) => missingKey(database, ring));
  if (keyId !== null) throw new VigieError('backup_key_missing', { keyId });
  // The demo has the secrets of the folder around it.
  if (target.demo) rmSync(archived, { force: true });
  else if (content !== null) writeDurably(archived, content);
}

function refuseNewer({ schema, version }: Manifest, migrationsDir: string): void {
  const newest = (name: string): number => readMigrations(path.join(migrationsDir, name)).at(-1)?.number ?? 0;
  if (schema.main <= newest('sqlite') && schema.inbox <= newest('inbox')) return;
  throw new VigieError('backup_newer', { version });
}

/** True when the raw webhooks in use are sound and hold all that the backup holds. */
async function continues(backedUp: string, inUse: string): Promise<boolean> {
  if (!existsSync(inUse) || (await checkFile(inUse)).kind === 'damaged') return false;
  const last = lastRequest(backedUp);
  return last === null || requestAt(inUse, last.id) === last.receivedAt;
}

function lastRequest(file: string): { id: number; receivedAt: number } | null {
  return reading(file, (database) => {
    const last = database.prepare<[], { id: number; receivedAt: number }>(
      `SELECT id, received_at AS receivedAt FROM webhook_inbox ORDER BY id DESC LIMIT 1`,
    );
    return last.get() ?? null;
  });
}

function requestAt(file: string, id: number): number | null {
  return reading(file, (database) => {
    const received = database.prepare<{ id: number }, number>(`SELECT received_at FROM webhook_inbox WHERE id = @id`);
    return received.pluck().get({ id }) ?? null;
  });
}

function reading<Found>(file: string, look: (database: Database) => Found): Found {
  const database = openDatabase(file);
  try {
    return look(database);
  } finally {
    database.close();
  }
}

/**
 * What left between the backup and now is not in the file. So nothing leaves for 24 hours, the longest quota window,
 * unless the operator lifts the pause; and a message of before is sent only after the provider was asked about it.
 */
export function markRestored(file: string, about: { createdAt: string; kind: string }, now: number): void {
  reading(file, (database) => {
    database
      .transaction(() => {
        database
          .prepare(
            `INSERT INTO meta (key, value) VALUES ('restored_at', @now)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
          )
          .run({ now: String(now) });
        database
          .prepare(
            `INSERT INTO pauses (scope, target_id, reason, until_at, created_at)
             VALUES ('all', '', 'restored', @until, @now)
             ON CONFLICT (scope, target_id) DO UPDATE SET reason = excluded.reason, until_at = excluded.until_at`,
          )
          .run({ now, until: now + DAY_MS });
        database
          .prepare(
            `INSERT INTO audit (at, actor, action, target, detail)
             VALUES (@now, 'vigie', 'backup.restored', 'workspace', @detail)`,
          )
          .run({ now, detail: JSON.stringify({ madeAt: about.createdAt, kind: about.kind }) });
      })
      .immediate();
  });
}

/**
 * Puts a staged backup in place of the workspace's files; what lay there is kept in a folder `replaced-...` beside them.
 * Has to run before the files are opened. Killed at any point, the next call finishes.
 * @returns false when nothing was staged
 */
export function completeRestore({ folder, secretsFolder, demo }: WorkspaceFolders): boolean {
  const [name] = stagedIn(folder);
  if (name === undefined) return false;
  const staged = path.join(folder, name);
  const replaced = path.join(folder, name.replace('restoring', 'replaced'));
  mkdirSync(replaced, { recursive: true, mode: 0o700 });
  forgetMarks(folder);
  for (const file of BACKUP_FILES) {
    if (!existsSync(path.join(staged, file))) continue;
    const home = homeOf(file, { folder, secretsFolder });
    for (const former of [file, `${file}-wal`, `${file}-shm`]) {
      if (existsSync(path.join(home, former))) renameSync(path.join(home, former), path.join(replaced, former));
    }
    syncFolder(replaced);
    renameSync(path.join(staged, file), path.join(home, file));
    syncFolder(home);
  }
  if (!demo) leaveDemo(secretsFolder);
  rmSync(staged, { recursive: true });
  syncFolder(folder);
  return true;
}

function stagedIn(folder: string): string[] {
  // The folder of a demo is made when it is first opened.
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => STAGED.test(name));
}

function homeOf(name: BackupFile, folders: { folder: string; secretsFolder: string }): string {
  return name === 'secrets.json' ? folders.secretsFolder : folders.folder;
}
