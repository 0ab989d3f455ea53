import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Backup, BackupKind } from '../../contract/backups.ts';
import { VigieError } from '../../contract/errors.ts';
import type { Clock } from '../../core/clock.ts';
import type { Audit } from '../audit.ts';
import type { Store } from '../store.ts';
import type { ArchiveKeys } from './archivedSecrets.ts';
import { backupFolder, createBackup, listBackups } from './createBackup.ts';
import { stageRestore, type WorkspaceFolders } from './restore.ts';

export type Backups = {
  list(): Backup[];
  /** @throws VigieError `backup_failed`, `conflict` while another one is being made, `frozen` when the files are */
  create(kind: BackupKind, actor: string): Promise<Backup>;
  /**
   * Checks a backup, puts it ready, and asks for a new start, which puts it in place.
   * @throws VigieError `not_found`, `backup_damaged`, `backup_newer`, `backup_of_other_workspace`
   */
  restore(name: string, actor: string): Promise<Backup>;
  /** Gives up a backup that is being made. */
  stop(): void;
};

type BackupDependencies = WorkspaceFolders & {
  /** Null while the workspace is frozen: then there is nothing to back up, and all the more to restore. */
  opened: { store: Store; audit: Audit } | null;
  frozenBy: VigieError | null;
  keys?: ArchiveKeys;
  migrationsDir: string;
  clock: Clock;
  version: string;
  /** The application must start anew. */
  restart: () => void;
};

/** Backups of a workspace and the way back (REL-6, REL-2). */
export function createBackups(dependencies: BackupDependencies): Backups {
  const { folder, opened, frozenBy, clock, version, restart } = dependencies;
  /** Both write a whole copy of the workspace: one at a time. */
  let busy = false;
  let stopping = false;

  async function alone<Result>(work: () => Promise<Result>): Promise<Result> {
    if (busy) throw new VigieError('backup_busy');
    busy = true;
    try {
      return await work();
    } finally {
      busy = false;
    }
  }

  return {
    list: () => listBackups(folder),
    stop() {
      stopping = true;
    },

    create: (kind, actor) =>
      alone(async () => {
        if (opened === null) throw frozenBy ?? new VigieError('frozen');
        const made = await createBackup({
          ...{ ...dependencies, kind, version, now: clock.now(), open: opened.store },
          isStopping: () => stopping,
        });
        opened.audit.write({ actor, action: 'backup.create', target: made.name, detail: { bytes: made.bytes } });
        return made;
      }),

    restore: (name, actor) =>
      alone(async () => {
        const archive = path.join(backupFolder(folder), name);
        const found = listBackups(folder).find((backup) => backup.name === name);
        if (found === undefined || !existsSync(archive)) throw new VigieError('not_found');
        await stageRestore(archive, { ...dependencies, now: clock.now() });
        opened?.audit.write({ actor, action: 'backup.restore', target: name });
        restart();
        return found;
      }),
  };
}
