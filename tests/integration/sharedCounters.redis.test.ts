import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, nextDayStart } from '../../backend/core/days.ts';
import type { SharedStore } from '../../backend/sync/shared/redisCounters.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import {
  connectMachine,
  createMachine,
  createMovableServer,
  peaksOf,
  type CallFault,
  type Machine,
  type MovableServer,
} from '../support/sharedMachines.ts';

const START = Date.parse('2026-11-20T08:00:00.000Z');
const MACHINES = 3;

let redis: RedisServer;
let server: MovableServer;
let store: SharedStore;
beforeAll(async () => {
  redis = await startRedis();
  server = createMovableServer(redis.url);
  store = connectMachine(redis.url, server);
  const probe = { campaignId: 'c', contactId: 'k', host: 'h', token: 't' };
  await vi.waitFor(() => store.release(probe, true), { timeout: 20_000 });
});
afterAll(async () => {
  store.close();
  server.close();
  await redis.stop();
});

/** Machines that know each other, on counters that grant. */
async function group(options: {
  count?: number;
  dailyLimit: number;
  rollingLimit: number;
  skews?: readonly number[];
  at?: number;
}) {
  const { count = MACHINES, dailyLimit, rollingLimit, skews = [] } = options;
  let now = options.at ?? START;
  server.forgetSaved();
  await server.startEmpty(now);
  const machines = Array.from({ length: count }, (_, index) =>
    createMachine({
      ...{ name: `machine-${index}`, store, time: () => now, skewMs: skews[index] ?? 0 },
      limits: { dailyLimit, rollingLimit },
    }),
  );
  const pass = async (ms: number): Promise<void> => {
    now += ms;
    await server.setTime(now);
  };
  const everyone = async (): Promise<void> => {
    for (const machine of machines) await machine.report('none');
  };
  await everyone();
  await pass(3 * SECOND_MS);
  await everyone();
  const [first, second] = machines as [Machine, Machine];
  return {
    ...{ machines, first, second, pass, everyone },
    now: () => now,
    peaks: () => peaksOf(machines.flatMap(({ accepted }) => accepted)),
    /** Everybody sends and reports until nobody may any more. */
    async exhaust(): Promise<number> {
      let total = 0;
      for (let idle = 0; idle < 3;) {
        let moved = 0;
        for (const machine of machines) {
          moved += machine.send(1_000);
          machine.settle();
          await machine.report('none');
        }
        await pass(SECOND_MS);
        total += moved;
        idle = moved === 0 ? idle + 1 : 0;
      }
      return total;
    },
  };
}

type Step =
  | { kind: 'send'; machine: number; count: number }
  | { kind: 'report'; machine: number; fault: CallFault }
  | { kind: 'everyone' | 'settle' | 'save' | 'lose' | 'restart' | 'go_back' | 'midnight' }
  | { kind: 'late' | 'crash'; machine: number }
  | { kind: 'pass'; ms: number };

const machine = fc.nat({ max: MACHINES - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('send' as const), machine, count: fc.nat({ max: 12 }) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      machine,
      fault: fc.constantFrom<CallFault>(
        ...(['none', 'none', 'none', 'not_asked', 'answer_lost', 'late', 'nonsense', 'too_much'] as const),
      ),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        ...(['everyone', 'everyone', 'settle', 'save', 'lose', 'restart', 'go_back', 'midnight'] as const),
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('late' as const, 'crash' as const), machine }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.constantFrom(SECOND_MS, 3 * SECOND_MS, MINUTE_MS, 61 * SECOND_MS, HOUR_MS, 7 * HOUR_MS, DAY_MS),
    }),
  },
);

async function play(shared: Awaited<ReturnType<typeof group>>, one: Step): Promise<void> {
  const { machines, pass, everyone } = shared;
  switch (one.kind) {
    case 'send':
      machines[one.machine]!.send(one.count);
      return;
    case 'report':
      await machines[one.machine]!.report(one.fault);
      return;
    case 'everyone':
      await everyone();
      return;
    case 'settle':
      for (const each of machines) each.settle();
      return;
    case 'save':
      await server.save();
      return;
    case 'lose':
      await server.startEmpty(shared.now());
      return;
    case 'restart':
      await server.restart();
      return;
    case 'go_back':
      await server.restartFromSaved();
      return;
    case 'midnight':
      await pass(nextDayStart(shared.now()) - shared.now() - 20 * SECOND_MS);
      return;
    case 'late':
      await machines[one.machine]!.deliverLate();
      return;
    case 'crash':
      machines[one.machine]!.restart();
      return;
    case 'pass':
      for (const each of machines) each.settle();
      await pass(one.ms);
      return;
    default:
      one satisfies never;
  }
}

