import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageType } from '../contract/attempts.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/days.ts';
import {
  closingGroup,
  heldBackSlots,
  isHeldBack,
  LAST_CALL_MS,
  WINDOW_GROUP_MS,
  type HeldBack,
  type QuotaNeed,
} from './holdBack.ts';

const DAY = Date.parse('2026-11-20T00:00:00.000Z');
const NOON = DAY + 12 * HOUR_MS;

function need(overrides: Partial<QuotaNeed> = {}): QuotaNeed {
  return {
    now: NOON,
    dailyLimit: 180,
    tomorrowLimit: 180,
    used: 0,
    open: [],
    waiting: [],
    dueMessage1: () => 1_000,
    message1Today: 0,
    history: { message1: 0, message2: 0 },
    burst: 40,
    ...overrides,
  };
}

const quota = { now: NOON, used: 0, dailyLimit: 180, rollingUsed: 0, rollingLimit: 1_000 };
const message1 = { type: 'message_1', expiresAt: null } as const;

/** Message 1 that leave one after the other at `now`, until the quota held back stops them. */
function leavingAt(now: number, overrides: Partial<QuotaNeed> = {}): number {
  for (let sent = 0; ; sent += 1) {
    const open = sent === 0 ? [] : [{ closingGroup: closingGroup(now), count: sent }];
    const given = need({ now, used: sent, message1Today: sent, open, ...overrides });
    const usage = { ...quota, now, used: sent, dailyLimit: given.dailyLimit, rollingUsed: sent };
    if (isHeldBack(message1, usage, heldBackSlots(given))) return sent;
  }
}

describe('quota held back', () => {
  it('keeps one slot of today for each window that closes today, answered or not (CMP-12)', () => {
    const sentYesterday = closingGroup(NOON - 20 * HOUR_MS);
    const given = need({
      open: [{ closingGroup: sentYesterday, count: 70 }],
      waiting: [{ closingGroup: sentYesterday, count: 30 }],
    });
    expect(heldBackSlots(given).daily).toEqual({ message1: 100, laterMessage2: 100 });
  });

  it('keeps the expected answers of windows that close tomorrow, as many as the last week had (CMP-12)', () => {
    const sentToday = [{ closingGroup: closingGroup(NOON), count: 100 }];
    const history = { message1: 1_000, message2: 200 };
    const { daily } = heldBackSlots(need({ open: sentToday, message1Today: 100, used: 100, history }));
    expect(daily.laterMessage2).toBe(0);
    expect(daily.message1).toBeGreaterThan(20);
    expect(daily.message1).toBeLessThan(45);
  });

  it('learns the reply rate from the finished days, and from today when it shows more (CMP-12)', () => {
    const sentToday = [{ closingGroup: closingGroup(NOON), count: 100 }];
    const held = (overrides: Partial<QuotaNeed>): number =>
      heldBackSlots(need({ open: sentToday, message1Today: 100, ...overrides })).daily.message1;
    expect(held({ history: { message1: 1_000, message2: 10 } })).toBeLessThan(6);
    expect(held({ history: { message1: 1_000, message2: 600 } })).toBeGreaterThan(55);
    // A hundred windows are still silent, two hundred were answered.
    expect(held({ history: { message1: 1_000, message2: 10 }, message1Today: 300 })).toBeGreaterThan(55);
  });

  it('gives the expected part free as the day passes without answers: all quota is used at its end (CMP-12)', () => {
    const sentAt = DAY + 9 * HOUR_MS;
    const history = { message1: 1_000, message2: 200 };
    const open = [{ closingGroup: closingGroup(sentAt), count: 130 }];
    const hours = [9, 10, 12, 15, 18, 21, 23].map(
      (hour) => heldBackSlots(need({ now: DAY + hour * HOUR_MS, open, message1Today: 130, history })).daily.message1,
    );
    expect(hours).toEqual(hours.toSorted((one, other) => other - one));
    expect(hours.at(-1)).toBeLessThan(4);
  });

  it('lets the whole limit leave as Message 1 on a first day, as the remaining capacity says (CMP-12, MON-5)', () => {
    expect(leavingAt(DAY + 9 * HOUR_MS)).toBe(180);
    expect(leavingAt(DAY + 9 * HOUR_MS, { dailyLimit: 20, tomorrowLimit: 20 })).toBe(20);
  });

  it('never stops the first Message 1 of a day by expectation, were the limit 1 (CMP-12)', () => {
    const surely = { history: { message1: 100, message2: 100 } };
    for (const dailyLimit of [1, 2, 3, 180]) {
      expect(leavingAt(NOON, { ...surely, dailyLimit, tomorrowLimit: dailyLimit })).toBeGreaterThan(0);
    }
  });

  it('opens no window that tomorrow’s limit could not serve (CMP-12)', () => {
    const later = closingGroup(NOON);
    const open = [{ closingGroup: later, count: 30 }];
    const held = (tomorrowLimit: number): HeldBack => heldBackSlots(need({ open, used: 30, tomorrowLimit }));
    expect(isHeldBack(message1, { ...quota, used: 30 }, held(30))).toBe(true);
    expect(isHeldBack(message1, { ...quota, used: 30 }, held(31))).toBe(false);
  });

  it('counts a window of the first ten minutes of a day twice, and lets a long queue wait them out (CMP-12)', () => {
    const early = DAY + 5 * MINUTE_MS;
    const short = { now: early, dueMessage1: () => 56 };
    const open = [{ closingGroup: closingGroup(early), count: 10 }];
    expect(heldBackSlots(need(short)).daily.message1).toBe(1);
    expect(heldBackSlots(need({ ...short, open, used: 10 })).daily.message1).toBe(11);
    expect(leavingAt(early)).toBe(0);
    expect(leavingAt(DAY + WINDOW_GROUP_MS + 1)).toBeGreaterThan(100);
  });

  it('puts a window into the group that holds its last instant (CMP-12)', () => {
    const sentAt = NOON + 10 * MINUTE_MS;
    expect(closingGroup(sentAt)).toBe(NOON + DAY_MS);
    expect(closingGroup(sentAt + 1)).toBe(NOON + DAY_MS + 10 * MINUTE_MS);
    expect(closingGroup(DAY)).toBeLessThan(DAY + DAY_MS);
  });
});

