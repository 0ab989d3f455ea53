import type { Clock } from '../core/clock.ts';
import { SECOND_MS } from '../core/days.ts';

export type RateLimit = {
  /** Takes one; 0 when that is allowed, else the whole seconds to wait. */
  take(key: string): number;
};

type Bucket = { tokens: number; at: number };

/** Keys that are remembered; the one unused for longest makes room. */
const MOST_KEYS = 10_000;

/** A token bucket for each key: `burst` at once, then `perSecond`. */
export function createRateLimit(rate: { perSecond: number; burst: number }, clock: Clock): RateLimit {
  const buckets = new Map<string, Bucket>();
  return {
    take(key) {
      const now = clock.monotonic();
      const bucket = buckets.get(key) ?? { tokens: rate.burst, at: now };
      const tokens = Math.min(rate.burst, bucket.tokens + ((now - bucket.at) / SECOND_MS) * rate.perSecond);
      // Set again at the end of the map, so that its first key is the one unused for longest.
      buckets.delete(key);
      buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
      if (buckets.size > MOST_KEYS) buckets.delete(buckets.keys().next().value ?? key);
      return tokens >= 1 ? 0 : Math.max(1, Math.ceil((1 - tokens) / rate.perSecond));
    },
  };
}
