import { copyFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as tar from 'tar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBackupBench, refusal, type BackupBench } from '../../../tests/support/backups.ts';
import { digests, temporaryFolders } from '../../../tests/support/folders.ts';
import { backupFolder } from './createBackup.ts';

const temporaryFolder = temporaryFolders('vigie-archives-');
let bench: BackupBench;
beforeEach(() => {
  bench = createBackupBench();
});
afterEach(() => {
  bench.remove();
});

describe('an archive that cannot be restored changes nothing:', () => {
  const inBackups = (name: string): string => path.join(backupFolder(bench.folder), name);
  const NAME = 'vigie-20261119T030000000Z-manual.tar.gz';

  /** Tries to restore an archive that a test has put under `NAME`. */
  async function expectRefused(code: string, backups = bench.backups): Promise<void> {
    const before = digests(bench.folder);
    expect(await refusal(backups.restore(NAME, 'operator'))).toBe(code);
    expect(digests(bench.folder)).toEqual(before);
    expect(readdirSync(bench.folder).filter((name) => name.startsWith('restoring'))).toEqual([]);
    expect(bench.restarts()).toBe(0);
  }
  /** An archive with the files of a good one and a few others. */
  async function packed(change: (unpacked: string) => string[]): Promise<void> {
    const made = await bench.backups.create('manual', 'operator');
    const unpacked = temporaryFolder();
    await tar.extract({ file: made.path, cwd: unpacked });
    const names = [...readdirSync(unpacked), ...change(unpacked)];
    await tar.create({ gzip: true, file: inBackups(NAME), cwd: unpacked, preservePaths: true }, names);
  }

  it('none of that name', async () => {
    await expectRefused('not_found');
  });

  it('truncated, or with other bytes (REL-6)', async () => {
    const made = await bench.backups.create('manual', 'operator');
    const bytes = readFileSync(made.path);
    for (const at of [0, 20, Math.floor(bytes.length / 2), bytes.length - 5]) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 0xff;
      writeFileSync(inBackups(NAME), altered);
      await expectRefused('backup_damaged');
    }
    copyFileSync(made.path, inBackups(NAME));
    truncateSync(inBackups(NAME), Math.floor(bytes.length / 2));
    await expectRefused('backup_damaged');
  });

  it('with names that lead out of its folder (SEC-6)', async () => {
    const outside = path.join(temporaryFolder(), 'outside');
    writeFileSync(outside, 'written');
    await packed((unpacked) => [path.relative(unpacked, outside)]);
    await expectRefused('backup_damaged');
    await packed(() => [outside]);
    await expectRefused('backup_damaged');
  });

  it('with a file that no backup holds (SEC-6)', async () => {
    await packed((unpacked) => {
      writeFileSync(path.join(unpacked, 'host.json'), '{}');
      return ['host.json'];
    });
    await expectRefused('backup_damaged');
  });

  it('of a newer version (REL-6)', async () => {
    copyFileSync((await bench.backups.create('manual', 'operator')).path, inBackups(NAME));
    const older = path.join(temporaryFolder(), 'migrations');
    mkdirSync(path.join(older, 'sqlite'), { recursive: true });
    mkdirSync(path.join(older, 'inbox'));
    await expectRefused('backup_newer', bench.backupsAs({ migrationsDir: older }));
  });

  it('of the demo in a real workspace', async () => {
    const demo = bench.backupsAs({ demo: true });
    copyFileSync((await demo.create('manual', 'operator')).path, inBackups(NAME));
    await expectRefused('backup_of_other_workspace');
  });
});
