import type { Config } from './config.ts';
import { VigieError } from './contract/errors.ts';
import type { Clock } from './core/clock.ts';
import type { Logger } from './core/logger.ts';
import { createBackup } from './storage/backups/createBackup.ts';
import { completeRestore, type WorkspaceFolders } from './storage/backups/restore.ts';
import { loadSecrets, type Secrets } from './storage/secrets.ts';
import { needsMigration, openStore, type Store } from './storage/store.ts';
import { VERSION } from './version.ts';

/** The files of a workspace, or why they cannot be used (REL-2). */
export type Opened = { kind: 'open'; store: Store; secrets: Secrets } | { kind: 'frozen'; error: VigieError };

/** The settings for the workspace that opens: a line that was set in the application ends the demo (SND-12). */
export function forWorkspace(config: Config): Config {
  return config.demo && hasLeftDemo(config.dataDir) ? Object.freeze({ ...config, demo: false }) : config;
}

function hasLeftDemo(dataDir: string): boolean {
  try {
    return loadSecrets(dataDir).demoLeft;
  } catch (error) {
    // Damaged secrets say why themselves when the folder is opened.
    if (error instanceof VigieError && error.code === 'frozen') return false;
    throw error;
  }
}

type OpenDependencies = { migrationsDir: string; clock: Clock; logger: Logger; mode: 'host' | 'command' };

/** Puts a staged restore in place, backs up what a migration is about to change, and opens the files (REL-6). */
export async function openFolder(folders: WorkspaceFolders, dependencies: OpenDependencies): Promise<Opened> {
  const { migrationsDir, clock, logger, mode } = dependencies;
  try {
    if (mode === 'host' && completeRestore(folders)) logger.warn({}, 'a backup was put in place');
    const secrets = loadSecrets(folders.secretsFolder);
    if (needsMigration(folders.folder, migrationsDir)) await backUpFirst(folders, clock);
    return { kind: 'open', secrets, store: openStore(folders.folder, migrationsDir) };
  } catch (error) {
    if (error instanceof VigieError && error.code === 'frozen') return { kind: 'frozen', error };
    throw error;
  }
}

/** A layout is not changed without a way back. */
async function backUpFirst(folders: WorkspaceFolders, clock: Clock): Promise<void> {
  try {
    await createBackup({ ...folders, kind: 'migration', now: clock.now(), version: VERSION });
  } catch (cause) {
    const detail = cause instanceof VigieError ? String(cause.data?.['reason'] ?? cause.code) : 'unexpected';
    throw new VigieError('frozen', { reason: 'backup_failed', detail }, { cause });
  }
}
