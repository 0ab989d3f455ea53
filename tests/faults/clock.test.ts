import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, dayOf } from '../../backend/core/days.ts';
import { integerBetween } from '../../backend/core/random.ts';
import { mostInAMinute, peaks, startFaultBench, type FaultBench } from '../support/faultBench.ts';
import { playRounds } from '../support/repetitions.ts';

const LIMIT = 180;
const ENV = { VIGIE_DAILY_LIMIT: String(LIMIT), VIGIE_SENDS_PER_MINUTE: '600' };

/** Nothing of a ledger left twice, and none of ours is counted otherwise than the provider has it (I4, I7). */
function expectOnce(bench: FaultBench): void {
  const references = bench.taken().map(({ reference }) => reference);
  expect(new Set(references).size).toBe(references.length);
  expect(bench.counted()).toBe(references.length);
}
const usedOfDays = (bench: FaultBench): number[] =>
  bench.database.prepare<[], number>(`SELECT message_1 + message_2 + other FROM daily_stats`).pluck().all();

/** Moments at which the clock moves: each brings a bench there. */
const MOMENTS: [string, (bench: FaultBench) => Promise<void>][] = [
  ['before anything left', async () => {}],
  [
    'while a message is in flight',
    async (bench) => {
      bench.simulator.addFaults([{ kind: 'hang' }]);
      bench.queue(1);
      await bench.pass(SECOND_MS, SECOND_MS);
    },
  ],
  [
    'while a message waits to be tried again',
    async (bench) => {
      bench.simulator.addFaults([{ kind: 'rate_limited' }]);
      bench.queue(3);
      await bench.pass(5 * SECOND_MS);
    },
  ],
  [
    'at 179 of 180',
    async (bench) => {
      bench.queue(LIMIT - 1);
      await bench.pass(20 * SECOND_MS);
      expect(bench.taken()).toHaveLength(LIMIT - 1);
    },
  ],
  [
    'at 180 of 180 with more waiting',
    async (bench) => {
      bench.queue(LIMIT + 20);
      await bench.pass(25 * SECOND_MS);
      expect(bench.taken()).toHaveLength(LIMIT);
    },
  ],
];
const FORWARD = [
  ['an hour', HOUR_MS],
  ['a day', DAY_MS],
  ['a year', 365 * DAY_MS],
] as const;
const BACK = [
  ['an hour back', (now: number) => now - HOUR_MS],
  ['a day back', (now: number) => now - DAY_MS],
  ['to 1970', () => 1_000],
] as const;

describe.each(MOMENTS)('a clock that is moved %s', (_moment, reach) => {
  it.each(BACK)(
    '%s reopens no day, and all drains once it is right (fault 17; REL-4, MON-8, I1, I4, I11)',
    async (_jump, to) => {
      const bench = await startFaultBench({ env: ENV, apart: true });
      await reach(bench);
      const right = bench.clock.now() - bench.clock.monotonic();
      bench.clock.set(to(bench.clock.now()));
      bench.queue(30);
      await bench.pass(3 * MINUTE_MS);
      // On the provider's clock it is the same day still.
      expect(peaks(bench.taken()).onADay).toBeLessThanOrEqual(LIMIT);
      bench.clock.set(right + bench.clock.monotonic());
      await bench.pass(15 * MINUTE_MS);
      expect(peaks(bench.taken()).onADay).toBeLessThanOrEqual(LIMIT);
      // The next day serves what this one could not.
      bench.clock.set(right + DAY_MS + bench.clock.monotonic());
      await bench.pass(12 * MINUTE_MS);
      expect(Object.keys(bench.states()).filter((state) => !['sent', 'delivered'].includes(state))).toEqual([]);
      expect(Math.max(...usedOfDays(bench))).toBeLessThanOrEqual(LIMIT);
      expectOnce(bench);
    },
  );

  it.each(FORWARD)(
    '%s ahead and back spends no day twice (fault 17; REL-4, MON-2, MON-8, I1, I4)',
    async (_jump, ahead) => {
      const bench = await startFaultBench({ env: ENV, apart: true });
      await reach(bench);
      const before = bench.taken().length;
      bench.clock.set(bench.clock.now() + ahead);
      bench.queue(LIMIT);
      await bench.pass(2 * MINUTE_MS);
      const during = bench.taken().length;
      const isNewDay = ahead >= DAY_MS;
      expect(during).toBeLessThanOrEqual(isNewDay ? before + LIMIT : LIMIT);
      bench.clock.set(bench.clock.now() - ahead);
      await bench.pass(5 * MINUTE_MS);
      // The day that the clock saw is not left again for an earlier one. What was in flight may arrive.
      expect(bench.taken().length).toBeLessThanOrEqual(isNewDay ? before + LIMIT : LIMIT);
      expect(Math.max(...usedOfDays(bench))).toBeLessThanOrEqual(LIMIT);
      bench.clock.set(bench.clock.now() + ahead + DAY_MS);
      await bench.pass(12 * MINUTE_MS);
      expect(bench.states()['unknown']).toBeUndefined();
      expect(Math.max(...usedOfDays(bench))).toBeLessThanOrEqual(LIMIT);
      expectOnce(bench);
    },
  );
});

