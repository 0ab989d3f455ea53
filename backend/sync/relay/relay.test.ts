import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestStore } from '../../../tests/support/engine.ts';
import { createFakeClock, type FakeClock } from '../../../tests/support/fakeClock.ts';
import { META } from '../../../tests/support/metaServer.ts';
import { RELAY_KEY, startRelayTable, type RelayTable } from '../../../tests/support/relayTable.ts';
import { incoming } from '../../../tests/support/wassengerEvents.ts';
import { sign } from '../../../tests/support/webhookPort.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/days.ts';
import { silentLogger } from '../../core/logger.ts';
import { seededRandom } from '../../core/random.ts';
import { createMetaProvider } from '../../sending/providers/meta/client.ts';
import { createWassengerProvider } from '../../sending/providers/wassenger/client.ts';
import type { WebhookLine } from '../../webhooks/dependencies.ts';
import { createRelayedIntake } from '../../webhooks/relayed.ts';
import { LARGEST_PAGE, POLL_MS, RelayPull } from './relay.ts';
import { createRelaySource, RELAY_TIMEOUT_MS } from './source.ts';

const TOKEN = 'token-0123456789abcdef0123456789';
const SIGNED = 'signed-0123456789abcdef0123456789';
const SECRET = 'current-secret';
const PATH = `/webhooks/wassenger/${TOKEN}`;
const COMMON = { baseUrl: 'http://127.0.0.1:9', timeoutMs: 1_000 };

type Stored = { receivedAt: number; lineId: string; body: Buffer; rejected: string | null; relayKey: string | null };

let table: RelayTable;
let clock: FakeClock;
let files: ReturnType<typeof createTestStore>;
let lines: WebhookLine[];
let stored: number;
let changes: string[];
let pull: RelayPull;
beforeEach(async () => {
  clock = createFakeClock('2026-11-20T08:00:00.000Z');
  table = await startRelayTable({ now: () => clock.now() });
  files = createTestStore();
  const meta = createMetaProvider({ ...COMMON, clock, ...META, appSecrets: [META.appSecret] });
  lines = [
    { id: 'plain', provider: wassenger([]), webhookToken: TOKEN },
    { id: 'signed', provider: wassenger([SECRET]), webhookToken: SIGNED },
    { id: 'meta', provider: meta, webhookToken: 'verify' },
  ];
  [stored, changes] = [0, []];
  pull = createPull();
});
afterEach(async () => {
  await pull.stop();
  await table.stop();
  files.remove();
});

function wassenger(webhookSecrets: string[]): WebhookLine['provider'] {
  return createWassengerProvider({ ...COMMON, clock, apiKey: 'key', deviceId: 'device', webhookSecrets });
}
function createPull(): RelayPull {
  const created = new RelayPull({
    ...{ clock, random: seededRandom(1), logger: silentLogger },
    source: createRelaySource({ url: table.url, key: RELAY_KEY }, clock),
    intake: createRelayedIntake({ lines: { all: () => lines }, inbox: files.store.inbox, clock, logger: silentLogger }),
    stored: () => (stored += 1),
    changed: () => changes.push(created.standing().state),
  });
  return created;
}
const event = (id: string): string => JSON.stringify(incoming({ id }, { id: `evt-${id}` }));
const inbox = (): Stored[] =>
  files.store.inbox
    .prepare<[], Stored>(
      `SELECT received_at AS receivedAt, line_id AS lineId, body, rejected, relay_key AS relayKey
       FROM webhook_inbox ORDER BY id`,
    )
    .all();
const bodies = (): string[] => inbox().map(({ body }) => body.toString());
async function drain(): Promise<void> {
  while (await pull.runOnce());
}
async function advanceTo(request: string, ms: number): Promise<void> {
  await expect.poll(() => table.requests.at(-1)).toBe(request);
  await clock.advance(ms);
}

