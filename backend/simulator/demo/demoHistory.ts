import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/days.ts';
import { integerBetween, seededRandom, type Random } from '../../core/random.ts';
import { pickWeighted } from '../draws.ts';

/** One failed send of a past day. */
export type DemoError = {
  /** As Vigie keeps it: the provider's code, or its HTTP status. */
  code: string;
  /** Milliseconds after 00:00 UTC of its day. */
  atMs: number;
  /** Index into `demoContacts`. */
  contact: number;
};

/** Figures of one past day; `errors` holds one entry for each error counted. */
export type DemoDay = { daysAgo: number; message1: number; message2: number; other: number; errors: DemoError[] };

/** Keeps every day below the default daily limit of 180. */
const MAX_MESSAGE_1 = 104;
const CONTACTS = 60;
const CODES = {
  'number:notfound': 5,
  max_retries: 3,
  'contact:blocked': 2,
  http_429: 2,
  'file:not_found': 1,
} as const;

function errorsOf(random: Random, count: number): DemoError[] {
  return Array.from({ length: count }, () => ({
    code: pickWeighted(random, CODES) ?? 'number:notfound',
    atMs: 7 * HOUR_MS + integerBetween(random, 0, 11 * 60) * MINUTE_MS + integerBetween(random, 0, 59_999),
    contact: integerBetween(random, 0, CONTACTS - 1),
  })).sort((one, other) => one.atMs - other.atMs);
}

/** The days before today, oldest first: busy and quiet ones, none of them empty. */
export function demoHistory(seed: number, days: number): DemoDay[] {
  const random = seededRandom(seed);
  return Array.from({ length: days }, (_, index) => {
    const quiet = index % 7 >= 5;
    const message1 = quiet ? integerBetween(random, 14, 30) : integerBetween(random, 62, MAX_MESSAGE_1);
    const message2 = Math.round(message1 * (0.42 + random.next() * 0.16));
    const other = integerBetween(random, 0, 9);
    const errors = errorsOf(random, quiet ? integerBetween(random, 0, 2) : integerBetween(random, 3, 9));
    return { daysAgo: days - index, message1, message2, other, errors };
  });
}

/** Instant of a past error, seen from the first instant of today. */
export function demoErrorAt(todayStart: number, day: DemoDay, error: DemoError): number {
  return todayStart - day.daysAgo * DAY_MS + error.atMs;
}