describe('a day that ends', () => {
  it.each([
    ['an ordinary midnight', '2026-11-20'],
    ['the last day of a year', '2026-12-31'],
    ['28 February of a leap year', '2028-02-28'],
    ['the leap day', '2028-02-29'],
    ['28 February of no leap year', '2027-02-28'],
    ['the end of daylight saving in Paris', '2026-10-24'],
    ['the beginning of daylight saving in Paris', '2027-03-27'],
    ['the end of daylight saving in New York', '2026-10-31'],
    ['the beginning of daylight saving in New York', '2027-03-13'],
    ['the beginning of daylight saving in Lord Howe', '2026-10-03'],
  ])(
    'at 179 of 180, %s: one more today, the rest after 00:00 UTC, never above a limit (fault 17; REL-4, MON-2, MON-8, I1)',
    async (name, day) => {
      const zone = /in (.+)$/.exec(name)?.[1];
      const zones: Record<string, string> = { 'New York': 'America/New_York', 'Lord Howe': 'Australia/Lord_Howe' };
      const env = { ...ENV, VIGIE_TIME_ZONE: zones[zone ?? ''] ?? 'Europe/Paris' };
      const bench = await startFaultBench({ env, now: `${day}T23:58:00.000Z` });
      bench.queue(LIMIT - 1);
      await bench.pass(30 * SECOND_MS);
      expect(bench.taken()).toHaveLength(LIMIT - 1);
      bench.queue(10);
      await bench.pass(80 * SECOND_MS);
      expect(bench.taken()).toHaveLength(LIMIT);
      await bench.pass(20 * SECOND_MS);
      expect(bench.taken()).toHaveLength(LIMIT + 9);
      expect(peaks(bench.taken()).onADay).toBe(LIMIT);
      expect(dayOf(bench.taken().at(-1)!.acceptedAt)).toBe(dayOf(Date.parse(`${day}T00:00:00Z`) + DAY_MS));
      expect(bench.workspace.services.monitoring.stats()).toMatchObject({ sent: 9, message1: 0, errors: 0 });
      await bench.pass(3 * HOUR_MS, MINUTE_MS);
      expect(bench.workspace.services.monitoring.stats()).toMatchObject({ sent: 9 });
      expectOnce(bench);
    },
  );

  it('proves the absence of a message by time that passed, not by a clock that jumped (fault 17; SND-6, I4)', async () => {
    const bench = await startFaultBench({
      ...{ env: ENV, apart: true },
      rules: { faults: { reset: 1 }, lookup: { hiddenMs: [60_000, 90_000] } },
    });
    bench.database.exec(`UPDATE lines SET absent_policy = 'retry'`);
    bench.queue(5);
    await bench.pass(10 * SECOND_MS, SECOND_MS);
    bench.clock.set(bench.clock.now() + HOUR_MS);
    await bench.pass(5 * MINUTE_MS);
    expect(bench.simulator.requests()).toHaveLength(5);
    expectOnce(bench);
  });
});

