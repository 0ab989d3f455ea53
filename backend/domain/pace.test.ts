import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/days.ts';
import { seededRandom } from '../core/random.ts';
import {
  leavesInQuietHours,
  meanSpacingMs,
  MORNING_MARGIN_MS,
  nextSendAt,
  quietPeriods,
  quietUntil,
  warmupLimit,
  type Pace,
} from './pace.ts';

const START = Date.parse('2026-11-20T12:00:00.000Z');
const DEFAULT_PACE: Pace = { sendsPerMinute: 20, gapMs: { min: 500, max: 2_500 } };

const paces = fc.record({
  sendsPerMinute: fc.integer({ min: 1, max: 120 }),
  gapMs: fc.tuple(fc.nat(5_000), fc.nat(5_000)).map(([min, more]) => ({ min, max: min + more })),
});

/** Starts of a line that always sends as early as it may, after each of `idleMs` doing nothing for a while. */
function starts(pace: Pace, count: number, options: { seed: number; idleMs?: readonly number[] }): number[] {
  const random = seededRandom(options.seed);
  const sends: number[] = [];
  for (let now = START; sends.length < count;) {
    const at = nextSendAt({ ...pace, recentSends: sends.slice(-pace.sendsPerMinute) }, random);
    now = Math.max(now, at) + (options.idleMs?.[sends.length] ?? 0);
    sends.push(now);
  }
  return sends;
}

