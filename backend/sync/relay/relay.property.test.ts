import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestStore } from '../../../tests/support/engine.ts';
import { createFakeClock } from '../../../tests/support/fakeClock.ts';
import { incoming } from '../../../tests/support/wassengerEvents.ts';
import { DAY_MS } from '../../core/days.ts';
import { silentLogger } from '../../core/logger.ts';
import { seededRandom } from '../../core/random.ts';
import { createWassengerProvider } from '../../sending/providers/wassenger/client.ts';
import { createRelayedIntake } from '../../webhooks/relayed.ts';
import { RelayPull } from './relay.ts';
import { readRows, type WaitingRow } from './rows.ts';
import { RelayError, type RelaySource } from './source.ts';

const RUNS = { numRuns: 1_000 };
const TOKEN = 'token-0123456789abcdef0123456789';
const clock = createFakeClock();

/** What can happen at each step of a life with the relay. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('arrive' as const), count: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'pull' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('fault' as const),
      call: fc.constantFrom('pull', 'acknowledge', 'setAside', 'takeUp', 'countSetAside'),
      done: fc.boolean(),
    }),
  },
);

describe('whatever fails between the relay and this machine', () => {
  let files: ReturnType<typeof createTestStore>;
  beforeAll(() => {
    files = createTestStore();
    files.store.inbox.pragma('synchronous = OFF');
  });
  afterAll(() => {
    files.remove();
  });

  it('everything that the relay took is stored here once, and nothing is left there (WHK-2, WHK-4, WHK-7)', async () => {
    const options = { apiKey: 'key', deviceId: 'device', baseUrl: 'http://127.0.0.1:9', timeoutMs: 1_000, clock };
    const line = {
      id: 'line',
      provider: createWassengerProvider({ ...options, webhookSecrets: [] }),
      webhookToken: TOKEN,
    };
    const intake = createRelayedIntake({
      ...{ lines: { all: () => [line] }, inbox: files.store.inbox, clock, logger: silentLogger },
    });
    const storedKeys = files.store.inbox.prepare<[], string>(`SELECT relay_key FROM webhook_inbox ORDER BY id`).pluck();
    const clear = files.store.inbox.prepare(`DELETE FROM webhook_inbox`);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        clear.run();
        const taken: string[] = [];
        const world = createWorld(taken);
        const restart = (): RelayPull =>
          new RelayPull({
            ...{ source: world.source, intake, clock, random: seededRandom(1), logger: silentLogger },
            ...{ stored() {}, changed() {} },
          });
        let pull = restart();
        for (const now of steps) {
          if (now.kind === 'arrive') world.arrive(now.count);
          else if (now.kind === 'restart') pull = restart();
          else if (now.kind === 'fault') world.failNext(now);
          else await pull.runOnce().catch(() => {});
        }
        world.heal();
        while (await pull.runOnce());
        expect(storedKeys.all()).toEqual(taken);
        expect(world.left()).toBe(0);
      }),
      RUNS,
    );
  });
});

/** A relay in memory whose next call can fail, before or after it did its work. */
function createWorld(taken: string[]) {
  let rows: WaitingRow[] = [];
  let fault: { call: string; done: boolean } | null = null;
  const during = async <Result>(call: string, work: () => Result): Promise<Result> => {
    const strikes = fault?.call === call ? fault : null;
    if (strikes !== null) fault = null;
    if (strikes?.done === false) throw new RelayError('unreachable', call, true);
    const result = work();
    if (strikes?.done === true) throw new RelayError('unreachable', call, true);
    return result;
  };
  const source: RelaySource = {
    pull: (limit) => during('pull', () => ({ rows: rows.slice(0, limit), waiting: rows.length })),
    acknowledge: (ids) =>
      during('acknowledge', () => {
        rows = rows.filter(({ id }) => !ids.includes(id));
      }),
    setAside: () => during('setAside', () => {}),
    takeUp: () => during('takeUp', () => {}),
    countSetAside: () => during('countSetAside', () => 0),
    abort() {},
  };
  return {
    source,
    left: () => rows.length,
    heal: () => (fault = null),
    failNext: (next: { call: string; done: boolean }) => (fault = next),
    arrive(count: number) {
      for (let index = 0; index < count; index += 1) {
        const key = randomUUID();
        taken.push(key);
        rows.push({
          ...{ id: taken.length, key, path: `/webhooks/wassenger/${TOKEN}`, receivedAt: clock.now() },
          headers: { 'content-type': 'application/json' },
          body: Buffer.from(JSON.stringify(incoming({ id: key }, { id: key }))),
        });
      }
    },
  };
}

describe('a page of rows', () => {
  it('never makes anything later than its asking, nor older than the relay keeps it (CMP-6, WHK-7)', () => {
    const row = { id: 1, key: randomUUID(), path: '/', headers: {}, body: 'e30=' };
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat(), (age_ms, askedAt) => {
        const [read] = readRows([{ ...row, age_ms }], askedAt) ?? [];
        const receivedAt = read !== undefined && 'receivedAt' in read ? read.receivedAt : NaN;
        expect(receivedAt).toBeLessThanOrEqual(askedAt);
        expect(receivedAt).toBeGreaterThanOrEqual(askedAt - 31 * DAY_MS);
        if (age_ms >= 0 && age_ms <= 31 * DAY_MS) expect(receivedAt).toBe(askedAt - Math.floor(age_ms));
      }),
      RUNS,
    );
  });

  it('of any shape is read, set aside, or known as no answer of the relay, and never throws (WHK-7)', () => {
    fc.assert(
      fc.property(fc.anything(), (page) => {
        const rows = readRows(page, 0);
        expect(rows === null || rows.every(({ id }) => Number.isSafeInteger(id))).toBe(true);
      }),
      RUNS,
    );
  });
});
