import { copyFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as tar from 'tar';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createBackupBench, keysIn, refusal, type BackupBench } from '../../tests/support/backups.ts';
import { temporaryFolders } from '../../tests/support/folders.ts';
import { MIGRATIONS } from '../../tests/support/engine.ts';
import { loadConfig } from '../config.ts';
import { backupFolder } from '../storage/backups/createBackup.ts';
import { keyRing, type DataKey } from '../storage/encryption/dataKeys.ts';
import { loadSecrets } from '../storage/secrets.ts';
import { restoreFile } from './restoring.ts';

const temporaryFolder = temporaryFolders('vigie-restoring-');
let bench: BackupBench;
beforeEach(() => {
  bench = createBackupBench();
});
afterEach(() => {
  bench.remove();
});

const restore = (archive: string, dataKeys: readonly DataKey[] = []) =>
  restoreFile(archive, {
    config: loadConfig({ dataDir: bench.folder, demo: false }, {}),
    ...{ migrationsDir: MIGRATIONS, running: null, means: { passphrase: null, dataKeys } },
  });
const backups = (): Record<string, string> => {
  const home = backupFolder(bench.folder);
  return Object.fromEntries(readdirSync(home).map((name) => [name, readFileSync(path.join(home, name), 'base64')]));
};
/** The archive again, with another main file than its manifest says. */
async function altered(archive: string): Promise<string> {
  const unpacked = temporaryFolder();
  await tar.extract({ file: archive, cwd: unpacked });
  writeFileSync(path.join(unpacked, 'vigie.db'), 'something else');
  const file = path.join(temporaryFolder(), path.basename(archive));
  await tar.create({ gzip: true, file, cwd: unpacked, portable: true }, readdirSync(unpacked));
  return file;
}

it('a damaged copy of a backup takes the place of nothing, the good one of the same instant least of all (REL-6)', async () => {
  const made = await bench.backups.create('daily', 'operator');
  const before = backups();
  expect(await refusal(restore(await altered(made.path)))).toBe('backup_damaged');
  expect(backups()).toEqual(before);
});

it('a backup of another workspace that bears the same name is kept beside ours, and restored (REL-6)', async () => {
  const own = await bench.backups.create('daily', 'operator');
  const other = createBackupBench();
  const archive = path.join(temporaryFolder(), 'from-a-stick.tar.gz');
  const keys = keyRing([], loadSecrets(other.folder).dataKeys);
  try {
    other.put('k9');
    copyFileSync((await other.backups.create('daily', 'operator')).path, archive);
  } finally {
    other.remove();
  }
  const before = backups();
  bench.store.close();
  const restored = await restore(archive, keys);
  expect(keysIn(bench.folder)).toEqual(['k9']);
  expect(backups()).toMatchObject(before);
  expect([own.name === restored.name, Object.keys(backups())]).toEqual([false, [own.name, restored.name].toSorted()]);
  // Once more: it lies there already.
  await restore(archive, keys);
  expect(Object.keys(backups())).toHaveLength(2);
});
