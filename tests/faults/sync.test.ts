import { execFile } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { Attempt } from '../../backend/contract/attempts.ts';
import type { Campaign } from '../../backend/contract/campaigns.ts';
import type { SyncStatus } from '../../backend/contract/sync.ts';
import { systemClock } from '../../backend/core/clock.ts';
import { DAY_MS, HOUR_MS } from '../../backend/core/days.ts';
import { integerBetween, type Random } from '../../backend/core/random.ts';
import { openDatabase } from '../../backend/storage/database.ts';
import { temporaryFolders } from '../support/folders.ts';
import { JWT_SECRET, ROOT, startHost, startSimulator, type RunningHost } from '../support/processes.ts';
import { playRounds } from '../support/repetitions.ts';
import { incoming } from '../support/wassengerEvents.ts';
import { SERVICE_KEY, startAdapter, type Adapter, type Fault } from '../support/supabase/adapter.ts';
import { someChanges } from '../support/supabase/changes.ts';
import { emptyEngine, migrateEngine, startPglite, type Engine } from '../support/supabase/engine.ts';
import { createMachine, expectCopied, remoteRows, type Machine } from '../support/supabase/machine.ts';

const COUNT = { run: 20, long: 500 };
/** Seven days of work of a machine that sends all day: what arrives once Supabase is back arrives within this. */
const BACK_WITHIN_MS = 10_000;

let engine: Engine;
let adapter: Adapter;
const machines: Machine[] = [];
beforeAll(async () => {
  engine = await startPglite();
  await migrateEngine(engine);
  adapter = await startAdapter(engine);
}, 180_000);
afterEach(async () => {
  healthy();
  for (const machine of machines.splice(0)) {
    await machine.sync.stop();
    machine.remove();
  }
  await emptyEngine(engine);
});
afterAll(async () => {
  await adapter.close();
  await engine.close();
});

const healthy = (): void => {
  adapter.fault = () => ({ kind: 'none' });
};
function machine(source: string, account = source): Machine {
  const made = createMachine({ url: adapter.url, source, account });
  // These are about rules, not about durability.
  made.database.pragma('synchronous = OFF');
  machines.push(made);
  return made;
}

/** Works and copies while something goes wrong now and then, then heals: the copy equals the file (I9). */
async function workThrough(made: Machine, random: Random, wrong: () => Fault): Promise<void> {
  adapter.fault = () => (random.next() < 0.7 ? wrong() : { kind: 'none' });
  for (let turn = 0; turn < 3; turn++) {
    someChanges(made, random, integerBetween(random, 1, 12));
    await made.sync.push({ hourly: random.next() < 0.5 });
  }
  healthy();
  await made.sync.push({ hourly: true });
  expect([made.sync.problem, made.sync.outbox.countWaiting(), made.sync.outbox.setAsideRows().count]).toEqual([
    null,
    0,
    0,
  ]);
  await expectCopied(engine, made);
}

const one = <Item>(random: Random, items: readonly Item[]): Item => items[integerBetween(random, 0, items.length - 1)]!;

it.each<[string, (random: Random) => Fault]>([
  ['answers 5xx', (random) => ({ kind: 'answer', status: one(random, [500, 502, 503, 504]) })],
  ['does what it is asked and is cut before it says so', () => ({ kind: 'applied_but_lost' })],
  ['cannot be reached', () => ({ kind: 'cut' })],
  ['refuses the key for a while', () => ({ kind: 'answer', status: 401, code: 'PGRST301' })],
  ['answers 409', () => ({ kind: 'answer', status: 409, code: '23505' })],
  ['keeps half a batch', () => ({ kind: 'half' })],
])('a Supabase that %s costs no row and doubles none (fault 23; SYN-2, I9)', async (_name, fault) => {
  const made = machine('faults');
  await playRounds(COUNT, ({ random }) => workThrough(made, random, () => fault(random)));
});

it('a row that is refused is set aside, the others arrive, and it follows when it is mended (fault 23; SYN-2, I9)', async () => {
  await engine.script(`ALTER TABLE messages ADD CONSTRAINT no_bad CHECK (title IS DISTINCT FROM 'bad')`);
  try {
    const made = machine('poison');
    await playRounds(COUNT, async ({ random }) => {
      for (let count = integerBetween(random, 1, 3); count > 0; count--) made.add({ title: 'bad' });
      someChanges(made, random, 8);
      // The work may send one of them and delete it: what is gone before it was copied is not refused.
      const bad = made.database.prepare<[], string>(`SELECT id FROM attempts WHERE title = 'bad'`).pluck().all();
      await made.sync.push({ hourly: true });
      const aside = made.sync.outbox.setAsideRows().rows.map(({ rowKey }) => (JSON.parse(rowKey) as string[])[0]);
      expect(aside.toSorted()).toEqual(bad.toSorted());
      expect([made.sync.problem, made.sync.outbox.countWaiting()]).toEqual([null, 0]);
      for (const id of bad) made.database.prepare(`UPDATE attempts SET title = 'good' WHERE id = ?`).run(id);
      await made.sync.push({ hourly: false });
      expect(made.sync.outbox.setAsideRows().count).toBe(0);
      await made.sync.push({ hourly: true });
      await expectCopied(engine, made);
    });
  } finally {
    await engine.script(`ALTER TABLE messages DROP CONSTRAINT no_bad`);
  }
});

