import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { DAY_MS, HOUR_MS, dayOf } from '../../backend/core/days.ts';
import { integerBetween } from '../../backend/core/random.ts';
import type { ClaimedOne, ClaimTask } from '../support/claimWorker.ts';
import { createTestEngine, type TestEngine } from '../support/engine.ts';
import { ROOT } from '../support/processes.ts';
import { playRounds } from '../support/repetitions.ts';

/** Each has 8 threads with a connection of their own: 16 claimers. */
const PROCESSES = 2;
let workers: ChildProcess[];
beforeAll(async () => {
  workers = Array.from({ length: PROCESSES }, () => fork(path.join(ROOT, 'tests/support/claimWorker.ts')));
  await Promise.all(workers.map((worker) => once(worker, 'message')));
});
afterAll(async () => {
  await Promise.all(
    workers.map(async (worker) => {
      const exited = once(worker, 'exit');
      worker.kill('SIGKILL');
      await exited;
    }),
  );
});

/** All claimers at once on the file of an engine; what they say they claimed. */
async function claimEverywhere(engine: TestEngine, limits: ClaimTask['limits']): Promise<ClaimedOne[]> {
  const task: ClaimTask = { file: path.join(engine.dataDir, 'vigie.db'), now: engine.clock.now(), limits };
  const answers = workers.map(async (worker) => {
    worker.send(task);
    const [claimed] = (await once(worker, 'message')) as [ClaimedOne[]];
    return claimed;
  });
  return (await Promise.all(answers)).flat();
}

function createEngine(): TestEngine {
  const engine = createTestEngine();
  engine.database.pragma('synchronous = OFF');
  onTestFinished(() => {
    engine.remove();
  });
  return engine;
}

const clear = (engine: TestEngine): void => {
  engine.database.exec(
    ['provider_ids', 'attempt_events', 'message_errors', 'attempts', 'quota_slots', 'daily_stats', 'meta']
      .map((table) => `DELETE FROM ${table};`)
      .join(''),
  );
};
const addMessages = (engine: TestEngine, count: number, body: (index: number) => string): void => {
  engine.database.transaction(() => {
    for (let index = 0; index < count; index++) engine.add({ body: body(index) });
  })();
};
/** Messages that left at these instants. */
const addSettled = (engine: TestEngine, times: readonly number[]): void => {
  engine.database.transaction(() => {
    for (const [index, at] of times.entries()) {
      const attemptId = `earlier-${index}`;
      const limits = { dailyLimit: 1_000_000, rollingLimit: 1_000_000 };
      engine.ledger.take({ attemptId, lineId: 'line', kind: 'other', now: at }, limits);
      engine.ledger.settle(attemptId, at);
    }
  })();
};

describe('16 claimers in 2 processes on one database', () => {
  it('at 999 of the rolling cap with a daily limit of 700 let exactly one more leave (fault 19; MON-3, I1, I2)', async () => {
    const limits = { dailyLimit: 700, rollingLimit: 1000 };
    const engine = createEngine();
    await playRounds({ run: 20, long: 500 }, async ({ seed, random }) => {
      clear(engine);
      engine.clock.set(Date.parse('2026-11-20T12:00:00.000Z'));
      const now = engine.clock.now();
      const today = integerBetween(random, 299, 600);
      const times = Array.from({ length: 999 }, (_, index) =>
        index < 999 - today
          ? now - integerBetween(random, 13 * HOUR_MS, DAY_MS)
          : now - integerBetween(random, 0, 11 * HOUR_MS),
      ).toSorted((a, b) => a - b);
      addSettled(engine, times);
      addMessages(engine, 40, () => '0');
      const claimed = await claimEverywhere(engine, limits);
      expect(claimed, `seed ${seed}`).toHaveLength(1);
      expect(engine.ledger.usage(now)).toMatchObject({ used: today + 1, rollingUsed: 1000 });

      // As soon as the oldest leave the window, exactly as many may follow.
      const later = times[0]! + DAY_MS + 1 + integerBetween(random, 0, HOUR_MS);
      engine.clock.set(Math.max(now, later));
      const left = times.filter((at) => at < engine.clock.now() - DAY_MS).length;
      const room = Math.min(left, 39, limits.dailyLimit - today - 1);
      expect(await claimEverywhere(engine, limits), `seed ${seed}`).toHaveLength(room);
      expect(engine.ledger.usage(engine.clock.now()).rollingUsed).toBe(1000 - left + room);
    });
  });

  it('claim no attempt twice, stop at the daily limit, and the counters are right (fault 20; MON-1, MON-2, I1, I4, I10)', async () => {
    const engine = createEngine();
    await playRounds({ run: 20, long: 200 }, async () => {
      clear(engine);
      addMessages(engine, 250, String);
      const claimed = await claimEverywhere(engine, { dailyLimit: 180, rollingLimit: 1000 });
      expect(new Set(claimed.map(({ id }) => id)).size).toBe(claimed.length);
      const of = (outcome: ClaimedOne['outcome']): number => claimed.filter((one) => one.outcome === outcome).length;
      const kept = of('accepted') + of('unknown');
      expect(kept).toBe(180);
      const inState = (state: Parameters<typeof engine.store.inState>[0]): string[] =>
        engine.store.inState(state).map(({ id }) => id);
      const ids = (outcome: ClaimedOne['outcome']): string[] =>
        claimed.filter((one) => one.outcome === outcome).map(({ id }) => id);
      expect(inState('sent').toSorted()).toEqual(ids('accepted').toSorted());
      expect(inState('unknown').toSorted()).toEqual(ids('unknown').toSorted());
      expect(inState('failed_final').toSorted()).toEqual(ids('refused').toSorted());
      expect(inState('sending')).toEqual([]);
      expect(inState('pending')).toHaveLength(250 - claimed.length);
      const day = dayOf(engine.clock.now());
      expect(engine.database.prepare(`SELECT day, other, errors FROM daily_stats`).all()).toEqual([
        { day, other: kept, errors: of('refused') },
      ]);
      expect(engine.database.prepare(`SELECT count(*) FROM quota_slots`).pluck().get()).toBe(kept);
      expect(engine.database.pragma('foreign_key_check')).toEqual([]);
    });
    expect(engine.database.pragma('integrity_check', { simple: true })).toBe('ok');
  });
});