describe('who is held', () => {
  const held: HeldBack = {
    daily: { message1: 60, laterMessage2: 40 },
    rolling: { message1: 60, laterMessage2: 40 },
  };
  const today = { type: 'message_2', expiresAt: NOON + HOUR_MS } as const;
  const tomorrow = { type: 'message_2', expiresAt: NOON + 20 * HOUR_MS } as const;
  const verdicts = (usage: Partial<typeof quota>): boolean[] =>
    [message1, tomorrow, today].map((message) => isHeldBack(message, { ...quota, ...usage }, held));

  it('is Message 1 first, then a Message 2 that can leave tomorrow, never one that cannot (CMP-12)', () => {
    expect(verdicts({ used: 119 })).toEqual([false, false, false]);
    expect(verdicts({ used: 120 })).toEqual([true, false, false]);
    expect(verdicts({ used: 139 })).toEqual([true, false, false]);
    expect(verdicts({ used: 140 })).toEqual([true, true, false]);
    expect(verdicts({ used: 179 })).toEqual([true, true, false]);
  });

  it('gets the last slots of the rolling cap in the last minute of its window only (CMP-12)', () => {
    expect(verdicts({ rollingUsed: 939 })).toEqual([false, false, false]);
    expect(verdicts({ rollingUsed: 940 })).toEqual([true, false, false]);
    expect(verdicts({ rollingUsed: 960 })).toEqual([true, true, true]);
    const lastCall = { type: 'message_2', expiresAt: NOON + LAST_CALL_MS } as const;
    expect(isHeldBack(lastCall, { ...quota, rollingUsed: 999 }, held)).toBe(false);
    expect(isHeldBack(lastCall, { ...quota, rollingUsed: 1_000 }, held)).toBe(true);
  });

  it('is never a message of another type (CMP-12)', () => {
    for (const type of messageType.options) {
      if (type === 'message_1' || type === 'message_2') continue;
      expect(isHeldBack({ type, expiresAt: null }, { ...quota, used: 179, rollingUsed: 999 }, held)).toBe(false);
    }
  });
});

describe('bounds of the quota held back', () => {
  const groups = fc.array(
    fc.record({
      closingGroup: fc.integer({ min: 0, max: 143 }).map((index) => NOON + index * WINDOW_GROUP_MS),
      count: fc.integer({ min: 1, max: 40 }),
    }),
    { maxLength: 12 },
  );
  const needs = fc
    .record({
      open: groups,
      waiting: groups,
      message1Today: fc.nat(500),
      used: fc.nat(200),
      history: fc.tuple(fc.nat(2_000), fc.nat(2_000)).map(([one, other]) => ({ message1: one, message2: other })),
      tomorrowLimit: fc.integer({ min: 1, max: 1_000 }),
      burst: fc.integer({ min: 1, max: 300 }),
    })
    .map(need);
  const count = (rows: readonly { count: number }[]): number => rows.reduce((total, row) => total + row.count, 0);

  it('lie between what is guaranteed and one slot per window, the new one included (CMP-12)', () => {
    fc.assert(
      fc.property(needs, (given) => {
        const { daily, rolling } = heldBackSlots(given);
        const endOfDay = DAY + DAY_MS + 10 * MINUTE_MS;
        const all = [...given.open, ...given.waiting];
        const reserved = count(all.filter((group) => group.closingGroup < endOfDay));
        expect(daily.laterMessage2).toBe(reserved);
        expect(daily.message1).toBeGreaterThanOrEqual(reserved);
        expect(daily.message1).toBeLessThanOrEqual(Math.max(given.dailyLimit, count(all) + 1));
        expect(rolling.message1).toBeGreaterThanOrEqual(Math.min(given.burst, count(all) + 1));
        expect(rolling.message1).toBeLessThanOrEqual(count(all) + 1);
        expect(rolling.laterMessage2).toBeLessThanOrEqual(rolling.message1);
        expect([daily, rolling].flatMap((row) => Object.values(row)).every(Number.isInteger)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keep used + reserved within the limit, whatever leaves next (CMP-12)', () => {
    fc.assert(
      fc.property(needs, fc.nat(180), (given, used) => {
        const held = heldBackSlots({ ...given, used });
        fc.pre(used + held.daily.laterMessage2 <= given.dailyLimit);
        const usage = { ...quota, used };
        const later = { type: 'message_2', expiresAt: NOON + 20 * HOUR_MS } as const;
        for (const message of [message1, later]) {
          if (isHeldBack(message, usage, held)) continue;
          expect(used + 1 + held.daily.laterMessage2).toBeLessThanOrEqual(given.dailyLimit);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
