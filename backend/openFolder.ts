import type { Config } from './config.ts';
import { VigieError } from './contract/errors.ts';
import type { Clock } from './core/clock.ts';
import type { Logger } from './core/logger.ts';
import type { ArchiveKeys } from './storage/backups/archivedSecrets.ts';
import { createBackup } from './storage/backups/createBackup.ts';
import { completeRestore, type WorkspaceFolders } from './storage/backups/restore.ts';
import { keyRing } from './storage/encryption/dataKeys.ts';
import { refuseMissingKey } from './storage/encryption/sealingKeys.ts';
import { openProtection, type KeyMeans, type SecretProtection } from './storage/secretProtection.ts';
import { loadSecrets, type Secrets } from './storage/secrets.ts';
import { hasLeftDemo, needsMigration, openStore, type Store } from './storage/store.ts';
import { VERSION } from './version.ts';

/** The files of a workspace, or why they cannot be used (REL-2). */
export type Opened =
  | { kind: 'open'; store: Store; secrets: Secrets; protection: SecretProtection }
  /** The secrets are null when they could not be opened either. */
  | { kind: 'frozen'; error: VigieError; secrets: Secrets | null; protection: SecretProtection | null };

/** The settings for the workspace that opens: a line that was set in the application ends the demo (SND-12). */
export function forWorkspace(config: Config): Config {
  return config.demo && hasLeftDemo(config.dataDir) ? Object.freeze({ ...config, demo: false }) : config;
}

type OpenDependencies = {
  migrationsDir: string;
  clock: Clock;
  logger: Logger;
  mode: 'host' | 'command';
  means: KeyMeans;
};

/** Puts a staged restore in place, backs up what a migration is about to change, and opens the files (REL-6). */
export async function openFolder(folders: WorkspaceFolders, dependencies: OpenDependencies): Promise<Opened> {
  const { migrationsDir, clock, logger, mode, means } = dependencies;
  let secrets: Secrets | null = null;
  let protection: SecretProtection | null = null;
  try {
    if (mode === 'host' && completeRestore(folders)) logger.warn({}, 'a backup was put in place');
    protection = await openProtection(folders.secretsFolder, means);
    secrets = loadSecrets(folders.secretsFolder, protection);
    if (needsMigration(folders.folder, migrationsDir))
      await backUpFirst({ ...folders, keys: { means, protection } }, clock);
    const store = openStore(folders.folder, migrationsDir);
    try {
      refuseMissingKey(store.main, keyRing(means.dataKeys, secrets.dataKeys));
    } catch (error) {
      store.close();
      throw error;
    }
    return { kind: 'open', secrets, protection, store };
  } catch (error) {
    if (error instanceof VigieError && error.code === 'frozen') return { kind: 'frozen', error, secrets, protection };
    throw error;
  }
}

/** A layout is not changed without a way back. */
async function backUpFirst(folders: WorkspaceFolders & { keys: ArchiveKeys }, clock: Clock): Promise<void> {
  try {
    await createBackup({ ...folders, kind: 'migration', now: clock.now(), version: VERSION });
  } catch (cause) {
    const detail = cause instanceof VigieError ? String(cause.data?.['reason'] ?? cause.code) : 'unexpected';
    throw new VigieError('frozen', { reason: 'backup_failed', detail }, { cause });
  }
}
