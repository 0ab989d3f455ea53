import type { Random } from './random.ts';

/** Doubling stops here: 32 times the base (SND-4). */
export const MAX_BACKOFF_FACTOR = 32;
/** Largest share of the delay that chance adds (SND-4). */
export const BACKOFF_JITTER = 0.1;

/**
 * Wait before the next try, in milliseconds: base x 2^(tries so far), at most 32 x base, plus up to 10 % of jitter.
 * The provider's own `Retry-After` wins when it is longer (SND-4).
 * @param tries tries already made, 1 after the first failure
 */
export function retryDelayMs(
  wait: { baseMs: number; tries: number; retryAfterMs?: number | undefined },
  random: Random,
): number {
  const factor = Math.min(2 ** wait.tries, MAX_BACKOFF_FACTOR);
  const own = Math.round(wait.baseMs * factor * (1 + random.next() * BACKOFF_JITTER));
  return Math.max(own, wait.retryAfterMs ?? 0);
}
