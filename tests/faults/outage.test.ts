import { describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../backend/core/days.ts';
import { integerBetween } from '../../backend/core/random.ts';
import { mostInAMinute, startFaultBench, type FaultBench } from '../support/faultBench.ts';
import { playRounds } from '../support/repetitions.ts';

const PER_MINUTE = 20;
/** Limits out of the way: these runs are about losses, doubles and bursts. */
const ENV = {
  VIGIE_DAILY_LIMIT: '100000',
  VIGIE_ROLLING_LIMIT: '1000000',
  VIGIE_SENDS_PER_MINUTE: String(PER_MINUTE),
};
/** All is drained this long after the provider is back: one wait of 10 minutes and a tenth, then the queue's own pace. */
const DRAINED_AFTER_MS = 11 * MINUTE_MS + MINUTE_MS;

function expectDrained(bench: FaultBench, references: readonly string[]): void {
  expect(
    bench
      .taken()
      .map(({ reference }) => reference)
      .toSorted(),
  ).toEqual(references.toSorted());
  const { sent = 0, delivered = 0, ...others } = bench.states();
  expect([sent + delivered, others]).toEqual([references.length, {}]);
  expect(bench.counted()).toBe(references.length);
}

function expectNoBurst(bench: FaultBench): void {
  expect(mostInAMinute(bench.simulator.requests().map(({ at }) => at))).toBeLessThanOrEqual(PER_MINUTE);
}

describe('a provider that is down', () => {
  it.each([
    ['30 minutes', 30 * MINUTE_MS, 60],
    ['26 hours', 26 * HOUR_MS, 28],
  ])(
    'for %s: all leave once afterwards, at the pace (fault 12; REL-5, SND-13, I4, I5, I11)',
    async (_name, ...[downMs, count]) => {
      const bench = await startFaultBench({ env: ENV });
      const references = bench.queue(count);
      await bench.pass(MINUTE_MS - SECOND_MS);
      const before = bench.taken().length;
      expect(before).toBe(PER_MINUTE);
      bench.simulator.goDown(downMs);
      // At the end of it the provider is there again, and takes what is due at that very moment.
      await bench.pass(downMs - MINUTE_MS, MINUTE_MS);
      expect(bench.taken()).toHaveLength(before);
      expect(bench.states()['failed_final']).toBeUndefined();
      await bench.pass(DRAINED_AFTER_MS + (count / PER_MINUTE) * MINUTE_MS);
      expectDrained(bench, references);
      expectNoBurst(bench);
    },
  );

  it('again and again: all leave once, at the pace (fault 12; REL-5, SND-13, I4, I5, I11)', async () => {
    const flaps = 15;
    await playRounds({ run: flaps, long: 300, batch: flaps }, async ({ seed, random }) => {
      const bench = await startFaultBench({ env: ENV, seed });
      const references = bench.queue(flaps * 10);
      for (let flap = 0; flap < flaps; flap++) {
        await bench.pass(integerBetween(random, 5, 90) * SECOND_MS);
        const downMs = integerBetween(random, 1, 240) * SECOND_MS;
        bench.simulator.goDown(downMs);
        await bench.pass(downMs);
      }
      await bench.pass(DRAINED_AFTER_MS + ((flaps * 10) / PER_MINUTE) * MINUTE_MS);
      expectDrained(bench, references);
      expectNoBurst(bench);
    });
  });

  it('takes a few, then breaks the line in mid-answer and stays away: asked afterwards, none twice (fault 12; SND-6, I4)', async () => {
    const bench = await startFaultBench({ env: ENV });
    const references = bench.queue(40);
    await bench.pass(30 * SECOND_MS);
    bench.simulator.addFaults([{ kind: 'hang', count: 4 }]);
    await bench.pass(12 * SECOND_MS, SECOND_MS);
    bench.simulator.goDown(2 * HOUR_MS);
    await bench.pass(2 * HOUR_MS, MINUTE_MS);
    // The last distance between two questions about an outcome is 15 minutes.
    await bench.pass(15 * MINUTE_MS + DRAINED_AFTER_MS);
    expectDrained(bench, references);
    expectNoBurst(bench);
  });
});

describe('a look-up that lies', () => {
  const count = 50;
  const rounds = { run: count, long: 500, batch: count };
  const fast = { ...ENV, VIGIE_SENDS_PER_MINUTE: '60000' };

  it.each([
    ['says 404 once, then 200', { notFoundFirst: 1 }],
    ['does not know a message for up to 2 minutes', { hiddenMs: [0, 115_000] as [number, number] }],
    ['fails with 5xx in every third case', { errorShare: 0.3 }],
    ['lists everything, page by page', { ignoresReference: true }],
    ['does all of it', { hiddenMs: [0, 60_000] as [number, number], errorShare: 0.3, ignoresReference: true }],
  ])(
    'because it %s: no message is sent twice, also where absence is a reason to (fault 13; SND-6, I4, I7)',
    async (_name, lookup) => {
      await playRounds(rounds, async ({ seed }) => {
        const bench = await startFaultBench({
          ...{ env: fast, seed },
          rules: { faults: { bad_gateway_accepted: 1 }, lookup },
        });
        bench.database.exec(`UPDATE lines SET absent_policy = 'retry'`);
        const references = bench.queue(count);
        // One question in 15 minutes at the end: even unlucky ones are answered within that time.
        await bench.pass('errorShare' in lookup ? 150 * MINUTE_MS : 30 * MINUTE_MS, 15 * SECOND_MS);
        expect(bench.simulator.requests()).toHaveLength(count);
        expectDrained(bench, references);
      });
    },
  );

  it('for longer than the settling time: waits for the operator and is settled when it tells the truth (fault 13; SND-6, SND-8, I4)', async () => {
    await playRounds(rounds, async ({ seed }) => {
      const bench = await startFaultBench({
        ...{ env: fast, seed },
        rules: { faults: { reset: 1 }, lookup: { hiddenMs: [HOUR_MS, 2 * HOUR_MS] } },
      });
      const references = bench.queue(count);
      await bench.pass(HOUR_MS / 2, MINUTE_MS);
      expect(bench.states()).toEqual({ unknown: count });
      expect(bench.workspace.services.monitoring.stats().unknown).toBe(count);
      await bench.pass(2 * HOUR_MS + 30 * MINUTE_MS, MINUTE_MS);
      expect(bench.simulator.requests()).toHaveLength(count);
      expectDrained(bench, references);
    });
  });

  it('is believed twice, a settling time apart, about what never arrived: that is sent again, once (fault 13; SND-6, I5)', async () => {
    await playRounds(rounds, async ({ seed }) => {
      const bench = await startFaultBench({ env: fast, seed });
      bench.database.exec(`UPDATE lines SET absent_policy = 'retry'`);
      bench.simulator.addFaults([{ kind: 'reset_unaccepted', count }]);
      const references = bench.queue(count);
      await bench.pass(2 * MINUTE_MS);
      expect(bench.states()).toEqual({ unknown: count });
      await bench.pass(3 * MINUTE_MS);
      expectDrained(bench, references);
      const byReference = Map.groupBy(bench.simulator.requests(), ({ reference }) => reference);
      for (const requests of byReference.values()) {
        expect(requests).toHaveLength(2);
        expect(requests[1]!.at - requests[0]!.at).toBeGreaterThanOrEqual(2 * MINUTE_MS);
        expect(requests[1]!.requestHash).toBe(requests[0]!.requestHash);
      }
    });
  });
});
