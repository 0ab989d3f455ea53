import { z } from 'zod';
import { DAY_MS } from '../../core/days.ts';

/** Nothing is kept longer at the relay: an older row lies about its age. */
const OLDEST_MS = 31 * DAY_MS;
const MOST_BYTES = 256 * 1024;

const waitingRow = z.object({
  id: z.int().positive(),
  key: z.uuid(),
  path: z.string().max(512),
  headers: z.record(z.string().max(64), z.string().max(1_024)),
  body: z.string(),
  /** How long ago the relay received it, by its own clock. */
  age_ms: z.number(),
});
const named = z.object({ id: z.int().positive() });

/** A request as it waited at the relay. */
export type WaitingRow = {
  id: number;
  key: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  receivedAt: number;
};
/** One that cannot be read, and can be set aside. */
export type DamagedRow = { id: number; damaged: true };

/**
 * Reads a page of rows. The relay is not trusted with the time: nothing was received after it was asked for, nor before
 * the relay would have forgotten it.
 * @param askedAt by our clock: a row's age counts from there, so that two clocks that disagree do not matter
 * @returns null when the page is no list of rows with an id: then it is not the relay that answers
 */
export function readRows(page: unknown, askedAt: number): (WaitingRow | DamagedRow)[] | null {
  const ids = z.array(named).safeParse(page);
  if (!ids.success || !Array.isArray(page)) return null;
  return ids.data.map(({ id }, index) => {
    const row = waitingRow.safeParse(page[index]);
    const body = row.success ? decode(row.data.body) : null;
    if (!row.success || body === null) return { id, damaged: true };
    const { key, path, headers, age_ms: age } = row.data;
    return { id, key, path, headers, body, receivedAt: askedAt - Math.min(Math.max(Math.floor(age), 0), OLDEST_MS) };
  });
}

/** Bytes of base64, only when they are all there: a signature over less than what came would never be right. */
function decode(base64: string): Buffer | null {
  const body = Buffer.from(base64, 'base64');
  return body.length <= MOST_BYTES && body.toString('base64') === base64 ? body : null;
}
