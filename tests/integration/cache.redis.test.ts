import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../backend/core/clock.ts';
import { silentLogger } from '../../backend/core/logger.ts';
import type { CacheStore } from '../../backend/monitoring/cache/cacheStore.ts';
import { createRedisStore } from '../../backend/monitoring/cache/redisStore.ts';
import { cacheOver, describeCache } from '../support/cacheConformance.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';

let redis: RedisServer;
let direct: Redis;
beforeAll(async () => {
  redis = await startRedis();
  direct = new Redis(redis.url);
});
afterAll(async () => {
  direct.disconnect();
  await redis.stop();
});

/** A store whose connection is up. */
async function connected(url: string, callTimeoutMs = 50): Promise<CacheStore> {
  const store = createRedisStore({ url, clock: systemClock, logger: silentLogger, callTimeoutMs });
  await expect
    .poll(
      () =>
        store.get('cache:ready').then(
          () => true,
          () => false,
        ),
      { timeout: 20_000 },
    )
    .toBe(true);
  return store;
}

async function everything(): Promise<Record<string, string>> {
  const keys = (await direct.keys('*')).filter((key) => !key.startsWith('cache:')).sort();
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, (await direct.get(key)) ?? ''] as const)));
}

describeCache('on Redis', async () => ({
  // What it does is asked here, not how fast a busy machine is.
  store: await connected(redis.url, 10_000),
  others: {
    set: async (key, value) => {
      await direct.set(key, value);
    },
    all: everything,
  },
  remove: async () => {
    await direct.flushall();
  },
}));

describe('the cache on a Redis that', () => {
  const servers: RedisServer[] = [];
  const stores: CacheStore[] = [];
  const start = async () => {
    const server = await startRedis();
    servers.push(server);
    const store = await connected(server.url);
    stores.push(store);
    return { server, store, cache: cacheOver(store) };
  };
  afterEach(async () => {
    for (const store of stores.splice(0)) store.close();
    for (const server of servers.splice(0)) await server.stop();
  });

  it('is killed in between never shows: the database answers (CCH-3)', async () => {
    const { server, cache } = await start();
    let truth = 1;
    expect(await cache.read('figures', 'q', () => truth)).toBe(1);
    server.signal('SIGKILL');
    truth = 2;
    cache.drop('figures');
    for (let read = 0; read < 20; read++) expect(await cache.read('figures', 'q', () => truth)).toBe(2);
  });

  it('hangs costs a few calls of 50 ms and then nothing, and forgets nothing of a change meanwhile (CCH-3)', async () => {
    const { server, cache } = await start();
    let truth = 1;
    const ask = () => cache.read('figures', 'q', () => truth);
    expect(await ask()).toBe(1);
    await expect.poll(() => cache.read('figures', 'q', () => 9)).toBe(1);
    server.signal('SIGSTOP');
    try {
      truth = 2;
      cache.drop('figures');
      const startedAt = performance.now();
      for (let read = 0; read < 200; read++) expect(await ask()).toBe(2);
      // Three of a read and of a write at most; the rest is not even tried.
      expect(performance.now() - startedAt).toBeLessThan(2_000);
    } finally {
      server.signal('SIGCONT');
    }
    expect(await ask()).toBe(2);
  });

  it('is full gives what it has, and the database the rest (CCH-3)', async () => {
    const { server, cache } = await start();
    const admin = new Redis(server.url);
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    await admin.config('SET', 'maxmemory', '1');
    await expect(admin.set('other', 'x')).rejects.toThrow(/OOM/);
    for (let read = 0; read < 10; read++) expect(await cache.read('figures', 'q', () => read)).toBe(read);
    await admin.config('SET', 'maxmemory', '0');
    await cache.read('figures', 'q', () => 'kept');
    await expect.poll(() => cache.read('figures', 'q', () => 'again')).toBe('kept');
    admin.disconnect();
  });

  it('was never there does not hold up a start (CCH-3)', async () => {
    const store = createRedisStore({ url: 'redis://127.0.0.1:1', clock: systemClock, logger: silentLogger });
    stores.push(store);
    expect(await cacheOver(store).read('figures', 'q', () => 1)).toBe(1);
  });
});
