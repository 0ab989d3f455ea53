import { z } from 'zod';
import { instant } from './common.ts';

/** Why a backup was made: by the daily job, by the operator, or before the file's layout changed (REL-6). */
export const backupKind = z.enum(['daily', 'manual', 'migration']);
export type BackupKind = z.infer<typeof backupKind>;

/** Name of an archive in the folder of backups; nothing else is opened by it. */
export const backupName = z.string().regex(/^vigie-\d{8}T\d{9}Z-(daily|manual|migration)\.tar\.gz$/);

/** A backup that was read again and found good when it was made. */
export const backup = z.object({
  name: backupName,
  kind: backupKind,
  createdAt: instant,
  bytes: z.int(),
  /** Where it lies on the machine that the application runs on. */
  path: z.string(),
});
export type Backup = z.infer<typeof backup>;

export const byBackupName = z.object({ name: backupName });
/** The application starts anew on the restored files; it answers again within seconds. */
export const restoreStarted = z.object({ restarting: z.literal(true), backup });