/** Largest number of starts in any 60 seconds that include their first instant and not their last. */
function busiestMinute(sends: readonly number[]): number {
  let most = 0;
  let first = 0;
  for (const [index, at] of sends.entries()) {
    while (at - (sends[first] ?? at) >= MINUTE_MS) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

describe('pace', () => {
  it('starts at once when the line never sent (SND-13)', () => {
    expect(nextSendAt({ ...DEFAULT_PACE, recentSends: [] }, seededRandom(1))).toBe(0);
  });

  it('never starts more than N in any 60 s, whatever the gaps, the idle times and chance (SND-13)', () => {
    const idle = fc.array(fc.oneof(fc.constant(0), fc.nat(90_000)), { maxLength: 200 });
    fc.assert(
      fc.property(paces, idle, fc.integer(), (pace, idleMs, seed) => {
        expect(busiestMinute(starts(pace, 250, { seed, idleMs }))).toBeLessThanOrEqual(pace.sendsPerMinute);
      }),
      { numRuns: 1_000 },
    );
  });

  it('holds N in 60 s even if the gaps of the last minute were all the shortest (SND-13)', () => {
    const pace = { sendsPerMinute: 20, gapMs: { min: 0, max: 5_000 } };
    const recentSends = Array.from({ length: 20 }, (_, index) => START + index * 10);
    expect(nextSendAt({ ...pace, recentSends }, { next: () => 0 })).toBe(START + MINUTE_MS);
  });

  it('keeps at least the shortest gap between two starts (SND-13)', () => {
    fc.assert(
      fc.property(paces, fc.integer(), (pace, seed) => {
        const sends = starts(pace, 60, { seed });
        for (const [index, at] of sends.entries()) {
          if (index > 0) expect(at - (sends[index - 1] ?? at)).toBeGreaterThanOrEqual(pace.gapMs.min);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('spreads evenly: the mean is 60 s / N, within 10 %, and the gaps differ (SND-13)', () => {
    const sends = starts(DEFAULT_PACE, 1_000, { seed: 7 });
    const gaps = sends.slice(1).map((at, index) => at - (sends[index] ?? at));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    expect(meanSpacingMs(DEFAULT_PACE)).toBe(3_000);
    expect(mean).toBeGreaterThan(2_950);
    expect(mean).toBeLessThan(3_300);
    expect(new Set(gaps).size).toBeGreaterThan(500);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2_000);
  });

  it('follows the gaps alone when they are longer than 60 s / N (SND-13)', () => {
    const pace = { sendsPerMinute: 120, gapMs: { min: 1_000, max: 3_000 } };
    expect(meanSpacingMs(pace)).toBe(2_000);
    expect(nextSendAt({ ...pace, recentSends: [START] }, { next: () => 0.5 })).toBe(START + 2_000);
  });
});

describe('quiet hours', () => {
  const night = { from: '21:00', to: '08:00' };
  const at = (instant: string): number => Date.parse(instant);

  it('last from the one hour to the other, the first included, the last not (SND-13)', () => {
    const zone = { timeZone: 'Europe/Paris', quietHours: night };
    expect(quietUntil({ ...zone, at: at('2026-11-20T19:59:59.999Z') })).toBeNull();
    expect(quietUntil({ ...zone, at: at('2026-11-20T20:00:00.000Z') })).toBe(at('2026-11-21T07:00:00.000Z'));
    expect(quietUntil({ ...zone, at: at('2026-11-21T06:59:59.999Z') })).toBe(at('2026-11-21T07:00:00.000Z'));
    expect(quietUntil({ ...zone, at: at('2026-11-21T07:00:00.000Z') })).toBeNull();
  });

  it('may lie within a day, and are none when both hours are the same (SND-13)', () => {
    const noon = { from: '12:00', to: '14:00' };
    const zone = { timeZone: 'UTC', at: at('2026-11-20T12:30:00.000Z') };
    expect(quietUntil({ ...zone, quietHours: noon })).toBe(at('2026-11-20T14:00:00.000Z'));
    expect(quietUntil({ ...zone, quietHours: { from: '12:00', to: '12:00' } })).toBeNull();
  });

  it.each([
    // Spring: 02:00 becomes 03:00.
    ['Europe/Paris', '2026-03-28T20:00:00Z', '2026-03-29T06:00:00Z', night],
    ['America/New_York', '2026-03-08T02:00:00Z', '2026-03-08T12:00:00Z', night],
    // Autumn: 03:00 becomes 02:00.
    ['Europe/Paris', '2026-10-24T19:00:00Z', '2026-10-25T07:00:00Z', night],
    ['America/New_York', '2026-11-01T01:00:00Z', '2026-11-01T13:00:00Z', night],
    // The other hemisphere, half an hour of daylight saving, odd offsets, none at all.
    ['Australia/Sydney', '2026-10-03T11:00:00Z', '2026-10-03T21:00:00Z', night],
    ['Australia/Lord_Howe', '2026-10-03T10:30:00Z', '2026-10-03T21:00:00Z', night],
    ['Asia/Kathmandu', '2026-06-01T15:15:00Z', '2026-06-02T02:15:00Z', night],
    ['Africa/Dakar', '2026-06-01T21:00:00Z', '2026-06-02T08:00:00Z', night],
    // The end does not exist on that night: quiet ends where the clock jumps over it.
    ['Europe/Paris', '2026-03-28T20:00:00Z', '2026-03-29T01:00:00Z', { from: '21:00', to: '02:30' }],
    // The beginning does not exist: quiet begins with the jump.
    ['Europe/Paris', '2026-03-29T01:00:00Z', '2026-03-29T04:00:00Z', { from: '02:30', to: '06:00' }],
    // The hour comes twice, and is quiet twice.
    ['Europe/Paris', '2026-10-24T23:59:59Z', '2026-10-25T00:30:00Z', { from: '21:00', to: '02:30' }],
    ['Europe/Paris', '2026-10-25T01:10:00Z', '2026-10-25T01:30:00Z', { from: '21:00', to: '02:30' }],
    // From within the hour that comes twice to after it.
    ['Europe/Paris', '2026-10-25T00:45:00Z', '2026-10-25T01:00:00Z', { from: '02:30', to: '06:00' }],
  ])('in %s from %s end at %s (SND-13, REL-4)', (...row) => {
    const [timeZone, from, until, quietHours] = row;
    expect(new Date(quietUntil({ at: at(from), timeZone, quietHours }) ?? 0).toISOString()).toBe(
      new Date(at(until)).toISOString(),
    );
  });

  const zones = fc.constantFrom(
    'Europe/Paris',
    'America/New_York',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Asia/Tehran',
    'Africa/Casablanca',
    'Pacific/Apia',
    'UTC',
  );
  const timeOfDay = fc
    .integer({ min: 0, max: 24 * 4 - 1 })
    .map(
      (quarter) => `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`,
    );
  /** Around the nights when clocks change as often as at any other time. */
  const instants = fc.oneof(
    fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-12-31T00:00:00Z') }),
    fc
      .tuple(
        fc.constantFrom(
          '2026-03-29',
          '2026-10-25',
          '2026-03-08',
          '2026-11-01',
          '2026-04-05',
          '2026-10-04',
          '2026-02-15',
          '2026-03-22',
        ),
        fc.integer({ min: -DAY_MS, max: 2 * DAY_MS }),
      )
      .map(([day, offset]) => at(`${day}T00:00:00Z`) + offset),
  );

  /** What the wall clock shows, by another way than the code under test. */
  function wallTime(instant: number, timeZone: string): string {
    return new Date(instant).toLocaleTimeString('en-GB', {
      timeZone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  }
  function isQuiet(instant: number, timeZone: string, hours: { from: string; to: string }): boolean {
    const time = wallTime(instant, timeZone);
    if (hours.from <= hours.to) return time >= hours.from && time < hours.to;
    return time >= hours.from || time < hours.to;
  }

  it('end at the first instant that the wall clock allows, daylight saving both ways (SND-13, REL-4)', () => {
    fc.assert(
      fc.property(zones, fc.record({ from: timeOfDay, to: timeOfDay }), instants, (timeZone, quietHours, instant) => {
        const until = quietUntil({ at: instant, timeZone, quietHours });
        if (until === null) {
          expect(isQuiet(instant, timeZone, quietHours)).toBe(false);
          return;
        }
        expect(until).toBeGreaterThan(instant);
        expect(until - instant).toBeLessThanOrEqual(25 * HOUR_MS);
        expect(isQuiet(until, timeZone, quietHours)).toBe(false);
        for (let before = until - 1; before >= instant; before -= 15 * MINUTE_MS) {
          expect(isQuiet(before, timeZone, quietHours)).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('are listed as periods that hold exactly the quiet instants (SND-13, MON-10)', () => {
    fc.assert(
      fc.property(zones, fc.record({ from: timeOfDay, to: timeOfDay }), instants, (timeZone, quietHours, from) => {
        const periods = quietPeriods({ from, to: from + DAY_MS }, { timeZone, quietHours });
        for (let instant = from; instant < from + DAY_MS; instant += 97 * MINUTE_MS) {
          const inPeriod = periods.some((period) => period.from <= instant && instant < period.until);
          expect(inPeriod).toBe(quietUntil({ at: instant, timeZone, quietHours }) !== null);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('let a follow-up leave that answers one who is awake, or whose window closes before the morning (SND-13, CMP-6)', () => {
    const now = at('2026-11-21T01:00:00Z');
    const until = at('2026-11-21T07:00:00Z');
    const leaves = (answeredAt: number, expiresAt: number): boolean =>
      leavesInQuietHours({ answeredAt, expiresAt }, { now, until });
    expect(leaves(now - MINUTE_MS, now + 20 * HOUR_MS)).toBe(true);
    expect(leaves(now - 3 * HOUR_MS, now + 20 * HOUR_MS)).toBe(false);
    expect(leaves(now - 3 * HOUR_MS, until + HOUR_MS)).toBe(false);
    expect(leaves(now - 3 * HOUR_MS, until + HOUR_MS - 1)).toBe(true);
  });

  it('never hold a follow-up past its window: what waits has an hour of it left in the morning (SND-13, CMP-6)', () => {
    const hours = fc.record({ from: timeOfDay, to: timeOfDay });
    const span = fc.record({ sinceAnswer: fc.nat(DAY_MS), untilClose: fc.nat(DAY_MS) });
    fc.assert(
      fc.property(
        zones,
        fc.tuple(hours, instants),
        span,
        (timeZone, [quietHours, now], { sinceAnswer, untilClose }) => {
          const until = quietUntil({ at: now, timeZone, quietHours });
          if (until === null) return;
          const expiresAt = now + untilClose;
          if (leavesInQuietHours({ answeredAt: now - sinceAnswer, expiresAt }, { now, until })) return;
          expect(expiresAt - until).toBeGreaterThanOrEqual(MORNING_MARGIN_MS);
          expect(sinceAnswer).toBeGreaterThanOrEqual(HOUR_MS);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('refuse a time zone that is not one (SND-13)', () => {
    expect(() => quietUntil({ at: START, timeZone: 'Mars/Olympus', quietHours: night })).toThrow(RangeError);
  });
});

describe('warm-up', () => {
  const steps = [20, 50, 100];

  it('allows each day of use its step, then everything (SND-13)', () => {
    const limits = ['2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23', '2027-01-01'].map((day) =>
      warmupLimit({ steps, startedDay: '2026-11-20', day }),
    );
    expect(limits).toEqual([20, 50, 100, null, null]);
  });

  it('stays at the first step while the line has not sent, or the clock stands before its first day (SND-13)', () => {
    expect(warmupLimit({ steps, startedDay: null, day: '2026-11-20' })).toBe(20);
    expect(warmupLimit({ steps, startedDay: '2026-11-20', day: '2026-11-18' })).toBe(20);
  });

  it('limits nothing without steps (SND-13)', () => {
    expect(warmupLimit({ steps: [], startedDay: '2026-11-20', day: '2026-11-20' })).toBeNull();
  });
});
