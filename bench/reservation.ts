import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '../backend/core/clock.ts';
import { openStore } from '../backend/storage/store.ts';
import type { Subject } from './subject.ts';
import type { Figure, LeftOut } from './support/figure.ts';
import { inFolder } from './support/folders.ts';
import { fillWithAttempts, MIGRATIONS } from './support/millionAttempts.ts';
import { inTurn } from './support/rounds.ts';
import { startRedis, withoutRedis } from './support/servers.ts';
import { runSide } from './support/side.ts';
import { size } from './support/size.ts';
import { median, percentile, ratios } from './support/statistics.ts';

export type ReservationTask = {
  callers: number;
  reservations: number;
  /** Address of Redis, or the database file. */
  server: string;
};
export type ReservationResult = { perSecond: number; times: number[] };

const at = (file: string): string => path.join(import.meta.dirname, file);
const CALLERS = 50;
const RESERVATIONS = size(4_000);
const ATTEMPTS = size(1_000_000);

async function measure(file: string, server: string): Promise<{ perSecond: number; p99: number }> {
  const task: ReservationTask = { callers: CALLERS, reservations: RESERVATIONS, server };
  const { perSecond, times } = await runSide<ReservationResult>(at(file), task);
  return { perSecond, p99: percentile(times, 0.99) };
}

type Results = Awaited<ReturnType<typeof inTurn<'empty' | 'full' | 'redis', { perSecond: number; p99: number }>>>;

function againstRedis({ empty, redis }: Results): Figure[] {
  const name = 'reservation of both caps, 50 callers';
  const [own, peer] = [empty.map(({ perSecond }) => perSecond), redis.map(({ perSecond }) => perSecond)];
  const [ownP99, peerP99] = [empty.map(({ p99 }) => p99), redis.map(({ p99 }) => p99)];
  return [
    {
      ...{ id: 'PRF-6', name: `${name} / Redis Lua, appendfsync always`, unit: 'x', goal: { atLeast: 2 } },
      ...{ rounds: ratios(own, peer), reference: peer },
      detail: `${median(own).toFixed(0)}/s against ${median(peer).toFixed(0)}/s`,
    },
    {
      ...{ id: 'PRF-6', name: `${name}, p99 / the same`, unit: 'x', goal: { atMost: 0.5 } },
      ...{ rounds: ratios(ownP99, peerP99), reference: peerP99 },
      detail: `${median(ownP99).toFixed(2)} ms against ${median(peerP99).toFixed(2)} ms`,
    },
  ];
}

function growth({ empty, full }: Results): Figure {
  const [before, after] = [empty.map(({ perSecond }) => 1 / perSecond), full.map(({ perSecond }) => 1 / perSecond)];
  return {
    ...{ id: 'PRF-6', name: 'cost of a reservation after 1,000,000 attempts / after none', unit: 'x' },
    ...{ goal: { atMost: 1.2 }, rounds: ratios(after, before), reference: before },
    detail: `${(median(after) * 1e6).toFixed(1)} us against ${(median(before) * 1e6).toFixed(1)} us`,
  };
}

async function run(folder: string): Promise<(Figure | LeftOut)[]> {
  const [empty, full] = [path.join(folder, 'empty'), path.join(folder, 'full')];
  mkdirSync(full);
  openStore(empty, MIGRATIONS).close();
  fillWithAttempts(full, ATTEMPTS, systemClock.now());
  const missing = withoutRedis();
  const server = missing === null ? await startRedis(folder, 'always') : null;
  const product = (dataDir: string) => () => measure('product/reservation.ts', path.join(dataDir, 'vigie.db'));
  try {
    const results = await inTurn({
      empty: product(empty),
      full: product(full),
      redis: () => (server === null ? product(empty)() : measure('peers/redisLua.ts', server.url)),
    });
    const redis = missing === null ? againstRedis(results) : [{ id: 'PRF-6', name: 'Redis Lua', reason: missing }];
    return [...redis, growth(results)];
  } finally {
    await server?.stop();
  }
}

/** PRF-6: one more message against both limits, on disk before the answer. */
export const reservation: Subject = {
  name: 'reservation',
  leavesOut:
    'The message itself. The window of the rolling cap fills from 0 (or 1,000) by 4,000 during each round. The ledger writes a row for every unit, by which it can be given back or settled; the script ' +
    'in Redis moves two counters, over one connection.',
  run: () => inFolder(run),
};