describe('what waits at the relay', () => {
  it('is stored here in its order, byte for byte, and only then forgotten there (WHK-2, WHK-7)', async () => {
    const sent = Array.from({ length: 3 }, (_, index) => event(`m${index}`));
    for (const bytes of sent) table.add({ path: PATH, bytes });
    let onDisk = -1;
    table.fault = (request) => {
      if (request.startsWith('DELETE')) onDisk = inbox().length;
      return null;
    };
    expect(await pull.runOnce()).toBe(false);
    expect([onDisk, bodies(), table.rows()]).toEqual([3, sent, []]);
    expect([stored, pull.standing().state]).toEqual([1, 'live']);
  });

  it('is read in pages, and how many still wait is told (WHK-7)', async () => {
    for (let index = 0; index < 2 * LARGEST_PAGE + 50; index += 1) table.add({ path: PATH, bytes: event(`m${index}`) });
    const waiting: number[] = [];
    while (await pull.runOnce()) {
      expect(pull.standing().state).toBe('catching_up');
      waiting.push(pull.standing().waiting);
    }
    expect(waiting).toEqual([150, 50]);
    expect([inbox().length, table.rows().length]).toEqual([250, 0]);
    expect(changes).toEqual(['catching_up', 'catching_up', 'live']);
  });

  it('counts as received when the relay received it, by the age that it gives and not by its clock (CMP-6, WHK-7)', async () => {
    table.add({ path: PATH, bytes: event('m'), receivedAt: clock.now() - 9 * HOUR_MS });
    await pull.runOnce();
    expect(inbox()).toMatchObject([{ receivedAt: clock.now() - 9 * HOUR_MS }]);
  });

  it.each([
    ['in the future', -5 * MINUTE_MS, 0],
    ['before the relay would have forgotten it', 400 * DAY_MS, 31 * DAY_MS],
    ['nonsense', 1e300, 31 * DAY_MS],
  ])('that claims to have come %s is not believed (CMP-6, WHK-7)', async (_what, claimed, believed) => {
    table.view = ({ id, key, path, headers, body }) => ({ id, key, path, headers, body, age_ms: claimed });
    table.add({ path: PATH, bytes: event('m') });
    await pull.runOnce();
    expect(inbox()).toMatchObject([{ receivedAt: clock.now() - believed }]);
  });

  it('is stored once when its acknowledgement was lost, however often (WHK-4, WHK-7)', async () => {
    for (const id of ['a', 'b']) table.add({ path: PATH, bytes: event(id) });
    for (const fault of ['reset', { status: 503 }, { status: 500 }] as const) {
      table.fault = (request) => (request.startsWith('DELETE') ? fault : null);
      await expect(pull.runOnce()).rejects.toThrow('unreachable');
      expect([inbox().length, table.rows().length]).toEqual([2, 2]);
    }
    table.fault = (request) => (request.startsWith('DELETE') ? { after: 'reset' } : null);
    await expect(pull.runOnce()).rejects.toThrow('unreachable');
    table.fault = () => null;
    expect(await pull.runOnce()).toBe(false);
    expect([bodies(), table.rows()]).toEqual([[event('a'), event('b')], []]);
  });

  it('stays there when it cannot be written here, and the operator is told (REL-3, WHK-7)', async () => {
    table.add({ path: PATH, bytes: event('a') });
    files.store.inbox.pragma('query_only = ON');
    await expect(pull.runOnce()).rejects.toThrow('storage');
    expect(table.waiting()).toHaveLength(1);
    files.store.inbox.pragma('query_only = OFF');
    await pull.runOnce();
    expect([bodies(), table.rows()]).toEqual([[event('a')], []]);
  });
});

