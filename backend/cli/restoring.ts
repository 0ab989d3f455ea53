import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Backup } from '../contract/backups.ts';
import type { Config } from '../config.ts';
import { systemClock } from '../core/clock.ts';
import { checkArchive, type Manifest } from '../storage/backups/archive.ts';
import { backupFolder, backupNameOf, listBackups, publish } from '../storage/backups/createBackup.ts';
import { completeRestore, stageRestore } from '../storage/backups/restore.ts';
import { protectionAtHand, type KeyMeans } from '../storage/secretProtection.ts';
import { demoFolder, lockFolder } from '../storage/store.ts';
import { CommandError, type Client } from './command.ts';

/**
 * Restores a workspace from an archive that lies anywhere. An application that runs on the folder does it and starts
 * anew; without one the files are put in place here.
 * @throws CommandError, VigieError when the archive cannot be used; then nothing was changed
 */
export async function restoreFile(
  archive: string,
  target: { config: Config; migrationsDir: string; running: Client | null; means: KeyMeans },
): Promise<Backup> {
  const { config, migrationsDir, running, means } = target;
  if (!existsSync(archive)) throw new CommandError('failure.file_missing', { file: archive });
  const about = await checkArchive(archive);
  const { demo } = about;
  const folder = demo ? demoFolder(config.dataDir) : config.dataDir;
  const kept = await keepArchive(archive, backupFolder(folder), about);
  const name = path.basename(kept);

  if (running !== null) return (await running.backups.restore({ name })).backup;
  const unlock = lockFolder(config.dataDir);
  try {
    const folders = { folder, secretsFolder: config.dataDir, demo };
    const keys = { means, protection: await protectionAtHand(config.dataDir, means) };
    await stageRestore(kept, { ...folders, migrationsDir, keys, now: systemClock.now() });
    completeRestore(folders);
  } finally {
    unlock();
  }
  const restored = listBackups(folder).find((backup) => backup.name === name);
  if (restored === undefined) throw new CommandError('failure.file_missing', { file: kept });
  return restored;
}

/**
 * Puts an archive among the backups of its workspace, whole or not at all; one of the same name with other content stays.
 * @returns where it lies then
 */
async function keepArchive(archive: string, home: string, { createdAt, kind }: Manifest): Promise<string> {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const digest = await digestOf(archive);
  for (let at = Date.parse(createdAt); ; at++) {
    const kept = path.join(home, backupNameOf(kind, at));
    if (existsSync(kept)) {
      if ((await digestOf(kept)) === digest) return kept;
      continue;
    }
    const partial = path.join(home, 'taking.partial');
    try {
      await copyFile(archive, partial);
      publish(partial, kept);
    } finally {
      rmSync(partial, { force: true });
    }
    return kept;
  }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Copies a backup to where the operator wants it. @throws CommandError in words */
export async function copyBackup(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new CommandError('failure.file_unwritable', { file: to, reason }, { cause });
  }
}
