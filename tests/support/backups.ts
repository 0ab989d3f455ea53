import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { VigieError } from '../../backend/contract/errors.ts';
import { createAudit } from '../../backend/storage/audit.ts';
import type { ArchiveKeys } from '../../backend/storage/backups/archivedSecrets.ts';
import { createBackups, type Backups } from '../../backend/storage/backups/backups.ts';
import { loadSecrets } from '../../backend/storage/secrets.ts';
import { openStore, type Store } from '../../backend/storage/store.ts';
import { MIGRATIONS } from './engine.ts';
import { createFakeClock, type FakeClock } from './fakeClock.ts';
import { column } from './folders.ts';

type Change = {
  demo?: boolean;
  migrationsDir?: string;
  frozen?: VigieError;
  folder?: string;
  keys?: ArchiveKeys;
};

/** A workspace of its own, open, with its backups. */
export type BackupBench = {
  folder: string;
  store: Store;
  clock: FakeClock;
  backups: Backups;
  /** How often a new start was asked for. */
  restarts(): number;
  /** Backups of the same store as another application would see them. */
  backupsAs(change: Change): Backups;
  put(key: string): void;
  receive(body: string): void;
  remove(): void;
};

export function createBackupBench(): BackupBench {
  const folder = mkdtempSync(path.join(tmpdir(), 'vigie-backups-'));
  const clock = createFakeClock('2026-11-20T03:00:00.000Z');
  loadSecrets(folder);
  const store = openStore(folder, MIGRATIONS);
  let restarts = 0;
  const backupsAs = ({ frozen, folder: home = folder, ...change }: Change): Backups =>
    createBackups({
      ...{ ...foldersOf(home), clock, version: '0.1.0', migrationsDir: MIGRATIONS, frozenBy: frozen ?? null },
      opened: frozen === undefined ? { store, audit: createAudit(store.main, clock) } : null,
      restart: () => restarts++,
      ...change,
    });
  return {
    ...{ folder, store, clock, backupsAs, backups: backupsAs({}), restarts: () => restarts },
    put(key) {
      store.main.prepare(`INSERT INTO meta (key, value) VALUES (?, 'x')`).run(key);
    },
    receive(body) {
      store.inbox
        .prepare(`INSERT INTO webhook_inbox (received_at, provider, body) VALUES (?, 'wassenger', ?)`)
        .run(clock.now(), Buffer.from(body));
    },
    remove() {
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const foldersOf = (home: string) => ({ folder: home, secretsFolder: home, demo: false });

/** What `put` wrote into the files of a folder that nobody has open. */
export function keysIn(home: string): string[] {
  return column<string>(path.join(home, 'vigie.db'), `SELECT key FROM meta WHERE key LIKE 'k%' ORDER BY key`);
}

/** Code of the error that a call is refused with. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof VigieError) return error.code;
    throw error;
  }
  return 'no error';
}