describe('machines that share their limits', () => {
  it('never pass them together, whatever is lost, late, doubled, wrong or started again (SYN-5, I1, I2)', async () => {
    let most = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 10, maxLength: 28, size: 'max' }),
        fc.record({
          dailyLimit: fc.integer({ min: 1, max: 10 }),
          rollingLimit: fc.integer({ min: 1, max: 16 }),
          skews: fc.array(fc.integer({ min: -4 * MINUTE_MS, max: 4 * MINUTE_MS }), { maxLength: MACHINES }),
        }),
        async (steps, limits) => {
          const shared = await group(limits);
          for (const one of steps) await play(shared, one);
          for (const each of shared.machines) await each.deliverLate();
          for (let round = 0; round < 2; round++) {
            await shared.everyone();
            await shared.pass(3 * SECOND_MS);
            for (const each of shared.machines) each.send(1_000);
          }
          const { onADay, inADay } = shared.peaks();
          most += Number(onADay === limits.dailyLimit || inADay === limits.rollingLimit);
          expect(onADay).toBeLessThanOrEqual(limits.dailyLimit);
          expect(inADay).toBeLessThanOrEqual(limits.rollingLimit);
        },
      ),
      { numRuns: 1_000 },
    );
    // A limit that is never reached is not tried.
    expect(most).toBeGreaterThan(200);
  });

  it('use the whole of them, to the last slot, and nothing more (SYN-5)', async () => {
    const shared = await group({ dailyLimit: 180, rollingLimit: 1_000 });
    expect(await shared.exhaust()).toBe(180);
    expect(shared.first.counters.refusal()).toBe('shared_limit_reached');
    expect(shared.first.counters.standing()).toMatchObject({ state: 'connected', sent: 180, machines: 3 });
  });

  it('get the rolling cap back 24 hours later, and not before (SYN-5, I2)', async () => {
    const shared = await group({ count: 2, dailyLimit: 100, rollingLimit: 30 });
    expect(await shared.exhaust()).toBe(30);
    const before = DAY_MS - 10 * MINUTE_MS;
    for (let passed = 0; passed < before; passed += HOUR_MS) {
      await shared.pass(Math.min(HOUR_MS, before - passed));
      await shared.everyone();
    }
    expect(await shared.exhaust()).toBe(0);
    await shared.pass(12 * MINUTE_MS);
    await shared.everyone();
    expect(await shared.exhaust()).toBe(30);
  });

  it('go on with their lease alone when the counters are gone, and one that is alone goes on to the limit (SYN-5)', async () => {
    const two = await group({ count: 2, dailyLimit: 100, rollingLimit: 1_000 });
    await two.everyone();
    const left = two.first.counters.standing().canStillSend;
    expect(left).toBe(25);
    await two.first.report('not_asked');
    await two.pass(6 * SECOND_MS);
    await two.first.report('not_asked');
    expect(two.first.counters.standing()).toMatchObject({ state: 'lost', canStillSend: left });
    expect(two.first.send(1_000)).toBe(left);
    expect(two.first.counters.refusal()).toBe('shared_counters_unavailable');

    const alone = await group({ count: 1, dailyLimit: 100, rollingLimit: 1_000 });
    await alone.machines[0]!.report('not_asked');
    expect(alone.machines[0]!.send(1_000)).toBe(100);
  });

  it('wait for each other when the memory of the counters is lost, a day at most (SYN-5)', async () => {
    const { first, second, pass, now } = await group({ count: 2, dailyLimit: 20, rollingLimit: 1_000 });
    expect(second.send(3)).toBe(3);
    await server.startEmpty(now());
    await pass(3 * SECOND_MS);
    await first.report('none');
    expect(first.counters.standing()).toMatchObject({ state: 'waiting', awaited: ['machine-1'] });
    expect(first.send(1_000)).toBe(5);
    await first.report('none');
    expect(first.counters.refusal()).toBe('shared_counters_unavailable');
    await second.report('none');
    await pass(3 * SECOND_MS);
    await first.report('none');
    expect(first.counters.standing()).toMatchObject({ state: 'connected', awaited: [], sent: 8 });

    await server.startEmpty(now());
    await first.report('none');
    await pass(nextDayStart(now()) - now() + SECOND_MS);
    await first.report('none');
    expect(first.counters.standing().state).toBe('connected');
    expect(first.send(1)).toBe(1);
  });

  it('share by halves, and what one gives back the other gets at once (SYN-5)', async () => {
    const { first, second, everyone, pass } = await group({ count: 2, dailyLimit: 80, rollingLimit: 1_000 });
    expect(first.counters.standing().canStillSend).toBe(20);
    await first.counters.start();
    await first.counters.syncOnce();
    await first.counters.stop();
    expect(first.counters.standing().canStillSend).toBe(0);
    await second.report('none');
    expect(second.counters.standing().canStillSend).toBe(80);
    await pass(SECOND_MS);
    await everyone();
  });
});

describe('the keys of the counters', () => {
  it('are those of the documentation, kept for 48 hours, and add up (SYN-5)', async () => {
    const { first, second, everyone } = await group({ count: 2, dailyLimit: 80, rollingLimit: 1_000 });
    expect(first.send(4) + second.send(5)).toBe(9);
    await everyone();
    const direct = new Redis(redis.url);
    const keys = (await direct.keys('whatsapp:*')).sort();
    expect(keys).toEqual([
      'whatsapp:daily:2026-11-20:hosts',
      ...['message_1', 'message_2', 'other'].map((kind) => `whatsapp:daily:2026-11-20:${kind}`),
      ...['whatsapp:rolling:machine-0', 'whatsapp:rolling:machine-1'].filter((key) => keys.includes(key)),
      ...['whatsapp:shared:hosts', 'whatsapp:shared:memory', 'whatsapp:shared:reported'],
    ]);
    expect(await direct.get('whatsapp:daily:2026-11-20:other')).toBe('9');
    const ttl = await direct.ttl('whatsapp:daily:2026-11-20:other');
    expect(ttl).toBeGreaterThan(47 * 3_600);
    expect(ttl).toBeLessThanOrEqual(48 * 3_600);
    direct.disconnect();
  });
});
