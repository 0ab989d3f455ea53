import type * as fileSystem from 'node:fs';
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as tar from 'tar';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBackupBench, foldersOf, keysIn, refusal, type BackupBench } from '../../../tests/support/backups.ts';
import { MIGRATIONS } from '../../../tests/support/engine.ts';
import { column, temporaryFolders } from '../../../tests/support/folders.ts';
import type { BackupKind } from '../../contract/backups.ts';
import { VigieError } from '../../contract/errors.ts';
import { DAY_MS, HOUR_MS } from '../../core/days.ts';
import { loadSecrets } from '../secrets.ts';
import { openStore } from '../store.ts';
import { backupFolder } from './createBackup.ts';
import { completeRestore } from './restore.ts';

type Fs = typeof fileSystem;
const renames = vi.hoisted(() => ({ left: Infinity }));
vi.mock('node:fs', async (importActual) => {
  const actual = await importActual<Fs>();
  const renameSync: Fs['renameSync'] = (from, to) => {
    if (renames.left-- <= 0) throw new Error('killed');
    actual.renameSync(from, to);
  };
  return { ...actual, renameSync };
});

const temporaryFolder = temporaryFolders('vigie-restored-');
let bench: BackupBench;
beforeEach(() => {
  renames.left = Infinity;
  bench = createBackupBench();
});
afterEach(() => {
  bench.remove();
});

/** Stops, puts what is staged in place, and leaves the files closed. */
function restart(): void {
  bench.store.close();
  completeRestore(foldersOf(bench.folder));
}

describe('a backup', () => {
  it('holds both files and the secrets, and says where it lies (REL-6)', async () => {
    bench.put('k1');
    const made = await bench.backups.create('manual', 'operator');
    expect(made).toMatchObject({
      kind: 'manual',
      createdAt: '2026-11-20T03:00:00.000Z',
      path: path.join(backupFolder(bench.folder), made.name),
    });
    expect(bench.backups.list()).toEqual([made]);
    const names: string[] = [];
    await tar.list({ file: made.path, onReadEntry: (entry) => names.push(entry.path) });
    expect(names).toEqual(['backup.json', 'vigie.db', 'inbox.db', 'secrets.json']);
    expect(readdirSync(backupFolder(bench.folder))).toEqual([made.name]);
  });

  it('is whole although messages are recorded while it is made (REL-6)', async () => {
    const insert = bench.store.main.prepare(`INSERT INTO meta (key, value) VALUES (?, ?)`);
    const fill = bench.store.main.transaction(() => {
      for (let index = 0; index < 20_000; index++) insert.run(`fill-${index}`, 'x'.repeat(200));
    });
    fill();
    let writing = true;
    let written = 0;
    const write = (): void => {
      if (!writing) return;
      bench.put(`k${written++}`);
      setImmediate(write);
    };
    write();
    const made = await bench.backups.create('daily', 'vigie');
    writing = false;
    expect(written).toBeGreaterThan(2);
    await bench.backups.restore(made.name, 'operator');
    restart();
    const found = keysIn(bench.folder);
    // What was committed before the end of the copy, without a gap.
    expect(found).toEqual(Array.from({ length: found.length }, (_, index) => `k${index}`).sort());
  });

  it('is kept three times, and one that the operator made always (REL-6)', async () => {
    for (const kind of ['daily', 'manual'] as BackupKind[]) {
      for (let round = 0; round < 4; round++) {
        await bench.clock.advance(HOUR_MS);
        await bench.backups.create(kind, 'vigie');
      }
    }
    const kinds = bench.backups.list().map(({ kind }) => kind);
    expect(kinds).toEqual(['manual', 'manual', 'manual', 'manual', 'daily', 'daily', 'daily']);
    const times = bench.backups.list().map(({ createdAt }) => createdAt);
    expect(times).toEqual(times.toSorted().reverse());
  });

  it('is not made of files that are frozen (REL-2)', async () => {
    const frozen = new VigieError('frozen', { reason: 'file_damaged', file: 'vigie.db' });
    await expect(bench.backupsAs({ folder: bench.folder, frozen }).create('manual', 'operator')).rejects.toBe(frozen);
  });

  it('that cannot be written says so and leaves the earlier ones (REL-3, REL-6)', async () => {
    const first = await bench.backups.create('daily', 'vigie');
    await bench.clock.advance(HOUR_MS);
    writeFileSync(path.join(backupFolder(bench.folder), 'making'), 'a file in the way');
    renames.left = 1;
    expect(await refusal(bench.backups.create('daily', 'vigie'))).toBe('backup_failed');
    renames.left = Infinity;
    expect(bench.backups.list()).toEqual([first]);
    expect((await bench.backups.create('daily', 'vigie')).kind).toBe('daily');
  });

  it('is given up when the application stops (DSK-7)', async () => {
    const making = bench.backups.create('daily', 'vigie');
    bench.backups.stop();
    expect(await refusal(making)).toBe('backup_failed');
    expect(bench.backups.list()).toEqual([]);
  });

  it('is made one at a time', async () => {
    const first = bench.backups.create('daily', 'vigie');
    expect(await refusal(bench.backups.create('manual', 'operator'))).toBe('backup_busy');
    expect((await first).kind).toBe('daily');
  });
});

