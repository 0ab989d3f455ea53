import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { openDatabase } from '../../backend/storage/database.ts';
import { migrate, readMigrations } from '../../backend/storage/migrate.ts';
import { MIGRATIONS } from '../support/engine.ts';
import { column, temporaryFolders } from '../support/folders.ts';
import {
  JWT_SECRET,
  ROOT,
  startHost,
  startSimulator,
  type RunningHost,
  type RunningSimulator,
} from '../support/processes.ts';

const folder = temporaryFolders('vigie-restore-');
const WITHIN = { timeout: 30_000, interval: 50 };
const CONTACTS = 40;
/** Left of them when the backup is made. */
const LEFT_BEFORE = 10;

const ending: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});
async function start(...[options]: Parameters<typeof startHost>): Promise<RunningHost> {
  const host = await startHost(options);
  ending.push(() => host.end());
  return host;
}
async function simulate(): Promise<RunningSimulator> {
  const simulator = await startSimulator();
  ending.push(() => simulator.end());
  return simulator;
}
const isOk = (host: RunningHost) => async (): Promise<void> => {
  expect((await fetch(`${host.admin}/health`)).status).toBe(200);
};

async function launch(host: RunningHost): Promise<string> {
  const lines = Array.from(
    { length: CONTACTS },
    (_, index) => `+3361234${String(index).padStart(4, '0')};Ada ${index}`,
  );
  await host.call('POST', '/contacts/import?category=Clients', `phone;name\n${lines.join('\n')}\n`);
  const categories = await host.call<{ items: { id: string }[] }>('GET', '/categories');
  const { body } = await host.call<{ id: string }>('POST', '/campaigns', {
    ...{ name: 'Restaurée', categoryIds: categories.body.items.map(({ id }) => id) },
    ...{ message1: { body: 'Bonjour' }, message2: { body: 'Merci' } },
  });
  expect((await host.call('POST', `/campaigns/${body.id}/start`)).status).toBe(200);
  return body.id;
}

it('a machine that went on sending after its backup is put back, and no message leaves twice (REL-6, REL-2, I4, I5)', async () => {
  const simulator = await simulate();
  const dataDir = folder();
  const running = { dataDir, provider: { url: simulator.url, device: simulator.device } };
  const first = await start({ ...running, env: { VIGIE_DAILY_LIMIT: String(LEFT_BEFORE) } });
  const campaign = await launch(first);
  await vi.waitFor(async () => expect(await simulator.ledger()).toHaveLength(LEFT_BEFORE), WITHIN);
  const made = await first.call<{ name: string; path: string }>('POST', '/backups');
  expect(made.status).toBe(201);
  await first.end();

  // Twenty more leave that the backup knows nothing of; then the file breaks.
  const second = await start({ ...running, env: { VIGIE_DAILY_LIMIT: '30' } });
  await vi.waitFor(async () => expect(await simulator.ledger()).toHaveLength(30), WITHIN);
  await second.end('SIGKILL');
  writeFileSync(path.join(dataDir, 'vigie.db'), 'no database');

  const third = await start({ ...running, env: { VIGIE_DAILY_LIMIT: '180' } });
  expect((await fetch(`${third.admin}/health`)).status).toBe(503);
  expect((await third.call('GET', '/campaigns')).status).toBe(503);
  const offered = await third.call<{ name: string }[]>('GET', '/backups');
  expect(offered.body.map(({ name }) => name)).toEqual([made.body.name]);
  const answer = await third.call('POST', `/backups/${made.body.name}/restore`);
  expect([answer.status, answer.body['restarting']]).toEqual([202, true]);
  await vi.waitFor(isOk(third), WITHIN);

  const { body: stats } = await third.call<{ paused: boolean; sent: number }>('GET', '/monitoring/stats');
  expect(stats).toMatchObject({ paused: true, sent: LEFT_BEFORE });
  expect(await simulator.ledger()).toHaveLength(30);
  expect((await third.call('POST', '/sending/resume', { scope: 'all' })).status).toBe(200);
  await vi.waitFor(async () => {
    const { body } = await third.call<{ messagesSent: number }>('GET', `/campaigns/${campaign}`);
    expect(body.messagesSent).toBe(CONTACTS);
  }, WITHIN);
  const references = (await simulator.ledger()).map(({ reference }) => reference);
  expect([references.length, new Set(references).size]).toEqual([CONTACTS, CONTACTS]);
  expect(await third.end()).toBe(0);
  expect(readdirSync(dataDir).filter((name) => /^(replaced|restoring)-/.test(name))).toHaveLength(1);
});

it('the commands carry a workspace to another machine, with and without an application running there (REL-6)', async () => {
  const env: Record<string, string | undefined> = { PATH: process.env['PATH'], VIGIE_JWT_SECRET: JWT_SECRET };
  const cli = (...args: string[]): { status: number | null; stdout: string } =>
    spawnSync(process.execPath, [path.join(ROOT, 'out/main/cli.js'), ...args], { encoding: 'utf8', env });
  const [from, to, archive] = [folder(), folder(), path.join(folder(), 'copy.tar.gz')];
  const host = await start({ dataDir: from });
  await host.call('POST', '/contacts', { name: 'Ada', phone: '+33612345678' });
  expect(cli('backup', archive, '--data-dir', from).status).toBe(0);
  const { stdout: dataKey } = cli('key', 'export', '--data-dir', from);
  expect(await host.end()).toBe(0);

  // Codes in it are encrypted: another machine needs the key (SEC-3).
  expect(cli('restore', archive, '--data-dir', to).status).toBe(1);
  env['VIGIE_DATA_KEY'] = dataKey.trim();
  expect(cli('restore', archive, '--data-dir', to).status).toBe(0);
  const other = await start({ dataDir: to, env: { VIGIE_DATA_KEY: dataKey.trim() } });
  const contacts = async (): Promise<number> =>
    (await other.call<{ items: unknown[] }>('GET', '/contacts')).body.items.length;
  expect(await contacts()).toBe(1);
  await other.call('POST', '/contacts', { name: 'Bea', phone: '+33612345679' });
  const again = cli('restore', archive, '--data-dir', to, '--json');
  expect([again.status, JSON.parse(again.stdout)]).toMatchObject([0, { kind: 'manual' }]);
  await vi.waitFor(async () => expect(await contacts()).toBe(1), WITHIN);
  expect(cli('restore', path.join(to, 'host.json'), '--data-dir', to).status).toBe(1);
  expect(await other.end()).toBe(0);
});

it('a file of an older layout is backed up before it is changed (REL-6)', async () => {
  const dataDir = folder();
  for (const [file, migrations] of [
    ['vigie.db', 'sqlite'],
    ['inbox.db', 'inbox'],
  ] as const) {
    const database = openDatabase(path.join(dataDir, file));
    const [oldest] = readMigrations(path.join(MIGRATIONS, migrations));
    migrate(database, oldest === undefined ? [] : [oldest]);
    database.close();
  }
  writeFileSync(path.join(dataDir, 'install.json'), JSON.stringify({ files: ['vigie.db', 'inbox.db'] }));
  const host = await start({ dataDir });
  const { body } = await host.call<{ kind: string }[]>('GET', '/backups');
  expect(body.map(({ kind }) => kind)).toEqual(['migration']);
  expect(await host.end()).toBe(0);
  expect(column<number>(path.join(dataDir, 'vigie.db'), 'PRAGMA user_version')[0]).toBeGreaterThan(10);
});