describe('what waits at the relay and is not right', () => {
  it('a forged signature or an unknown token is not applied, nor deleted: it is set aside (WHK-3, WHK-7)', async () => {
    const signed = (signature: string) => ({ 'content-type': 'application/json', 'x-wassenger-signature': signature });
    const body = event('forged');
    table.add({ path: `/webhooks/wassenger/${SIGNED}`, bytes: body, headers: signed(sign(body, 'other-secret')) });
    table.add({ path: `/webhooks/wassenger/${SIGNED}`, bytes: body });
    table.add({ path: `/webhooks/wassenger/${SIGNED}`, bytes: `${body} `, headers: signed(sign(body, SECRET)) });
    table.add({ path: '/webhooks/wassenger/unknown-token', bytes: body });
    table.add({ path: '/webhooks/meta', provider: 'meta', bytes: body });
    table.add({ path: `/webhooks/wassenger/${SIGNED}`, bytes: body, headers: signed(sign(body, SECRET)) });
    await drain();
    expect(table.rows().map(({ refused }) => refused)).toEqual([
      ...['bad_signature', 'bad_signature', 'bad_signature', 'bad_token', 'bad_signature'],
    ]);
    expect(inbox().filter(({ rejected }) => rejected === null)).toMatchObject([{ lineId: 'signed' }]);
    expect(pull.standing()).toMatchObject({ state: 'live', setAside: 5, waiting: 0 });
  });

  it('is looked at again at the next start: with the right secret nothing of it is lost (WHK-3, WHK-7)', async () => {
    const body = event('real');
    const headers = { 'content-type': 'application/json', 'x-wassenger-signature': sign(body, 'new-secret') };
    table.add({ path: `/webhooks/wassenger/${SIGNED}`, bytes: body, headers });
    await drain();
    expect(table.rows()).toMatchObject([{ refused: 'bad_signature' }]);
    const provider = wassenger(['new-secret']);
    lines = lines.map((line) => (line.id === 'signed' ? { ...line, provider } : line));
    pull = createPull();
    await drain();
    expect(table.rows()).toEqual([]);
    expect(inbox().filter(({ rejected }) => rejected === null)).toMatchObject([{ lineId: 'signed' }]);
    expect(pull.standing().setAside).toBe(0);
  });

  it('malformed bodies go to the log with their reason, and away from the relay (WHK-5, WHK-6)', async () => {
    table.add({ path: PATH, bytes: '{"event"' });
    table.add({ path: PATH, bytes: Buffer.from([0xff, 0xfe]) });
    table.add({ path: PATH, bytes: '[]', headers: { 'content-type': 'text/plain' } });
    await drain();
    expect(inbox().map(({ rejected }) => rejected)).toEqual(['malformed_json', 'not_utf8', 'content_type']);
    expect(table.rows()).toEqual([]);
  });

  it('rows that cannot be read are set aside and hold up nothing (WHK-7)', async () => {
    const good = table.add({ path: PATH, bytes: event('good') });
    const lies: Record<string, unknown>[] = [
      { body: 'not base64 !' },
      { body: Buffer.alloc(300 * 1024).toString('base64') },
      { body: null },
      { key: 'not-a-key' },
      { headers: 'none' },
      { headers: { 'content-type': 12 } },
      { path: null },
      { age_ms: 'now' },
    ];
    const rows = lies.map(() => table.add({ path: PATH, bytes: event('lie') }));
    const view = table.view;
    table.view = (row) => ({ ...view(row), ...lies[rows.indexOf(row)] });
    await drain();
    expect(table.rows().map(({ refused }) => refused)).toEqual(lies.map(() => 'damaged'));
    expect(inbox()).toMatchObject([{ relayKey: good.key }]);
  });

  it('a relay that never forgets is asked at its usual pace, and stored once (WHK-7)', async () => {
    for (const id of ['a', 'b', 'c']) table.add({ path: PATH, bytes: event(id) });
    table.fault = (request) => (request.startsWith('DELETE') ? { status: 204, body: '' } : null);
    await pull.runOnce();
    expect(await pull.runOnce()).toBe(false);
    expect(inbox()).toHaveLength(3);
  });

  it('a flood of strangers does not fill the log (WHK-5)', async () => {
    for (let index = 0; index < 500; index += 1) {
      table.add({ path: `/webhooks/wassenger/${SIGNED}`, bytes: event(`m${index}`) });
    }
    table.add({ path: PATH, bytes: event('real') });
    await drain();
    expect(inbox().length).toBeLessThanOrEqual(101);
    expect(inbox().filter(({ rejected }) => rejected === null)).toHaveLength(1);
    expect(table.waiting()).toEqual([]);
  });
});