describe('a machine that sleeps for 9 hours', () => {
  it('across midnight and the end of windows: no burst, no late follow-up, no day above its limit (fault 18; REL-4, CMP-6, MON-8, SND-13, I1, I3)', async () => {
    await playRounds({ run: 20, long: 200 }, async ({ seed, random }) => {
      // Message 1 leaves at 20:00; its windows close at 20:00 of the next day.
      const bench = await startFaultBench({
        ...{ env: { ...ENV, VIGIE_SENDS_PER_MINUTE: '20' }, seed, now: '2026-11-20T20:00:00.000Z' },
      });
      const { services, campaigns } = bench.workspace;
      const { id } = bench.campaign(12);
      await bench.pass(MINUTE_MS);
      expect(bench.taken()).toHaveLength(12);
      const recipients = services.campaigns.recipients({ id, limit: 200 }).items;
      const wakesAt = Date.parse('2026-11-21T20:00:00.000Z') + integerBetween(random, -10, 10) * 12 * SECOND_MS;
      // Answered just before it fell asleep, with everything paused so that the follow-ups still wait.
      bench.clock.set(wakesAt - 9 * HOUR_MS - MINUTE_MS);
      services.sending.pause({ scope: 'all', until: new Date(wakesAt - HOUR_MS).toISOString() }, 'operator');
      for (const [index, { phone }] of recipients.entries()) {
        const at = bench.clock.now();
        campaigns.followUp.onAnswer({
          ...{ lineId: 'line', providerMessageId: `answer-${index}`, phone, senderId: null, type: 'text', text: 'Oui' },
          ...{ at, receivedAt: at, quotedProviderId: null },
        });
      }
      await bench.pass(MINUTE_MS);
      expect(bench.taken()).toHaveLength(12);
      bench.clock.set(wakesAt);
      await bench.pass(3 * MINUTE_MS);
      const message1At = new Map(
        bench
          .taken()
          .slice(0, 12)
          .map(({ reference, acceptedAt }) => [reference, acceptedAt]),
      );
      const followUps = bench.taken().slice(12);
      for (const { reference, acceptedAt } of followUps) {
        expect(acceptedAt).toBeLessThan(message1At.get(reference.replace('message_2', 'message_1'))! + DAY_MS);
      }
      expect(mostInAMinute(followUps.map(({ acceptedAt }) => acceptedAt))).toBeLessThanOrEqual(20);
      const states = services.campaigns.recipients({ id, limit: 200 }).items.map(({ state }) => state);
      expect(states.filter((state) => state === 'message_2_sent')).toHaveLength(followUps.length);
      expect(
        states.filter((state) => state === 'failed'),
        `seed ${seed}`,
      ).toHaveLength(12 - followUps.length);
      expect(peaks(bench.taken()).onADay).toBeLessThanOrEqual(LIMIT);
      expectOnce(bench);
    });
  });

  it('with the quota used up: the next day begins at 0 and serves what waited, at the pace (fault 18; MON-8, SND-13, OPS-7, I1)', async () => {
    const bench = await startFaultBench({
      env: { ...ENV, VIGIE_SENDS_PER_MINUTE: '60' },
      now: '2026-11-20T20:00:00.000Z',
    });
    bench.queue(LIMIT + 100);
    await bench.pass(4 * MINUTE_MS);
    expect(bench.taken()).toHaveLength(LIMIT);
    bench.clock.set(bench.clock.now() + 9 * HOUR_MS);
    await bench.pass(30 * SECOND_MS);
    const first = bench.taken().length - LIMIT;
    expect(first).toBeGreaterThanOrEqual(25);
    expect(first).toBeLessThanOrEqual(31);
    await bench.pass(2 * MINUTE_MS);
    expect(bench.taken()).toHaveLength(LIMIT + 100);
    expect(peaks(bench.taken()).onADay).toBe(LIMIT);
    expectOnce(bench);
  });
});
