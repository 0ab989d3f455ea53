import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertLevel } from '../contract/monitoring.ts';
import { dayOf, MINUTE_MS } from '../core/days.ts';
import {
  alertLevel,
  CAPACITY_WARNING_BELOW,
  closesTooSoon,
  decideSend,
  ERROR_ALERT_ABOVE,
  errorRate,
  interactionRate,
  remainingCapacity,
  showsBadge,
} from './quota.ts';

const runs = { numRuns: 2_000 };
const limits = fc.integer({ min: 1, max: 100_000 });
const counts = fc.integer({ min: 0, max: 120_000 });
/** Counts that lie at the boundaries of a limit as often as anywhere else. */
const sentAndLimit = limits.chain((limit) =>
  fc.record({
    limit: fc.constant(limit),
    sent: fc.oneof(
      fc.integer({ min: 0, max: 2 * limit }),
      fc
        .tuple(fc.constantFrom(0.75, 0.9, 1), fc.integer({ min: -2, max: 2 }))
        .map(([share, offset]) => Math.max(0, Math.floor(limit * share) + offset)),
    ),
  }),
);

describe('alert level', () => {
  it.each<[number, AlertLevel]>([
    [0, 'ok'],
    [135, 'ok'],
    [136, 'attention'],
    [162, 'attention'],
    [163, 'danger'],
    [180, 'danger'],
    [181, 'blocked'],
    [1000, 'blocked'],
  ])('is as published for %i of 180: %s (MON-4)', (sent, level) => {
    expect(alertLevel(sent, 180)).toBe(level);
  });

  it('changes at floor(0.75 L), floor(0.90 L) and L, for every limit up to 20,000 (MON-4)', () => {
    for (let limit = 0; limit <= 20_000; limit += 1) {
      // Reference in whole numbers by division with remainder.
      const okUpTo = (3 * limit - ((3 * limit) % 4)) / 4;
      const attentionUpTo = (9 * limit - ((9 * limit) % 10)) / 10;
      const found = [okUpTo, okUpTo + 1, attentionUpTo, attentionUpTo + 1, limit, limit + 1].map((sent) =>
        alertLevel(sent, limit),
      );
      const expected = [okUpTo, okUpTo + 1, attentionUpTo, attentionUpTo + 1, limit, limit + 1].map((sent) =>
        sent <= okUpTo ? 'ok' : sent <= attentionUpTo ? 'attention' : sent <= limit ? 'danger' : 'blocked',
      );
      if (found.join() !== expected.join()) expect({ limit, found }).toEqual({ limit, found: expected });
    }
  });

  it('never calms down while more is sent (MON-4)', () => {
    const order: AlertLevel[] = ['ok', 'attention', 'danger', 'blocked'];
    fc.assert(
      fc.property(limits, counts, fc.nat(5_000), (limit, sent, more) => {
        expect(order.indexOf(alertLevel(sent + more, limit))).toBeGreaterThanOrEqual(
          order.indexOf(alertLevel(sent, limit)),
        );
      }),
      runs,
    );
  });

  it('is danger, and sending is refused, at exactly the limit (MON-2, MON-4)', () => {
    fc.assert(
      fc.property(limits, (limit) => {
        expect(alertLevel(limit, limit)).toBe('danger');
        expect(decideSend({ used: limit, dailyLimit: limit, rollingUsed: 0, rollingLimit: limit }).ok).toBe(false);
      }),
      runs,
    );
  });
});

describe('badge', () => {
  it('shows above 135 of 180 (MON-9)', () => {
    expect(showsBadge(135, 180)).toBe(false);
    expect(showsBadge(136, 180)).toBe(true);
  });

  it('shows exactly when more than 75 % of the limit is sent, that is, when the level is not ok (MON-9)', () => {
    fc.assert(
      fc.property(sentAndLimit, ({ sent, limit }) => {
        expect(showsBadge(sent, limit)).toBe(BigInt(sent) * 100n > BigInt(limit) * 75n);
        expect(showsBadge(sent, limit)).toBe(alertLevel(sent, limit) !== 'ok');
      }),
      runs,
    );
  });
});

