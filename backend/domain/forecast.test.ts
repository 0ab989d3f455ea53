import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/days.ts';
import { exhaustedAt, type ForecastLine, type ForecastPlan, type ForecastQueue } from './forecast.ts';
import { closingGroup, heldBackSlots } from './holdBack.ts';

const DAY = Date.parse('2026-11-20T00:00:00.000Z');
const NINE = DAY + 9 * HOUR_MS;

function queue(overrides: Partial<ForecastQueue> = {}): ForecastQueue {
  return { kind: 'other', dueAt: NINE, count: 1_000, timeZone: 'Europe/Paris', ...overrides };
}

function line(overrides: Partial<ForecastLine> = {}): ForecastLine {
  return {
    pace: { sendsPerMinute: 20, gapMs: { min: 500, max: 2_500 } },
    nextStartAt: NINE,
    warmupLeft: null,
    quietHours: null,
    queues: [queue()],
    ...overrides,
  };
}

function plan(overrides: Partial<ForecastPlan> = {}): ForecastPlan {
  return { now: NINE, left: 180, sendTimeoutMs: 15 * SECOND_MS, lines: [line()], ...overrides };
}

describe('forecast', () => {
  it('is when the last slot leaves at the pace of the line (MON-10)', () => {
    expect(exhaustedAt(plan())).toBe(NINE + 179 * 3_000);
    expect(exhaustedAt(plan({ left: 1 }))).toBe(NINE);
    expect(exhaustedAt(plan({ lines: [line({ nextStartAt: NINE + 2_000 })], left: 1 }))).toBe(NINE + 2_000);
  });

  it('is now when the quota is used up, null when less waits than is left (MON-10)', () => {
    expect(exhaustedAt(plan({ left: 0 }))).toBe(NINE);
    expect(exhaustedAt(plan({ left: -1 }))).toBe(NINE);
    expect(exhaustedAt(plan({ lines: [line({ queues: [queue({ count: 179 })] })] }))).toBeNull();
    expect(exhaustedAt(plan({ lines: [line({ queues: [queue({ count: 180 })] })] }))).not.toBeNull();
    expect(exhaustedAt(plan({ lines: [] }))).toBeNull();
  });

  it('waits for what is due later (MON-10)', () => {
    const later = queue({ dueAt: NINE + 5 * HOUR_MS, count: 1 });
    expect(exhaustedAt(plan({ lines: [line({ queues: [queue({ count: 179 }), later] })] }))).toBe(later.dueAt);
    const tomorrow = queue({ dueAt: DAY + DAY_MS, count: 1 });
    expect(exhaustedAt(plan({ lines: [line({ queues: [queue({ count: 179 }), tomorrow] })] }))).toBeNull();
  });

  it('ends with the day, before the last send whose answer could come after it (MON-10)', () => {
    const late = { now: DAY + DAY_MS - 45 * SECOND_MS, left: 10 };
    // One every three seconds: at 45, 42, ... 18 seconds before midnight.
    expect(exhaustedAt(plan(late))).toBe(late.now + 27 * SECOND_MS);
    expect(exhaustedAt(plan({ ...late, left: 11 }))).toBeNull();
  });

  it('adds lines up, each at its own pace (MON-10)', () => {
    const slow = line({ pace: { sendsPerMinute: 10, gapMs: { min: 0, max: 0 } } });
    // 20 + 10 a minute: the 180th leaves in the sixth minute.
    const at = exhaustedAt(plan({ lines: [line(), slow] })) ?? 0;
    expect(at).toBeGreaterThan(NINE + 5.8 * MINUTE_MS);
    expect(at).toBeLessThanOrEqual(NINE + 6 * MINUTE_MS);
  });

  it('stops a line where its warm-up ends (MON-10, SND-13)', () => {
    expect(exhaustedAt(plan({ lines: [line({ warmupLeft: 179 })] }))).toBeNull();
    expect(exhaustedAt(plan({ lines: [line({ warmupLeft: 180 })] }))).not.toBeNull();
    const other = line({ pace: { sendsPerMinute: 1, gapMs: { min: 0, max: 0 } } });
    expect(exhaustedAt(plan({ lines: [line({ warmupLeft: 90 }), other] }))).toBe(NINE + 89 * MINUTE_MS);
  });

  it('rests in the quiet hours of its recipients; follow-ups and messages by hand do not (MON-10, SND-13)', () => {
    // 12:00 to 14:00 in Paris is 11:00 to 13:00 UTC.
    const lunch = { quietHours: { from: '12:00', to: '14:00' }, nextStartAt: DAY + 10.95 * HOUR_MS };
    const now = lunch.nextStartAt;
    const campaign = line({ ...lunch, queues: [queue({ kind: 'message_1' })] });
    // 3 minutes hold 60 messages, the other 120 begin after lunch.
    expect(exhaustedAt(plan({ now, lines: [campaign] }))).toBe(DAY + 13 * HOUR_MS + 119 * 3_000);
    expect(exhaustedAt(plan({ now, lines: [line(lunch)] }))).toBe(now + 179 * 3_000);
    const followUps = line({ ...lunch, queues: [queue({ kind: 'message_2' })] });
    expect(exhaustedAt(plan({ now, lines: [followUps] }))).toBe(now + 179 * 3_000);
    const awake = queue({ kind: 'message_1', timeZone: 'America/New_York' });
    expect(exhaustedAt(plan({ now, lines: [line({ ...lunch, queues: [awake] })] }))).toBe(now + 179 * 3_000);
    const night = line({ quietHours: { from: '10:00', to: '09:59' }, queues: [queue({ kind: 'message_1' })] });
    expect(exhaustedAt(plan({ lines: [night] }))).toBeNull();
  });

  it('follows the pace of a campaign where it is slower (MON-10)', () => {
    const slow = queue({ kind: 'message_1', sendsPerMinute: 2 });
    expect(exhaustedAt(plan({ lines: [line({ queues: [slow] })] }))).toBe(NINE + 179 * 30_000);
    // Two such campaigns and one message by hand between them.
    const two = line({ queues: [slow, { ...slow }] });
    expect(exhaustedAt(plan({ lines: [two], left: 4 }))).toBe(NINE + 33_000);
  });

  it('leaves to Message 1 what is not held back, and more as the day passes (MON-10, CMP-12)', () => {
    const campaign = line({ queues: [queue({ kind: 'message_1' })] });
    const everythingHeld = plan({ lines: [campaign], heldBack: () => 180 });
    expect(exhaustedAt(everythingHeld)).toBeNull();
    const untilNoon = plan({ lines: [campaign], heldBack: (at) => (at < DAY + 12 * HOUR_MS ? 50 : 0) });
    expect(exhaustedAt(untilNoon)).toBe(DAY + 12 * HOUR_MS + 49 * 3_000);
    const asked: number[] = [];
    const counted = plan({
      lines: [campaign],
      heldBack: (at, message1) => asked.push(at) * 0 + Math.min(40, message1),
    });
    expect(exhaustedAt(counted)).toBeNull();
    expect(asked.length).toBeLessThan(120);
  });

  it('runs the rule of the reply guarantee itself: a silent campaign fills the day before midnight (MON-10, CMP-12)', () => {
    const heldBack = (at: number, message1: number): number =>
      heldBackSlots({
        now: at,
        dailyLimit: 180,
        tomorrowLimit: 180,
        used: message1,
        open: message1 === 0 ? [] : [{ closingGroup: closingGroup(NINE), count: message1 }],
        waiting: [],
        dueMessage1: () => 1_000,
        message1Today: message1,
        history: { message1: 500, message2: 50 },
        burst: 40,
      }).daily.message1;
    const at = exhaustedAt(plan({ lines: [line({ queues: [queue({ kind: 'message_1' })] })], heldBack })) ?? 0;
    expect(at).toBeGreaterThan(DAY + 12 * HOUR_MS);
    expect(at).toBeLessThan(DAY + DAY_MS);
  });

  it('equals a count by hand for any queue of one line, and never passes the day (MON-10)', () => {
    const queues = fc.array(
      fc.record({
        kind: fc.constant('other' as const),
        dueAt: fc.integer({ min: NINE - HOUR_MS, max: DAY + DAY_MS }),
        count: fc.integer({ min: 1, max: 60 }),
      }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(
        queues,
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 60 }),
        (rows, left, sendsPerMinute) => {
          const spacing = MINUTE_MS / sendsPerMinute;
          const dueTimes = rows
            .flatMap(({ dueAt, count }) => Array.from({ length: count }, () => dueAt))
            .toSorted((a, b) => a - b);
          let at = NINE - spacing;
          for (const dueAt of dueTimes.slice(0, left)) at = Math.max(at + spacing, dueAt, NINE);
          const fits = dueTimes.length >= left && at < DAY + DAY_MS - 15 * SECOND_MS;
          const pace = { sendsPerMinute, gapMs: { min: 0, max: 0 } };
          const found = exhaustedAt(plan({ left, lines: [line({ pace, queues: rows })] }));
          if (fits) expect(Math.abs((found ?? 0) - at)).toBeLessThan(2);
          else expect(found).toBeNull();
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('takes one step per slot however long the queue is (MON-10)', () => {
    const long = line({ pace: { sendsPerMinute: 600, gapMs: { min: 0, max: 0 } }, queues: [queue({ count: 1e9 })] });
    expect(exhaustedAt(plan({ lines: [long], left: 100_000 }))).toBe(NINE + 99_999 * 100);
  });
});
