import { randomFillSync } from 'node:crypto';
import type { Clock } from './clock.ts';

/** Makes identifiers that sort in the order of their making. */
export type Ids = {
  next(): string;
};

const COUNTER_LIMIT = 0x1000;
/** Bytes of randomness in an id, and for how many ids the system is asked at once: asking costs more than all the rest. */
const RANDOM_BYTES = 8;
const IDS_PER_CALL = 512;

/**
 * UUID version 7 (RFC 9562): 48 bits of epoch milliseconds, a 12-bit counter within the millisecond, then randomness.
 * A clock that stands still or goes back does not disturb the order.
 */
export function createIds(clock: Pick<Clock, 'now'>): Ids {
  const random = Buffer.alloc(RANDOM_BYTES * IDS_PER_CALL);
  const raw = Buffer.alloc(16);
  let used = random.length;
  let millisecond = 0;
  let counter = 0;
  return {
    next() {
      const now = clock.now();
      if (now > millisecond) {
        millisecond = now;
        counter = 0;
      } else if (++counter === COUNTER_LIMIT) {
        millisecond++;
        counter = 0;
      }
      if (used === random.length) {
        randomFillSync(random);
        used = 0;
      }
      raw.writeUIntBE(millisecond, 0, 6);
      raw.writeUInt16BE(0x7000 | counter, 6);
      random.copy(raw, 8, used, used + RANDOM_BYTES);
      used += RANDOM_BYTES;
      raw.writeUInt8((raw.readUInt8(8) & 0x3f) | 0x80, 8);
      const hex = raw.toString('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    },
  };
}