it('tables of an older version stop the copy, and everything arrives once they are right (fault 23; I9)', async () => {
  const made = machine('behind');
  await playRounds(COUNT, async ({ random }) => {
    await engine.script(`UPDATE vigie_schema SET version = 9`);
    // As after a restart: who is connected does not ask again.
    made.sync = made.restartSync();
    const before = (await remoteRows(engine, 'messages', 'behind')).length;
    someChanges(made, random, 10);
    await made.sync.push({ hourly: true });
    expect(made.sync.problem).toBe('schema_behind');
    expect(await remoteRows(engine, 'messages', 'behind')).toHaveLength(before);
    await engine.script(`UPDATE vigie_schema SET version = 10`);
    await made.sync.push({ hourly: true });
    expect(made.sync.problem).toBe(null);
    await expectCopied(engine, made);
  });
});

it('after seven days offline everything arrives once, within the stated time (fault 24; SYN-2, I9)', async () => {
  const made = machine('offline');
  await playRounds(COUNT, async ({ random }) => {
    adapter.fault = () => ({ kind: 'cut' });
    const back = made.clock.now() + 7 * DAY_MS;
    while (made.clock.now() < back) {
      made.add();
      someChanges(made, random, integerBetween(random, 0, 6));
      made.clock.set(made.clock.now() + 6 * HOUR_MS);
      made.ledger.closeDays(made.clock.now());
      await made.sync.push({ hourly: true });
      expect(made.sync.problem).toBe('offline');
    }
    healthy();
    const startedAt = performance.now();
    await made.sync.push({ hourly: true });
    expect(performance.now() - startedAt).toBeLessThan(BACK_WITHIN_MS);
    await expectCopied(engine, made);
  });
});

it('two machines in one project keep to their own rows, whoever comes first (fault 24; SYN-1, I9)', async () => {
  const [first, second] = [machine('machine-1', 'device-1'), machine('machine-2', 'device-1')];
  await playRounds(COUNT, async ({ random }) => {
    for (let turn = 0; turn < 3; turn++) {
      for (const made of [first, second]) someChanges(made, random, integerBetween(random, 0, 8));
      adapter.fault = () => (random.next() < 0.3 ? { kind: 'applied_but_lost' } : { kind: 'none' });
      await Promise.all([first, second].map((made) => made.sync.push({ hourly: true })));
    }
    healthy();
    for (const made of [first, second]) {
      await made.sync.push({ hourly: true });
      await expectCopied(engine, made);
    }
  });
});

const folder = temporaryFolders('vigie-sync-');
const WITHIN = { timeout: 60_000, interval: 100 };
const CONTACTS = 30;
const LEFT_BEFORE = 10;
const phone = (index: number): string => `+336123400${String(index).padStart(2, '0')}`;

async function launch(host: RunningHost): Promise<string> {
  const lines = Array.from({ length: CONTACTS }, (_, index) => `${phone(index)};Ada ${index}`);
  await host.call('POST', '/contacts/import?category=Clients', `phone;name\n${lines.join('\n')}\n`);
  const categories = await host.call<{ items: { id: string }[] }>('GET', '/categories');
  const { body } = await host.call<Campaign>('POST', '/campaigns', {
    ...{ name: 'Reprise', categoryIds: categories.body.items.map(({ id }) => id) },
    ...{ message1: { body: 'Bonjour' }, message2: { body: 'Merci' } },
  });
  expect((await host.call('POST', `/campaigns/${body.id}/start`)).status).toBe(200);
  return body.id;
}

const copied = (host: RunningHost) => async (): Promise<void> => {
  const { body } = await host.call<SyncStatus>('GET', '/sync');
  expect([body.state, body.copying]).toEqual(['up_to_date', false]);
};

