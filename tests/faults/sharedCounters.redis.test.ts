import { cpSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { Attempt } from '../../backend/contract/attempts.ts';
import type { Campaign, Recipient } from '../../backend/contract/campaigns.ts';
import { sleep, systemClock } from '../../backend/core/clock.ts';
import { integerBetween, type Random } from '../../backend/core/random.ts';
import { peaks } from '../support/faultBench.ts';
import { PLANTED_TEXT } from '../support/hostLogs.ts';
import type { RunningHost } from '../support/processes.ts';
import { playRounds } from '../support/repetitions.ts';
import {
  newFolder,
  queue,
  startMember,
  startProvider,
  startRestartableRedis,
  statsOf,
  WITHIN,
  type RestartableRedis,
} from '../support/sharedHosts.ts';
import { incoming } from '../support/wassengerEvents.ts';

/** Waits until all of the group's quota is used, as every machine sees it. */
async function usedUp(hosts: readonly RunningHost[], limit: number): Promise<void> {
  await vi.waitFor(async () => {
    for (const host of hosts) {
      const { shared, canSend } = await statsOf(host);
      expect(shared).toMatchObject({ state: 'connected', sent: limit });
      expect(canSend).toBe(false);
    }
  }, WITHIN);
}

/** What can befall a Redis, each with its way back. */
const LOSSES: ((redis: RestartableRedis, random: Random) => Promise<void>)[] = [
  async (redis, random) => {
    await redis.kill();
    await sleep(systemClock, integerBetween(random, 0, 700));
    await redis.start();
  },
  async (redis, random) => {
    redis.signal('SIGSTOP');
    await sleep(systemClock, integerBetween(random, 100, 2_500));
    redis.signal('SIGCONT');
  },
  (redis) => redis.flush(),
];

describe('two machines on one line', () => {
  it('at 90 % of both limits pass neither though Redis is killed five times, and use all of them (fault 22; SYN-5, I1, I2)', async () => {
    await playRounds({ run: 1, long: 50 }, async ({ seed, random }) => {
      const limit = 40;
      const env = {
        ...{ VIGIE_DAILY_LIMIT: String(limit), VIGIE_ROLLING_LIMIT: String(limit) },
        VIGIE_SENDS_PER_MINUTE: '1200',
      };
      const simulator = await startProvider({ latencyMs: [2, 60] }, seed);
      const redis = await startRestartableRedis();
      const members = { simulator, redisUrl: redis.url, env };
      const hosts = await Promise.all([startMember(members), startMember(members)]);
      for (const host of hosts) await queue(host, limit * 0.45);
      await vi.waitFor(async () => {
        expect(await simulator.ledger()).toHaveLength(limit * 0.9);
      }, WITHIN);
      for (const host of hosts) await queue(host, limit);
      for (let kill = 0; kill < 5; kill++) {
        await redis.kill();
        await sleep(systemClock, integerBetween(random, 0, 400));
        await redis.start();
        await sleep(systemClock, integerBetween(random, 0, 1_800));
      }
      await usedUp(hosts, limit);
      const taken = (await simulator.ledger()).map(({ reference, acceptedAt }) => ({
        ...{ reference, acceptedAt: Date.parse(acceptedAt) },
      }));
      expect(peaks(taken), `seed ${seed}`).toEqual({ inADay: limit, onADay: limit });
      expect(new Set(taken.map(({ reference }) => reference)).size).toBe(limit);
      const sent = await Promise.all(hosts.map(async (host) => (await statsOf(host)).sent));
      expect(sent[0]! + sent[1]!).toBe(limit);
    });
  });

  it('pass no limit though Redis is killed, stopped and emptied and one of them is killed in mid-send (fault 22; SYN-5, I1, I7)', async () => {
    await playRounds({ run: 1, long: 50 }, async ({ seed, random }) => {
      const limit = 60;
      const env = {
        ...{ VIGIE_DAILY_LIMIT: String(limit), VIGIE_ROLLING_LIMIT: '1000' },
        VIGIE_SENDS_PER_MINUTE: '900',
      };
      const simulator = await startProvider({ latencyMs: [2, 60] }, seed);
      const redis = await startRestartableRedis();
      const dataDir = newFolder();
      const members = { simulator, redisUrl: redis.url, env };
      const [first, second] = await Promise.all([startMember(members), startMember({ ...members, dataDir })]);
      await queue(first, limit);
      await queue(second, limit);
      for (const lose of LOSSES) {
        await lose(redis, random);
        await sleep(systemClock, integerBetween(random, 0, 1_500));
      }
      await second.end('SIGKILL');
      const again = await startMember({ ...members, dataDir });
      await vi.waitFor(async () => {
        const { shared } = await statsOf(again);
        expect(shared).toMatchObject({ state: 'connected', awaited: [] });
        expect((await statsOf(first)).canSend || (await statsOf(again)).canSend).toBe(false);
      }, WITHIN);
      const references = (await simulator.ledger()).map(({ reference }) => reference);
      expect(new Set(references).size, `seed ${seed}`).toBe(references.length);
      expect(references.length, `seed ${seed}`).toBeLessThanOrEqual(limit);
      // A request that was cut off keeps its slot; all the others are used.
      expect(references.length, `seed ${seed}`).toBeGreaterThanOrEqual(limit - 4);
    });
  });

  it('send a Message 2 once though both have its campaign and both hear the answer, with Redis there or back later (CMP-7, I3)', async () => {
    await playRounds({ run: 1, long: 20 }, async ({ seed, number }) => {
      const simulator = await startProvider({}, seed);
      const redis = await startRestartableRedis();
      const original = newFolder();
      const members = { simulator, redisUrl: redis.url };
      const alone = await startMember({ ...members, dataDir: original });
      const csv = ['name,phone', ...Array.from({ length: 6 }, (_, index) => `Awa,+3363998001${index}`)].join('\n');
      const { categoryId } = (await alone.call<{ categoryId: string }>('POST', '/contacts/import?category=Tous', csv))
        .body;
      const { id } = (
        await alone.call<Campaign>('POST', '/campaigns', {
          ...{ name: 'Partage', categoryIds: [categoryId] },
          ...{ message1: { body: `${PLANTED_TEXT} 1` }, message2: { body: `${PLANTED_TEXT} 2` } },
        })
      ).body;
      await alone.call('POST', `/campaigns/${id}/start`);
      await vi.waitFor(async () => {
        expect(await simulator.ledger()).toHaveLength(6);
        const { body } = await alone.call<{ items: Recipient[] }>('GET', `/campaigns/${id}/recipients`);
        expect(body.items.map(({ state }) => state)).toEqual(Array(6).fill('message_1_sent'));
      }, WITHIN);
      expect(await alone.end()).toBe(0);
      const copy = newFolder();
      cpSync(original, copy, { recursive: true });
      const hosts = await Promise.all([
        startMember({ ...members, dataDir: original }),
        startMember({ ...members, dataDir: copy }),
      ]);
      await vi.waitFor(async () => {
        for (const host of hosts) {
          expect((await statsOf(host)).shared).toMatchObject({ state: 'connected', machines: 2 });
        }
      }, WITHIN);
      const answer = async (contact: number): Promise<void> => {
        const phone = `+3363998001${contact}`;
        const chat = { id: `${phone.slice(1)}@c.us`, type: 'chat', contact: { phone, name: '' } };
        const date = new Date(systemClock.now()).toISOString();
        const text = { id: `3EB0${number}${contact}`, from: chat.id, fromNumber: phone, chat, date, type: 'text' };
        const event = incoming(text, { id: `event-${number}-${contact}`, created: systemClock.now() / 1_000 });
        const statuses = await Promise.all(hosts.map((host) => host.webhook(event)));
        expect(statuses).toEqual([200, 200]);
      };
      const message2 = async (): Promise<string[]> =>
        (await simulator.ledger()).map(({ reference }) => reference).filter((one) => one.endsWith(':message_2'));
      const ended = async (state: string): Promise<number> => {
        const lists = hosts.map((host) =>
          host.call<{ items: Attempt[] }>('GET', `/attempts?state=${state}&type=message_2`),
        );
        return (await Promise.all(lists)).reduce((sum, { body }) => sum + body.items.length, 0);
      };
      for (const contact of [0, 1, 2]) await answer(contact);
      await vi.waitFor(async () => {
        expect(await message2()).toHaveLength(3);
        expect(await ended('failed_final')).toBe(3);
      }, WITHIN);

      await redis.kill();
      await vi.waitFor(async () => {
        for (const host of hosts) expect((await statsOf(host)).shared?.state).toBe('lost');
      }, WITHIN);
      for (const contact of [3, 4, 5]) await answer(contact);
      // Both have made it; neither can know what the other one does.
      await vi.waitFor(async () => {
        for (const host of hosts) {
          const waiting = await host.call<{ items: Attempt[] }>('GET', '/attempts?state=pending&type=message_2');
          expect(waiting.body.items).toHaveLength(3);
        }
      }, WITHIN);
      expect(await message2()).toHaveLength(3);
      await redis.start();
      await vi.waitFor(async () => {
        const left = (await ended('sent')) + (await ended('delivered')) + (await ended('read'));
        expect([left, await ended('failed_final')]).toEqual([6, 6]);
      }, WITHIN);
      const references = await message2();
      expect(references, `seed ${seed}`).toHaveLength(6);
      expect(new Set(references).size, `seed ${seed}`).toBe(6);
    });
  });
});

describe('a machine whose Redis', () => {
  it('was never there sends nothing, says so, takes messages in, and sends them when it is there (fault 22; SYN-5)', async () => {
    const simulator = await startProvider();
    const redis = await startRestartableRedis();
    await redis.kill();
    const host = await startMember({ simulator, redisUrl: redis.url });
    const message = { to: '+33639980001', body: PLANTED_TEXT };
    expect((await host.call('POST', '/messages', message)).status).toBe(202);
    await vi.waitFor(async () => {
      expect(await statsOf(host)).toMatchObject({
        ...{ canSend: false, blockedReason: 'shared_counters_unavailable' },
        shared: { state: 'lost', canStillSend: 0 },
      });
    }, WITHIN);
    expect(await simulator.ledger()).toEqual([]);
    await redis.start();
    await vi.waitFor(async () => {
      expect(await simulator.ledger()).toHaveLength(1);
      expect(await statsOf(host)).toMatchObject({ canSend: true, shared: { state: 'connected', lostSince: null } });
    }, WITHIN);
  });
});