describe('the relay', () => {
  it('that is slow is asked for less, until an answer comes in time (WHK-7, REL-5)', async () => {
    for (let index = 0; index < 150; index += 1) table.add({ path: PATH, bytes: event(`m${index}`) });
    table.fault = (request) => (request === 'GET webhook_inbox_waiting' ? 'hang' : null);
    await pull.start();
    await clock.advance(0);
    await advanceTo('GET webhook_inbox_waiting', RELAY_TIMEOUT_MS);
    await expect.poll(() => pull.standing()).toMatchObject({ state: 'unreachable', problem: 'unreachable' });
    table.fault = () => null;
    const before = inbox().length;
    expect(await pull.runOnce()).toBe(true);
    expect(inbox().length - before).toBe(LARGEST_PAGE / 4);
  });

  it('is unreachable since its first failure, waited for longer and longer, and live again (WHK-7, REL-5)', async () => {
    await pull.start();
    await clock.advance(0);
    await expect.poll(() => pull.standing().state).toBe('live');
    table.fault = () => ({ status: 503 });
    const waits: number[] = [];
    const failedAt = clock.now() + POLL_MS;
    for (let failures = 0; failures < 7; failures += 1) {
      await expect.poll(() => clock.pending()).toBe(1);
      waits.push(clock.untilNext() ?? 0);
      const asked = table.requests.length;
      await clock.advance(clock.untilNext() ?? 0);
      await expect.poll(() => table.requests.length).toBe(asked + 1);
      await expect.poll(() => clock.pending()).toBe(1);
      // One failure is no outage.
      expect(pull.standing().state).toBe(failures === 0 ? 'live' : 'unreachable');
    }
    // Each with up to a tenth of chance.
    const least = [1, 1, 2, 4, 8, 16, 24].map((times) => times * POLL_MS);
    expect(waits.map((wait, index) => wait >= least[index]! && wait <= least[index]! * 1.1)).toEqual(
      least.map(() => true),
    );
    expect(pull.standing()).toMatchObject({ problem: 'unreachable', since: failedAt });
    table.fault = () => null;
    pull.wake();
    await clock.advance(0);
    await expect.poll(() => pull.standing()).toMatchObject({ state: 'live', problem: null, since: null });
  });

  it.each([
    ['not_installed', { status: 404, body: '{"code":"PGRST205","message":"Could not find the table"}' }],
    ['unauthorized', { status: 401, body: '{"message":"Invalid API key"}' }],
    ['nonsense', { status: 400, body: '{"code":"PGRST100","message":"failed to parse"}' }],
    ['nonsense', { status: 200, body: '{"html":"captive portal"}' }],
    ['unreachable', { status: 500, body: 'oops' }],
  ] as const)('says what is wrong: %s', async (problem, fault) => {
    table.fault = (request) => (request.startsWith('GET') || problem !== 'nonsense' ? fault : null);
    await pull.start();
    await clock.advance(0);
    await expect.poll(() => pull.standing()).toMatchObject({ state: 'unreachable', problem, since: clock.now() });
  });

  it('is given up at once when the application stops (DSK-7)', async () => {
    table.fault = () => 'hang';
    await pull.start();
    await clock.advance(0);
    await expect.poll(() => table.requests.length).toBe(1);
    await pull.stop();
    await pull.stop();
    expect(clock.pending()).toBe(0);
  });
});
