/** Where cached texts lie. Every call may fail: the cache then goes on without it. Keys begin with `cache:` (CCH-1). */
export type CacheStore = {
  /** Null when nothing is there, or no more. */
  get(key: string): Promise<string | null>;
  set(key: string, text: string, ttlMs: number): Promise<void>;
  remove(key: string): Promise<void>;
  close(): void;
};

const OWN_PREFIX = 'cache:';

/**
 * Keeps a cache to its own keys: counters, campaigns, locks and queues that lie on the same server can be neither read,
 * written nor deleted through it (CCH-1).
 * @throws Error for any other key
 */
export function ownKey(key: string): string {
  if (!key.startsWith(OWN_PREFIX) || key.length === OWN_PREFIX.length) throw new Error('not a key of the cache');
  return key;
}
