import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../backend/core/logger.ts';
import { createRedisCounters, type SharedStore } from '../../backend/sync/shared/redisCounters.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';

let redis: RedisServer;
let store: SharedStore;
let direct: Redis;
beforeAll(async () => {
  redis = await startRedis();
  store = createRedisCounters({ url: redis.url, logger: silentLogger, callTimeoutMs: 10_000 });
  store.open();
  direct = new Redis(redis.url);
  await vi.waitFor(() => store.release(step('nobody'), true), { timeout: 20_000 });
});
beforeEach(() => direct.flushall());
afterAll(async () => {
  store.close();
  direct.disconnect();
  await redis.stop();
});

const step = (host: string) => ({ campaignId: 'campaign', contactId: 'contact', host, token: `${host}:attempt` });

describe('the lock of a follow-up', () => {
  it('lets one machine send it, the same one as often as it asks, and no other one afterwards (CMP-7, I3)', async () => {
    const holds = await Promise.all(['a', 'b', 'a', 'c', 'b'].map((host) => store.hold(step(host))));
    expect(holds).toEqual(['held', 'elsewhere', 'held', 'elsewhere', 'elsewhere']);
    expect(await direct.pttl('lock:message2:campaign:contact')).toBeGreaterThan(290_000);
    expect(await direct.pttl('lock:message2:campaign:contact')).toBeLessThanOrEqual(300_000);
    await store.release(step('b'), false);
    expect(await direct.get('lock:message2:campaign:contact')).toBe('a:attempt');
    await store.release(step('a'), true);
    expect(await direct.exists('lock:message2:campaign:contact')).toBe(0);
    expect(await store.hold(step('b'))).toBe('elsewhere');
    expect(await store.hold(step('a'))).toBe('held');
  });

  it('is free for the other one when nothing was sent (CMP-7)', async () => {
    expect(await store.hold(step('a'))).toBe('held');
    await store.release(step('a'), false);
    expect(await store.hold(step('b'))).toBe('held');
  });
});