it('a folder is lost: a fresh one pulls its copy and continues the campaign, nothing twice, windows followed up (SYN-3, I4, I5, I9)', async () => {
  const simulator = await startSimulator();
  const hosts: RunningHost[] = [];
  const start = async (dataDir: string, env: Record<string, string> = {}): Promise<RunningHost> => {
    const supabase = { SUPABASE_URL: adapter.url, SUPABASE_SERVICE_ROLE_KEY: SERVICE_KEY };
    const host = await startHost({ dataDir, provider: simulator, env: { ...supabase, ...env } });
    hosts.push(host);
    return host;
  };
  // Not `spawnSync`: the adapter answers in this process.
  const vigie = (
    args: string[],
    given: Record<string, string> = {},
  ): Promise<{ status: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const env = { PATH: process.env['PATH'], VIGIE_JWT_SECRET: JWT_SECRET, VIGIE_LOCALE: 'en', ...given };
      const supabase = { SUPABASE_URL: adapter.url, SUPABASE_SERVICE_ROLE_KEY: SERVICE_KEY };
      const command = [path.join(ROOT, 'out/main/cli.js'), ...args];
      execFile(process.execPath, command, { env: { ...env, ...supabase } }, (error, stdout, stderr) => {
        resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  try {
    const [lost, kept, fresh] = [folder(), folder(), folder()];
    const first = await start(lost, { VIGIE_DAILY_LIMIT: String(LEFT_BEFORE) });
    const campaign = await launch(first);
    await vi.waitFor(async () => expect(await simulator.ledger()).toHaveLength(LEFT_BEFORE), WITHIN);
    // One contact answers; the day's limit keeps the follow-up waiting.
    const [answerer] = await simulator.ledger();
    const chat = {
      id: `${answerer!.phone.slice(1)}@c.us`,
      type: 'chat',
      contact: { phone: answerer!.phone, name: '' },
    };
    const date = new Date(systemClock.now()).toISOString();
    const answer = { id: '3EB0FF', from: chat.id, fromNumber: answerer!.phone, chat, date };
    expect(await first.webhook(incoming(answer, { created: Date.parse(date) / 1000 }))).toBe(200);
    await vi.waitFor(async () => {
      const { body } = await first.call<Campaign>('GET', `/campaigns/${campaign}`);
      expect([body.messagesSent, body.interactions]).toEqual([LEFT_BEFORE, 1]);
    }, WITHIN);
    // A code waits too. Its text is sealed, and the key is kept elsewhere.
    const code = { to: '+33612349999', body: '491823', type: 'otp', whenPossible: true };
    const { id: codeId } = (await first.call<{ id: string }>('POST', '/messages', code)).body;
    const { body: exported } = await first.call<{ id: string; dataKey: string }>('POST', '/protection/key/export');
    await vi.waitFor(copied(first), WITHIN);
    await first.end('SIGKILL');
    cpSync(lost, kept, { recursive: true });
    rmSync(lost, { recursive: true });

    const refused = await vigie(['sync', 'pull', '--data-dir', kept]);
    expect([refused.status, refused.stderr]).toMatchObject([1, expect.stringContaining('--replace')]);
    const withoutKey = await vigie(['sync', 'pull', '--data-dir', fresh]);
    expect([withoutKey.status, withoutKey.stderr]).toMatchObject([1, expect.stringMatching(/VIGIE_DATA_KEY/)]);
    expect(withoutKey.stderr).toContain(exported.id);
    expect(existsSync(path.join(fresh, 'vigie.db'))).toBe(false);
    const key = { VIGIE_DATA_KEY: exported.dataKey };
    const pulled = await vigie(['sync', 'pull', '--data-dir', fresh, '--json'], key);
    expect([pulled.status, pulled.stderr]).toEqual([0, '']);
    expect(JSON.parse(pulled.stdout)).toMatchObject({ leftOut: 0, missing: 0, unreadable: 0, keepDataKey: true });

    const second = await start(fresh, { ...key, VIGIE_DAILY_LIMIT: '180' });
    const { body: stats } = await second.call<{ paused: boolean; sent: number; message1: number }>(
      'GET',
      '/monitoring/stats',
    );
    expect(stats).toMatchObject({ paused: true, sent: LEFT_BEFORE, message1: LEFT_BEFORE });
    expect((await second.call('POST', '/sending/resume', { scope: 'all' })).status).toBe(200);
    await vi.waitFor(async () => {
      const { body } = await second.call<Campaign>('GET', `/campaigns/${campaign}`);
      expect([body.totalContacts, body.messagesSent, body.message2Sent]).toEqual([CONTACTS, CONTACTS, 1]);
    }, WITHIN);
    const references = (await simulator.ledger()).map(({ reference }) => reference);
    expect([references.length, new Set(references).size]).toEqual([CONTACTS + 2, CONTACTS + 2]);
    const { body: sent } = await second.call<Attempt>('GET', `/attempts/${codeId}`);
    expect(sent).toMatchObject({ tries: 1, errorCode: null });

    // The former machine comes back: it is refused, and sends nothing more.
    const former = await start(kept, { VIGIE_DAILY_LIMIT: '180' });
    await vi.waitFor(async () => {
      const { body } = await former.call<SyncStatus>('GET', '/sync');
      expect(body.problem).toBe('taken_over');
    }, WITHIN);
    expect((await former.call<{ paused: boolean }>('GET', '/monitoring/stats')).body.paused).toBe(true);

    await vi.waitFor(copied(second), WITHIN);
    await second.call('POST', '/sync/push');
    expect(await second.end()).toBe(0);
    const database = openDatabase(path.join(fresh, 'vigie.db'));
    const { source } = JSON.parse(pulled.stdout) as { source: string };
    await expectCopied(engine, { database, source });
    database.close();
  } finally {
    for (const host of hosts) await host.end('SIGKILL');
    await simulator.end('SIGKILL');
  }
});
