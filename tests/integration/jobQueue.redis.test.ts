import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../backend/core/clock.ts';
import { createIds } from '../../backend/core/ids.ts';
import { silentLogger } from '../../backend/core/logger.ts';
import type { OutgoingMessage, SendOutcome } from '../../backend/sending/provider.ts';
import { BullJobs, type SharedJob } from '../../backend/sync/work/bullJobs.ts';
import { createWorkSeal } from '../../backend/sync/work/workSeal.ts';
import { describeJobQueue, type QueueUnderTest } from '../support/jobQueueConformance.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';

const ids = createIds(systemClock);
const MESSAGE: OutgoingMessage = {
  ...{ reference: 'attempt:1', phone: '+33639980001', body: 'Bonjour Awa', media: null, template: null },
  ...{ priority: 3, expiresAt: null },
};
const LONG_MS = 60_000;
const ACCEPTED: SendOutcome = { kind: 'accepted', providerIds: ['id-1'] };

let redis: RedisServer;
let direct: Redis;
beforeAll(async () => {
  redis = await startRedis();
  direct = new Redis(redis.url);
});
beforeEach(() => direct.flushall());
afterAll(async () => {
  direct.disconnect();
  await redis.stop();
});

/** One host at the queue of a line, connected. */
async function joinQueue(host: string, lineKey = 'key of the line'): Promise<BullJobs> {
  const jobs = new BullJobs({
    ...{ url: redis.url, clock: systemClock, logger: silentLogger, newId: () => ids.next(), claimWaitMs: 0 },
    ...{ host: () => host, seal: createWorkSeal(lineKey, ['wassenger', 'device']) },
  });
  jobs.open(() => {});
  await expect.poll(() => jobs.attend(4).catch(() => null), { timeout: 20_000 }).not.toBeNull();
  await expect.poll(() => jobs.size().catch(() => null), { timeout: 20_000 }).not.toBeNull();
  return jobs;
}

async function joined(host: string, lineKey?: string): Promise<BullJobs> {
  const jobs = await joinQueue(host, lineKey);
  onTestFinished(() => jobs.close());
  return jobs;
}

async function take(jobs: BullJobs): Promise<SharedJob | null> {
  const claim = await jobs.claim();
  return claim.kind === 'claimed' ? claim.attempt : null;
}

const offer = async (
  jobs: BullJobs,
  message: Partial<OutgoingMessage> = {},
  startWithinMs = LONG_MS,
): Promise<string> => {
  const id = ids.next();
  expect(await jobs.offer({ id, message: { ...MESSAGE, ...message }, startWithinMs })).toBe(true);
  return id;
};

async function openShared(): Promise<QueueUnderTest<SharedJob>> {
  await direct.flushall();
  const owner = await joinQueue('owner');
  const hosts = [await joinQueue('first'), await joinQueue('second')] as [BullJobs, BullJobs];
  return {
    offer: (priority) => offer(owner, { priority }),
    claim: (host) => take(hosts[host]),
    settle: (job, outcome) => hosts[0].settle(job, outcome),
    withdraw: (id) => owner.withdraw(id),
    size: () => owner.size(),
    outcomeOf: async (id) => (await owner.outcomes()).get(id)?.outcome.kind ?? null,
    offerAgain: () => offer(owner),
    async crash() {
      await hosts[0].close();
      hosts[0] = await joinQueue('first');
    },
    async remove() {
      for (const jobs of [owner, ...hosts]) await jobs.close();
    },
  };
}

describeJobQueue('that several hosts share', openShared);

describe('the shared queue', () => {
  it('lets nobody begin a message after its time, and gives it back to its owner (CMP-6, SND-6)', async () => {
    const [owner, other] = [await joined('owner'), await joined('other')];
    const id = await offer(owner, {}, -1);
    expect(await take(other)).toBeNull();
    expect(await owner.recall(id)).toBe('withdrawn');
    expect(await owner.size()).toEqual({ waiting: 0, started: 0 });
  });

  it('lets nobody begin what was offered before Redis was emptied or put back, and says that it forgot (SND-6, SYN-5)', async () => {
    const [owner, other] = [await joined('owner'), await joined('other')];
    const id = await offer(owner);
    // An older copy: the message waits in it as if nobody had begun it.
    const saved = await Promise.all(
      (await direct.keys('*')).map(async (key) => [key, (await direct.dumpBuffer(key)) ?? Buffer.of()] as const),
    );
    const begun = await take(other);
    expect(begun?.id).toBe(id);
    await direct.flushall();
    expect(await owner.recall(id)).toBe('lost');
    await other.attend(4);
    for (const [key, value] of saved) if (!key.endsWith('vigie:memory')) await direct.restore(key, 0, value, 'REPLACE');
    expect(await take(other)).toBeNull();
    expect(await owner.recall(id)).toBe('lost');
    await owner.attend(4);
    expect(await owner.recall(id)).toBe('lost');
    // Whoever had begun it still brings its outcome.
    if (begun !== null) await other.settle(begun, ACCEPTED);
    expect((await owner.outcomes()).get(id)).toMatchObject({ reference: 'attempt:1', outcome: ACCEPTED });
  });

  it('keeps an outcome for its owner until that has it, also while the owner is away (SND-6)', async () => {
    const [owner, other] = [await joinQueue('owner'), await joined('other')];
    const id = await offer(owner);
    const job = await take(other);
    await owner.close();
    if (job !== null) await other.settle(job, ACCEPTED);
    const again = await joined('owner');
    expect((await again.outcomes()).get(id)?.outcome).toEqual(ACCEPTED);
    await again.forget([id]);
    expect(await again.outcomes()).toEqual(new Map());
    // Its mark outlives it: the same message cannot be begun a second time.
    expect(await again.recall(id)).toBe('started');
  });

  it('shows neither text nor phone to who reads Redis, and nothing to a host with another key (SEC-3)', async () => {
    const [owner, stranger] = [await joined('owner'), await joined('stranger', 'another key')];
    await offer(owner);
    expect(await take(stranger)).toBeNull();
    expect(await stranger.attend(4)).toEqual({ places: 0, hosts: 0 });
    const job = await take(await joined('other'));
    expect(job?.message).toEqual(MESSAGE);
    if (job !== null) await owner.settle(job, { kind: 'unknown', code: 'timeout', detail: 'Bonjour Awa' });
    for (const key of await direct.keys('*')) {
      const dump = (await direct.dumpBuffer(key))?.toString('latin1') ?? '';
      expect(dump, key).not.toMatch(/Bonjour|33639980001/);
    }
  });

  it('counts the places of hosts that are there, and not those of one that left (SYN-5)', async () => {
    const [owner, other] = [await joined('owner'), await joined('other')];
    expect(await owner.attend(4)).toEqual({ places: 4, hosts: 1 });
    expect(owner.placesElsewhere()).toBe(4);
    await other.attend(0, 0);
    await expect.poll(() => owner.attend(4)).toEqual({ places: 0, hosts: 0 });
  });
});