describe('a restore', () => {
  it('brings back the files, keeps those in use aside, and pauses sending for 24 hours (REL-6, MON-3)', async () => {
    bench.put('k1');
    const made = await bench.backups.create('manual', 'operator');
    bench.put('k2');
    await bench.clock.advance(HOUR_MS);
    await bench.backups.restore(made.name, 'operator');
    expect(bench.restarts()).toBe(1);
    expect(keysIn(bench.folder)).toEqual(['k1', 'k2']);
    restart();
    expect(keysIn(bench.folder)).toEqual(['k1']);
    const aside = readdirSync(bench.folder).find((name) => name.startsWith('replaced-')) ?? '';
    expect(keysIn(path.join(bench.folder, aside))).toEqual(['k1', 'k2']);
    const file = path.join(bench.folder, 'vigie.db');
    expect(column(file, `SELECT until_at FROM pauses WHERE scope = 'all' AND reason = 'restored'`)).toEqual([
      bench.clock.now() + DAY_MS,
    ]);
    expect(column(file, `SELECT value FROM meta WHERE key = 'restored_at'`)).toEqual([String(bench.clock.now())]);
    expect(column(file, `SELECT action FROM audit ORDER BY id DESC LIMIT 1`)).toEqual(['backup.restored']);
    expect(completeRestore(foldersOf(bench.folder))).toBe(false);
    expect(completeRestore(foldersOf(path.join(bench.folder, 'not-there-yet')))).toBe(false);
  });

  it('keeps the webhooks that were received since the backup (WHK-2)', async () => {
    bench.receive('before');
    const made = await bench.backups.create('manual', 'operator');
    bench.receive('after');
    await bench.backups.restore(made.name, 'operator');
    restart();
    const bodies = column<Buffer>(path.join(bench.folder, 'inbox.db'), `SELECT body FROM webhook_inbox ORDER BY id`);
    expect(bodies.map(String)).toEqual(['before', 'after']);
  });

  it('takes the webhooks of the backup on another machine (REL-6)', async () => {
    bench.receive('before');
    const made = await bench.backups.create('manual', 'operator');
    const other = temporaryFolder();
    openStore(other, MIGRATIONS).close();
    mkdirSync(backupFolder(other));
    copyFileSync(made.path, path.join(backupFolder(other), made.name));
    await bench.backupsAs({ folder: other, frozen: new VigieError('frozen') }).restore(made.name, 'operator');
    completeRestore(foldersOf(other));
    expect(column(path.join(other, 'inbox.db'), `SELECT count(*) FROM webhook_inbox`)).toEqual([1]);
    // A workspace that was put back is opened, whatever the secrets of the backup say of a demo.
    expect(loadSecrets(other)).toEqual({ ...loadSecrets(bench.folder), demoLeft: true });
  });

  it('leads out of a frozen start whose file is gone, empty or garbage (REL-2)', async () => {
    bench.put('k1');
    const made = await bench.backups.create('daily', 'vigie');
    bench.store.close();
    for (const content of [null, '', 'x'.repeat(9_000)]) {
      rmSync(path.join(bench.folder, 'vigie.db'));
      if (content !== null) writeFileSync(path.join(bench.folder, 'vigie.db'), content);
      const frozen = new VigieError('frozen', { reason: 'file_damaged', file: 'vigie.db' });
      await bench.backupsAs({ folder: bench.folder, frozen }).restore(made.name, 'operator');
      expect(completeRestore(foldersOf(bench.folder))).toBe(true);
      expect(keysIn(bench.folder)).toEqual(['k1']);
    }
  });

  it('killed at every step is finished by the next start (REL-1, REL-6)', async () => {
    bench.put('k1');
    bench.receive('raw');
    const made = await bench.backups.create('manual', 'operator');
    bench.put('k2');
    bench.store.inbox.exec('DELETE FROM webhook_inbox');
    bench.store.close();
    const before = temporaryFolder();
    for (const name of ['vigie.db', 'inbox.db', 'secrets.json'])
      copyFileSync(path.join(bench.folder, name), path.join(before, name));
    let kills = 0;
    for (let step = 0; ; step++) {
      const home = temporaryFolder();
      for (const name of readdirSync(before)) copyFileSync(path.join(before, name), path.join(home, name));
      mkdirSync(backupFolder(home));
      copyFileSync(made.path, path.join(backupFolder(home), made.name));
      const frozen = new VigieError('frozen');
      await bench.backupsAs({ folder: home, frozen }).restore(made.name, 'operator');
      renames.left = step;
      try {
        completeRestore(foldersOf(home));
      } catch {
        kills++;
      }
      const wasKilled = renames.left < 0;
      renames.left = Infinity;
      completeRestore(foldersOf(home));
      expect(keysIn(home)).toEqual(['k1']);
      expect(column(path.join(home, 'inbox.db'), `SELECT count(*) FROM webhook_inbox`)).toEqual([1]);
      const aside = readdirSync(home).filter((name) => name.startsWith('replaced-'));
      expect(aside).toHaveLength(1);
      expect(keysIn(path.join(home, aside[0] ?? ''))).toEqual(['k1', 'k2']);
      if (!wasKilled) break;
    }
    expect(kills).toBeGreaterThanOrEqual(6);
  });
});
