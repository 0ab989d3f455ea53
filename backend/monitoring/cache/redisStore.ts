import { Redis, ReplyError } from 'ioredis';
import type { Clock } from '../../core/clock.ts';
import { SECOND_MS } from '../../core/days.ts';
import type { Logger } from '../../core/logger.ts';
import { ownKey, type CacheStore } from './cacheStore.ts';

/** The database answers sooner than that: waiting longer for a cache is waiting for nothing (CCH-3). */
const CALL_TIMEOUT_MS = 50;
/** So many failures in a row, and Redis is left alone for a while. */
const FAILURES_TO_OPEN = 3;
const LEFT_ALONE_MS = 5 * SECOND_MS;
const LONGEST_RECONNECT_MS = 10 * SECOND_MS;

/**
 * A cache on Redis. The connection is made in the background and never waited for; a call that is not answered in 50 ms
 * fails, and after three failures in a row none is tried for five seconds.
 */
export function createRedisStore(options: {
  url: string;
  clock: Clock;
  logger: Logger;
  callTimeoutMs?: number;
}): CacheStore {
  const { url, clock, logger, callTimeoutMs = CALL_TIMEOUT_MS } = options;
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: SECOND_MS,
    commandTimeout: callTimeoutMs,
    retryStrategy: (attempt) => Math.min(attempt * 200, LONGEST_RECONNECT_MS),
  });
  let isSaid = false;
  redis.on('error', (error: Error) => {
    if (!isSaid) logger.warn({ reason: error.message }, 'the cache on Redis cannot be reached: the database answers');
    isSaid = true;
  });
  redis.on('ready', () => {
    isSaid = false;
    failures = 0;
  });
  let failures = 0;
  let openUntil = 0;

  const call = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    if (failures >= FAILURES_TO_OPEN && clock.monotonic() < openUntil) throw new Error('Redis is left alone');
    try {
      const answer = await ask();
      failures = 0;
      return answer;
    } catch (error) {
      // A refusal, such as a full memory, is an answer: Redis is there.
      if (!(error instanceof ReplyError)) {
        failures += 1;
        openUntil = clock.monotonic() + LEFT_ALONE_MS;
      }
      throw error;
    }
  };
  return {
    get: async (key) => {
      const own = ownKey(key);
      return call(() => redis.get(own));
    },
    set: async (key, text, ttlMs) => {
      const own = ownKey(key);
      await call(() => redis.set(own, text, 'PX', Math.max(1, Math.round(ttlMs))));
    },
    remove: async (key) => {
      const own = ownKey(key);
      await call(() => redis.unlink(own));
    },
    close() {
      redis.disconnect();
    },
  };
}
