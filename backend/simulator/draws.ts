import { createHash } from 'node:crypto';
import { integerBetween, seededRandom, type Random } from '../core/random.ts';

/**
 * Chance by name. The same seed and key give the same draws whatever else happens, so that the course of one contact
 * does not depend on the order in which requests arrive.
 */
export type Draws = {
  stream(...key: (string | number)[]): Random;
  /** Lower-case hexadecimal digits, 64 at most. */
  hex(length: number, ...key: (string | number)[]): string;
};

export function createDraws(seed: number): Draws {
  const digest = (key: (string | number)[]): string =>
    createHash('sha256')
      .update([seed, ...key].join('|'))
      .digest('hex');
  return {
    stream: (...key) => seededRandom(Number.parseInt(digest(key).slice(0, 8), 16)),
    hex: (length, ...key) => digest(key).slice(0, length),
  };
}

/** An id as the provider makes them: eight digits for the second, sixteen of chance. */
export function objectId(draws: Draws, at: number, ...key: (string | number)[]): string {
  const seconds = Math.max(0, Math.floor(at / 1000)) % 2 ** 32;
  return seconds.toString(16).padStart(8, '0') + draws.hex(16, 'id', at, ...key);
}

/** An id as WhatsApp makes them for messages of the web client. */
export function whatsAppId(draws: Draws, id: string): string {
  return `3EB0${draws.hex(18, 'wa', id).toUpperCase()}`;
}

/** True for `share` of the draws: never at 0, always at 1. */
export function happens(random: Random, share: number): boolean {
  return random.next() < share;
}

/** A whole number of milliseconds between two bounds, both included. */
export function within(random: Random, [lowest, highest]: readonly [number, number]): number {
  return integerBetween(random, lowest, Math.max(lowest, highest));
}

/** One of the items, each as likely. */
export function pick<Item>(random: Random, items: readonly [Item, ...Item[]]): Item {
  return items[integerBetween(random, 0, items.length - 1)] ?? items[0];
}

/** One of the keys, as likely as its weight; undefined when every weight is 0. */
export function pickWeighted<Key extends string>(
  random: Random,
  weights: Partial<Record<Key, number | undefined>>,
): Key | undefined {
  const entries = Object.entries(weights) as [Key, number | undefined][];
  const total = entries.reduce((sum, [, weight]) => sum + (weight ?? 0), 0);
  let left = random.next() * total;
  for (const [key, weight] of entries) {
    left -= weight ?? 0;
    if (left < 0) return key;
  }
  return undefined;
}
