import { randomBytes } from 'node:crypto';

/** Source of randomness; tests give a seeded one. */
export type Random = {
  /** Uniform in [0, 1). */
  next(): number;
};

/** Randomness of the machine. */
export const systemRandom: Random = {
  next: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
};

/** Mulberry32: small, fast, reproducible; not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}

/** Integer between two bounds, both included. */
export function integerBetween(random: Random, lowest: number, highest: number): number {
  return lowest + Math.floor(random.next() * (highest - lowest + 1));
}
