import {
  chmodSync,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  fsyncSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { backupName, type Backup, type BackupKind } from '../../contract/backups.ts';
import { VigieError } from '../../contract/errors.ts';
import { toIso } from '../../core/days.ts';
import { checkFile } from '../checkFile.ts';
import { openReadOnly, type Database } from '../database.ts';
import { SECRETS_FILE } from '../secretProtection.ts';
import { syncFolder, writeDurably } from '../secrets.ts';
import { packArchive } from './archive.ts';
import { archivedSecrets, type ArchiveKeys } from './archivedSecrets.ts';
import type { WorkspaceFolders } from './restore.ts';

/** The newest of the daily ones and of those before a migration are kept; what the operator made is theirs to delete. */
const KEPT = 3;
const MAKING = 'making';
/** About a millisecond of copying, between which everything else goes on. */
const PAGES_AT_ONCE = 256;

type Request = WorkspaceFolders & {
  kind: BackupKind;
  now: number;
  version: string;
  /** Asked while the files are copied: true gives the backup up, because the application stops. */
  isStopping?: () => boolean;
  /** The open files; absent where nobody has them open. */
  open?: { main: Database; inbox: Database };
  /** How the secrets are kept here, and what opens them. */
  keys?: ArchiveKeys;
};

/**
 * Makes a backup in the folder of backups: a snapshot of each database by SQLite's own backup, which lets writers go on,
 * checked by opening, packed with the secrets, and read again from the disk (REL-6).
 * @throws VigieError `backup_failed` with what went wrong; the backups of before are untouched
 */
export async function createBackup(request: Request): Promise<Backup> {
  const home = backupFolder(request.folder);
  const making = path.join(home, MAKING);
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true, mode: 0o700 });
  try {
    const name = backupNameOf(request.kind, request.now);
    // First the main file: what it knows of the raw webhooks is then in the copy of the second.
    const schema = { main: await snapshot('main', making, request), inbox: await snapshot('inbox', making, request) };
    const secrets = archivedSecrets(request.secretsFolder, request.keys);
    if (secrets !== null) writeDurably(path.join(making, SECRETS_FILE), secrets);
    const archive = path.join(making, name);
    const { kind, version, demo } = request;
    await packArchive(making, archive, { createdAt: toIso(request.now), kind, version, demo, schema });
    publish(archive, path.join(home, name));
    rotate(home, request.kind);
    return describe(home, name);
  } catch (cause) {
    throw cause instanceof VigieError ? cause : new VigieError('backup_failed', { reason: reasonOf(cause) }, { cause });
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

/** Where a workspace keeps its backups. */
export function backupFolder(folder: string): string {
  return path.join(folder, 'backups');
}

/** The backups of a workspace, newest first. */
export function listBackups(folder: string): Backup[] {
  const home = backupFolder(folder);
  if (!existsSync(home)) return [];
  const names = readdirSync(home).filter((name) => backupName.safeParse(name).success);
  return names.map((name) => describe(home, name)).sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1));
}

async function snapshot(which: 'main' | 'inbox', into: string, request: Request): Promise<number> {
  const { folder, open } = request;
  const name = which === 'main' ? 'vigie.db' : 'inbox.db';
  const copy = path.join(into, name);
  const source = open?.[which] ?? openReadOnly(path.join(folder, name));
  try {
    await source.backup(copy, { progress: () => (request.isStopping?.() === true ? stopped() : PAGES_AT_ONCE) });
  } finally {
    if (open === undefined) source.close();
  }
  const check = await checkFile(copy);
  // Reading a file in WAL mode leaves these behind.
  for (const rest of ['-wal', '-shm']) rmSync(`${copy}${rest}`, { force: true });
  if (check.kind === 'damaged') throw new VigieError('backup_failed', { reason: `${name}: ${check.detail}` });
  return check.schema;
}

function stopped(): never {
  throw new VigieError('backup_failed', { reason: 'stopped' });
}

/** On disk under its name, whole, or not there at all. */
export function publish(archive: string, destination: string): void {
  chmodSync(archive, 0o600);
  const handle = openSync(archive, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(archive, destination);
  syncFolder(path.dirname(destination));
}

function rotate(home: string, kind: BackupKind): void {
  if (kind === 'manual') return;
  const own = readdirSync(home).filter(
    (name) => name.endsWith(`-${kind}.tar.gz`) && backupName.safeParse(name).success,
  );
  for (const name of own.sort().reverse().slice(KEPT)) rmSync(path.join(home, name));
}

/** Name of the archive of an instant. */
export function backupNameOf(kind: BackupKind, now: number): string {
  return `vigie-${toIso(now).replaceAll(/[-:.]/g, '')}-${kind}.tar.gz`;
}

const NAME = /^vigie-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-(daily|manual|migration)\./;

function describe(home: string, name: string): Backup {
  const [, year, month, day, hour, minute, second, rest, kind] = NAME.exec(name) ?? [];
  return {
    name,
    kind: kind as BackupKind,
    createdAt: `${year}-${month}-${day}T${hour}:${minute}:${second}.${rest}Z`,
    bytes: statSync(path.join(home, name)).size,
    path: path.join(home, name),
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
