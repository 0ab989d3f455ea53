import { describe, expect, it, vi } from 'vitest';
import type { Attempt } from '../../backend/contract/attempts.ts';
import { sleep, systemClock } from '../../backend/core/clock.ts';
import { integerBetween } from '../../backend/core/random.ts';
import { peaks } from '../support/faultBench.ts';
import { PLANTED_TEXT } from '../support/hostLogs.ts';
import type { RunningHost, RunningSimulator } from '../support/processes.ts';
import { playRounds } from '../support/repetitions.ts';
import {
  newFolder,
  queue,
  startMember,
  startProvider,
  startRestartableRedis,
  statsOf,
  WITHIN,
} from '../support/sharedHosts.ts';
import { incoming } from '../support/wassengerEvents.ts';

const SHARED = { VIGIE_SHARED_WORK: '1', VIGIE_SEND_TIMEOUT_MS: '500', VIGIE_SENDS_PER_MINUTE: '60000' };

/** Requests that a host has made for others. */
const madeForOthers = (host: RunningHost): number => host.output().split('sends for another machine').length - 1;

async function sees(host: RunningHost, hosts: number): Promise<void> {
  await vi.waitFor(() => {
    expect(host.output()).toMatch(new RegExp(`"hosts":${hosts},"places":[1-9]`));
  }, WITHIN);
}

async function inState(host: RunningHost, state: string): Promise<Attempt[]> {
  return (await host.call<{ items: Attempt[] }>('GET', `/attempts?state=${state}&limit=200`)).body.items;
}

/** Waits until nothing is open at a host any more; what was proved absent the operator has sent again. */
async function settled(host: RunningHost, simulator: RunningSimulator): Promise<void> {
  await vi.waitFor(async () => {
    const parked = (await inState(host, 'unknown')).filter(({ parkedAt }) => parkedAt !== null);
    const sent = new Set((await simulator.ledger()).map(({ reference }) => reference));
    for (const { id, reference } of parked) {
      expect(sent.has(reference)).toBe(false);
      await host.call('POST', `/attempts/${id}/resolve`, { outcome: 'not_sent' });
      await host.call('POST', `/attempts/${id}/retry`);
    }
    for (const state of ['pending', 'failed_retry', 'sending', 'unknown']) {
      expect(await inState(host, state), state).toEqual([]);
    }
  }, WITHIN);
}

const pause = (host: RunningHost) => host.call('POST', '/sending/pause', { scope: 'all' });
const resume = (host: RunningHost) => host.call('POST', '/sending/resume', { scope: 'all' });

const references = async (simulator: RunningSimulator): Promise<string[]> =>
  (await simulator.ledger()).map(({ reference }) => reference);

