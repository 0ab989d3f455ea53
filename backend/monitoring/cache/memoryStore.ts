import { LRUCache } from 'lru-cache';
import type { Clock } from '../../core/clock.ts';
import { ownKey, type CacheStore } from './cacheStore.ts';

/** Characters that are kept, keys included; past that the least used goes. */
const ROOM = 16 * 1024 * 1024;

/** A cache in this process. */
export function createMemoryStore(clock: Clock, room = ROOM): CacheStore {
  // An entry that began at 0 would stay for ever.
  const now = (): number => clock.monotonic() + 1;
  const texts = new LRUCache<string, string>({
    maxSize: room,
    sizeCalculation: (text, key) => text.length + key.length,
    ttlResolution: 0,
    perf: { now },
  });
  // A refused key refuses its call; it does not throw out of it.
  return {
    get: async (key) => texts.get(ownKey(key)) ?? null,
    set: async (key, text, ttlMs) => {
      texts.set(ownKey(key), text, { ttl: ttlMs, start: now() });
    },
    remove: async (key) => {
      texts.delete(ownKey(key));
    },
    close() {
      texts.clear();
    },
  };
}
