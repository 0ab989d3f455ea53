import SQLite from 'better-sqlite3';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openStore } from '../../backend/storage/store.ts';
import { MIGRATIONS } from '../support/engine.ts';
import { temporaryFolders } from '../support/folders.ts';
import { PLANTED_TEXT } from '../support/hostLogs.ts';
import { startHost, startSimulator, type RunningHost, type RunningSimulator } from '../support/processes.ts';
import { playRounds } from '../support/repetitions.ts';

const folder = temporaryFolders('vigie-folder-');
const WITHIN = { timeout: 30_000, interval: 50 };
const ENGLISH = { VIGIE_LOCALE: 'en' };
const IN_USE = /already open with this folder/;
const NOBODY = '65534';

const running: RunningHost[] = [];
let simulator: RunningSimulator | null = null;
async function start(dataDir: string, options: Partial<Parameters<typeof startHost>[0]> = {}): Promise<RunningHost> {
  const host = await startHost({ dataDir, env: ENGLISH, ...options });
  running.push(host);
  return host;
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((host) => host.end('SIGKILL')));
  await simulator?.end('SIGKILL');
  simulator = null;
});

async function health(host: RunningHost): Promise<number> {
  return (await fetch(`${host.admin}/health`)).status;
}

describe('two hosts on one folder', () => {
  it('never run both: of those started at once one runs, the others end and say so (fault 9; REL-2, I4)', async () => {
    simulator = await startSimulator();
    const dataDir = folder();
    await playRounds({ run: 2, long: 10 }, async ({ number: round }) => {
      const started = await Promise.allSettled(
        Array.from({ length: 3 }, () => start(dataDir, { provider: simulator! })),
      );
      const [winner, ...others] = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      expect(others).toEqual([]);
      const refusals = started.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
      expect(refusals).toHaveLength(2);
      for (const refusal of refusals) expect(refusal).toMatch(/ended with 1 [^]*already open with this folder/);

      expect(await health(winner!)).toBe(200);
      const queued = await winner!.call('POST', '/messages', { to: '+33639980001', body: `${PLANTED_TEXT} ${round}` });
      expect(queued.status).toBe(202);
      const { ledger } = simulator!;
      await vi.waitFor(async () => {
        expect(await ledger()).toHaveLength(round + 1);
      }, WITHIN);
      // A killed host leaves no lock behind.
      await winner!.end('SIGKILL');
    });
  });

  it('do not disturb each other: the second one leaves the folder of the first as it is (fault 9; REL-2)', async () => {
    const dataDir = folder();
    const first = await start(dataDir);
    const before = readdirSync(dataDir).sort();
    await expect(start(dataDir)).rejects.toThrow(IN_USE);
    expect(readdirSync(dataDir).sort()).toEqual(before);
    expect(await health(first)).toBe(200);
    expect(await first.end()).toBe(0);
  });
});

describe('a folder that cannot be used', () => {
  let used: string;
  beforeAll(() => {
    used = path.join(spawnSync('mktemp', ['-d']).stdout.toString().trim(), 'used');
    openStore(used, MIGRATIONS).close();
    return () => {
      rmSync(path.dirname(used), { recursive: true, force: true });
    };
  });
  const copy = (): string => {
    const dataDir = path.join(folder(), 'data');
    cpSync(used, dataDir, { recursive: true });
    return dataDir;
  };
  /** Starts a host that has to be frozen, and gives what it says. */
  async function frozen(dataDir: string): Promise<string> {
    const host = await start(dataDir);
    expect(await health(host)).toBe(503);
    expect(host.webhooks).toBe('-');
    expect(await host.end()).toBe(0);
    return host.stderr();
  }

  for (const name of ['vigie.db', 'inbox.db']) {
    it(`freezes the host when ${name} is a directory (fault 9; REL-2)`, async () => {
      const dataDir = copy();
      rmSync(path.join(dataDir, name));
      mkdirSync(path.join(dataDir, name));
      expect(await frozen(dataDir)).toMatch(/file_unusable/);
      expect(readdirSync(path.join(dataDir, name))).toEqual([]);
    });
  }

  it('freezes the host when another program has locked vigie.db, and frees it afterwards (fault 9; REL-2)', async () => {
    const dataDir = copy();
    const other = new SQLite(path.join(dataDir, 'vigie.db'));
    other.pragma('locking_mode = EXCLUSIVE');
    other.exec(`BEGIN IMMEDIATE; INSERT INTO meta (key, value) VALUES ('other', 'program'); COMMIT`);
    expect(await frozen(dataDir)).toMatch(/file_unusable/);
    other.close();
    expect(await health(await start(dataDir))).toBe(200);
  });

  it('freezes the host when a file may only be read (fault 9; REL-2)', async () => {
    const dataDir = copy();
    const asNobody = process.getuid?.() === 0 ? ['setpriv', '--reuid', NOBODY, '--clear-groups'] : [];
    if (asNobody.length > 0) {
      chmodSync(path.dirname(dataDir), 0o755);
      for (const file of [dataDir, path.join(dataDir, 'install.json')]) chownSync(file, Number(NOBODY), -1);
    }
    for (const name of ['vigie.db', 'inbox.db']) chmodSync(path.join(dataDir, name), 0o444);
    const host = await start(dataDir, { under: asNobody });
    expect(await health(host)).toBe(503);
    expect(host.stderr()).toMatch(/file_unusable/);
    await host.end();
  });

  it('ends the host with a reason when the folder may only be read (fault 9; REL-2)', async () => {
    const dataDir = copy();
    const asNobody = process.getuid?.() === 0 ? ['setpriv', '--reuid', NOBODY, '--clear-groups'] : [];
    if (asNobody.length > 0) chmodSync(path.dirname(dataDir), 0o755);
    chmodSync(dataDir, 0o555);
    const before = readdirSync(dataDir);
    await expect(start(dataDir, { under: asNobody })).rejects.toThrow(/ended with 1 [^]*cannot be used/);
    expect(readdirSync(dataDir)).toEqual(before);
    chmodSync(dataDir, 0o755);
  });

  it('ends the host with a reason when it is a file, or its lock cannot be used (fault 9; REL-2)', async () => {
    const file = path.join(folder(), 'file');
    writeFileSync(file, 'not a folder');
    await expect(start(file)).rejects.toThrow(/ended with 1 [^]*EEXIST/);
    const lockIsFolder = copy();
    mkdirSync(path.join(lockIsFolder, 'host.lock'));
    await expect(start(lockIsFolder)).rejects.toThrow(/ended with 1 [^]*cannot be used/);
    const lockIsGarbage = copy();
    writeFileSync(path.join(lockIsGarbage, 'host.lock'), Buffer.alloc(1024, 0x5a));
    await expect(start(lockIsGarbage)).rejects.toThrow(/ended with 1 [^]*host\.lock/);
  });
});
