import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../backend/core/logger.ts';
import { createRedisCounters, type SharedStore } from '../../backend/sync/shared/redisCounters.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { connectMachine, createMovableServer, startGroup } from '../support/sharedMachines.ts';

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

describe('the keys of the counters', () => {
  it('are those of the documentation, kept for 48 hours, and add up (SYN-5)', async () => {
    const server = createMovableServer(redis.url);
    const counters = connectMachine(redis.url, server);
    await vi.waitFor(() => counters.release(step('nobody'), true), { timeout: 20_000 });
    await direct.flushall();
    const { first, second, everyone } = await startGroup(
      { server, store: counters },
      { count: 2, dailyLimit: 80, rollingLimit: 1_000 },
    );
    expect(first.send(4) + second.send(5)).toBe(9);
    await everyone();
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
    counters.close();
    server.close();
  });
});
