import { Redis } from 'ioredis';
import { asSide } from '../support/side.ts';
import type { ReservationResult, ReservationTask } from '../reservation.ts';

/** Takes one unit of both caps, or none. KEYS: counter of the day, counter of the window; ARGV: their limits. */
const TAKE = `
  if tonumber(redis.call('GET', KEYS[1]) or '0') >= tonumber(ARGV[1]) then return 0 end
  if tonumber(redis.call('GET', KEYS[2]) or '0') >= tonumber(ARGV[2]) then return 0 end
  redis.call('INCR', KEYS[1])
  redis.call('INCR', KEYS[2])
  return 1`;
const LIMIT = 1_000_000_000;

/** The usual way of those who have a Redis: counters and a script, over one connection. */
asSide<ReservationTask>(async ({ callers, reservations, server }) => {
  const redis = new Redis(server);
  redis.on('error', () => {});
  redis.defineCommand('takeSlot', { numberOfKeys: 2, lua: TAKE });
  const { takeSlot } = redis as unknown as { takeSlot: (...values: (string | number)[]) => Promise<number> };
  const take = takeSlot.bind(redis);
  const times: number[] = [];
  let left = reservations;
  const startedAt = performance.now();
  const caller = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const askedAt = performance.now();
      if ((await take('day', 'window', LIMIT, LIMIT)) !== 1) throw new Error('refused');
      times.push(performance.now() - askedAt);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const seconds = (performance.now() - startedAt) / 1000;
  redis.disconnect();
  return { perSecond: reservations / seconds, times } satisfies ReservationResult;
});