describe('hosts that share the work of one account', () => {
  it('send what one of them has in its queue, each message once and within the limit (SYN-5, I1, I2, I3)', async () => {
    await playRounds({ run: 1, long: 20 }, async ({ seed }) => {
      const limit = 80;
      const env = { ...SHARED, VIGIE_DAILY_LIMIT: String(limit), VIGIE_ROLLING_LIMIT: String(limit) };
      const simulator = await startProvider({ latencyMs: [20, 60] }, seed);
      const redis = await startRestartableRedis();
      const members = { simulator, redisUrl: redis.url, env };
      const [owner, other] = await Promise.all([startMember(members), startMember(members)]);
      await sees(owner, 1);
      await pause(owner);
      await queue(owner, limit + 10);
      await resume(owner);
      await vi.waitFor(async () => {
        expect(await simulator.ledger()).toHaveLength(limit);
        expect(await statsOf(owner)).toMatchObject({ sent: limit, canSend: false });
      }, WITHIN);
      const taken = (await simulator.ledger()).map(({ reference, acceptedAt }) => ({
        ...{ reference, acceptedAt: Date.parse(acceptedAt) },
      }));
      expect(peaks(taken), `seed ${seed}`).toEqual({ inADay: limit, onADay: limit });
      expect(new Set(taken.map(({ reference }) => reference)).size).toBe(limit);
      expect(madeForOthers(other), `seed ${seed}`).toBeGreaterThan(limit / 10);
      expect(await inState(owner, 'pending')).toHaveLength(10);
      expect((await statsOf(other)).sent).toBe(0);
    });
  });

  it('lose no message and send none twice though each is killed in mid-send and Redis is killed and emptied (fault 22; SND-6, I3, I7)', async () => {
    await playRounds({ run: 1, long: 50 }, async ({ seed, random }) => {
      const count = 150;
      const env = { ...SHARED, VIGIE_DAILY_LIMIT: '1000', VIGIE_ROLLING_LIMIT: '1000' };
      const simulator = await startProvider({ latencyMs: [10, 250] }, seed);
      const redis = await startRestartableRedis();
      const members = { simulator, redisUrl: redis.url, env };
      // Each comes back in its own folder: the counters wait for whoever may have sent.
      const [mine, theirs] = [newFolder(), newFolder()];
      const start = (dataDir: string) => startMember({ ...members, dataDir });
      let [owner, other] = await Promise.all([start(mine), start(theirs)]);
      await sees(owner, 1);
      await pause(owner);
      await queue(owner, count);
      await resume(owner);
      await vi.waitFor(() => {
        expect(madeForOthers(other)).toBeGreaterThan(0);
      }, WITHIN);
      const somewhen = (): Promise<void> => sleep(systemClock, integerBetween(random, 0, 600));
      const blows = [
        async () => {
          await other.end('SIGKILL');
          other = await start(theirs);
        },
        async () => {
          await owner.end('SIGKILL');
          owner = await start(mine);
        },
        async () => {
          await redis.kill();
          await somewhen();
          await redis.start();
        },
        () => redis.flush(),
      ];
      const order = blows.map((blow) => ({ blow, at: random.next() })).toSorted((one, next) => one.at - next.at);
      for (const { blow } of order) {
        await blow();
        await somewhen();
      }
      await settled(owner, simulator);
      const sent = await references(simulator);
      expect(new Set(sent).size, `seed ${seed}`).toBe(sent.length);
      expect(sent, `seed ${seed}`).toHaveLength(count);
    });
  });

  it('send nothing that is paused, or whose contact said STOP to any of them, before somebody had begun it (SND-13, SND-14)', async () => {
    await playRounds({ run: 1, long: 20 }, async ({ seed, number }) => {
      const simulator = await startProvider({ latencyMs: [400, 450] }, seed);
      const redis = await startRestartableRedis();
      const members = { simulator, redisUrl: redis.url, env: { ...SHARED, VIGIE_SENDS_AT_ONCE: '4' } };
      const other = await startMember(members);
      const owner = await startMember({ ...members, env: { ...SHARED, VIGIE_SENDS_AT_ONCE: '1' } });
      await sees(owner, 1);
      const stopped = '+33639970001';
      const chat = { id: `${stopped.slice(1)}@c.us`, type: 'chat', contact: { phone: stopped, name: '' } };
      const date = new Date(systemClock.now()).toISOString();
      const text = { id: `3EB0${number}`, from: chat.id, fromNumber: stopped, chat, date, type: 'text', body: 'STOP' };
      expect(await other.webhook(incoming(text, { id: `stop-${number}`, created: systemClock.now() / 1_000 }))).toBe(
        200,
      );
      await vi.waitFor(async () => {
        const { body } = await other.call<{ items: unknown[] }>('GET', '/suppressions');
        expect(body.items).toHaveLength(1);
      }, WITHIN);
      // The owner has one place: what comes second is handed over.
      await pause(owner);
      await queue(owner, 1);
      const toStopped = { to: stopped, body: PLANTED_TEXT, whenPossible: true };
      expect((await owner.call('POST', '/messages', toStopped)).status).toBe(202);
      await resume(owner);
      await vi.waitFor(async () => {
        expect(await inState(owner, 'failed_final')).toMatchObject([{ errorCode: 'opted_out' }]);
        const { body } = await owner.call<{ items: unknown[] }>('GET', '/suppressions');
        expect(body.items).toHaveLength(1);
        expect(await references(simulator)).toHaveLength(1);
        expect(await inState(owner, 'sending')).toEqual([]);
      }, WITHIN);

      // Nobody begins what waits at a host that stands still.
      await pause(owner);
      await queue(owner, 4);
      other.child.kill('SIGSTOP');
      await resume(owner);
      await pause(owner);
      await vi.waitFor(async () => {
        expect(await inState(owner, 'sending')).toEqual([]);
      }, WITHIN);
      other.child.kill('SIGCONT');
      const before = await references(simulator);
      const held = [...(await inState(owner, 'failed_retry')), ...(await inState(owner, 'pending'))];
      expect(before.length + held.length, `seed ${seed}`).toBe(5);
      expect(held.length, `seed ${seed}`).toBeGreaterThan(0);
      await resume(owner);
      await vi.waitFor(async () => {
        expect(await references(simulator)).toHaveLength(5);
      }, WITHIN);
      const sent = await references(simulator);
      expect(new Set(sent).size, `seed ${seed}`).toBe(5);
    });
  });
});