describe('decision to send', () => {
  it('allows while used < limit and names the daily limit otherwise (MON-2)', () => {
    fc.assert(
      fc.property(sentAndLimit, ({ sent, limit }) => {
        const decision = decideSend({ used: sent, dailyLimit: limit, rollingUsed: 0, rollingLimit: 1 });
        expect(decision).toEqual(
          sent < limit ? { ok: true, reason: '' } : { ok: false, reason: 'daily_limit_reached' },
        );
      }),
      runs,
    );
  });

  const quotas = fc.record({ used: counts, dailyLimit: limits, rollingUsed: counts, rollingLimit: limits });
  it('names the rolling cap when only that is used up, the daily limit when both are (MON-2, MON-3)', () => {
    fc.assert(
      fc.property(quotas, (quota) => {
        const { used, dailyLimit, rollingUsed, rollingLimit } = quota;
        const { ok, reason } = decideSend(quota);
        expect(ok).toBe(used < dailyLimit && rollingUsed < rollingLimit);
        if (used >= dailyLimit) expect(reason).toBe('daily_limit_reached');
        else if (rollingUsed >= rollingLimit) expect(reason).toBe('rolling_limit_reached');
        else expect(reason).toBe('');
      }),
      runs,
    );
  });

  it('lets no day pass its limit when every send asks first (MON-2)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 400 }), (dailyLimit, wanted) => {
        let used = 0;
        for (let index = 0; index < wanted; index += 1) {
          if (decideSend({ used, dailyLimit, rollingUsed: used, rollingLimit: 1000 }).ok) used += 1;
        }
        expect(used).toBe(Math.min(dailyLimit, wanted));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('capacity', () => {
  it('is floor((L - sent) / (1 + rate)), rate = message_2 / message_1 (MON-5)', () => {
    const rate = interactionRate({ message1: 100, message2: 20 });
    expect(rate).toBe(0.2);
    expect(remainingCapacity({ sent: 120, limit: 180, interactionRate: rate })).toBe(50);
    expect(interactionRate({ message1: 0, message2: 0 })).toBe(0);
    expect(interactionRate({ message1: 0, message2: 3 })).toBe(0);
    expect(remainingCapacity({ sent: 0, limit: 180, interactionRate: 0 })).toBe(180);
    expect(remainingCapacity({ sent: 180, limit: 180, interactionRate: 0 })).toBe(0);
    expect(remainingCapacity({ sent: 200, limit: 180, interactionRate: 0 })).toBe(0);
    expect(CAPACITY_WARNING_BELOW).toBe(10);
  });

  it('is a whole number of contacts whose messages fit, and one contact more would not (MON-5)', () => {
    fc.assert(
      fc.property(sentAndLimit, fc.nat(5_000), fc.nat(5_000), ({ sent, limit }, message1, message2) => {
        const rate = interactionRate({ message1, message2 });
        const capacity = remainingCapacity({ sent, limit, interactionRate: rate });
        const left = limit - sent;
        expect(Number.isInteger(capacity)).toBe(true);
        expect(capacity).toBeGreaterThanOrEqual(0);
        // Multiplied out; the tolerance is that of one rounding.
        if (left >= 0) expect(capacity * (1 + rate)).toBeLessThanOrEqual(left + 1e-6);
        expect((capacity + 1) * (1 + rate)).toBeGreaterThan(left - 1e-6);
      }),
      runs,
    );
  });

  it('loses no contact to rounding: it equals the fraction in whole numbers (MON-5)', () => {
    let differences = 0;
    for (let message1 = 1; message1 <= 180; message1 += 1) {
      for (let message2 = 0; message1 + message2 <= 180; message2 += 1) {
        const sent = message1 + message2;
        const exact = Math.floor(((180 - sent) * message1) / sent);
        const found = remainingCapacity({ sent, limit: 180, interactionRate: interactionRate({ message1, message2 }) });
        if (found !== exact) differences += 1;
      }
    }
    expect(differences).toBe(0);
  });
});

describe('error alert', () => {
  it('is errors / (sent + errors), 0 when both are 0, and alerts above 10 %, not at it (MON-6)', () => {
    expect(errorRate({ sent: 0, errors: 0 })).toBe(0);
    expect(errorRate({ sent: 0, errors: 1 })).toBe(1);
    expect(errorRate({ sent: 9, errors: 1 }) > ERROR_ALERT_ABOVE).toBe(false);
    expect(errorRate({ sent: 90, errors: 11 }) > ERROR_ALERT_ABOVE).toBe(true);
  });

  it('alerts exactly when ten times the errors are more than everything tried (MON-6)', () => {
    const near = fc
      .tuple(fc.nat(20_000), fc.integer({ min: -2, max: 2 }))
      .map(([errors, offset]) => ({ errors, sent: Math.max(0, 9 * errors + offset) }));
    const anywhere = fc.record({ errors: counts, sent: counts });
    fc.assert(
      fc.property(fc.oneof(near, anywhere), ({ sent, errors }) => {
        expect(errorRate({ sent, errors }) > ERROR_ALERT_ABOVE).toBe(10 * errors > sent + errors);
      }),
      runs,
    );
  });
});

describe('end of the day', () => {
  it('starts no send whose answer may come on the next day (MON-1, MON-8)', () => {
    const midnight = Date.parse('2026-11-21T00:00:00.000Z');
    expect(closesTooSoon(midnight - 15_001, 15_000)).toBe(false);
    expect(closesTooSoon(midnight - 15_000, 15_000)).toBe(true);
    expect(closesTooSoon(midnight - 1, 15_000)).toBe(true);
    expect(closesTooSoon(midnight, 15_000)).toBe(false);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 0, max: 5 * MINUTE_MS }), (now, timeout) => {
        expect(closesTooSoon(now, timeout)).toBe(dayOf(now) !== dayOf(now + timeout));
      }),
      runs,
    );
  });
});
