import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../core/days.ts';
import { seededRandom } from '../core/random.ts';
import { afterRefusal, type ErrorClass, type Refusal } from './retry.ts';

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const FIVE_MINUTES = 300_000;
const lowest = { next: () => 0 };
const highest = { next: () => 1 - Number.EPSILON };

function refusal(overrides: Partial<Refusal> = {}): Refusal {
  return { class: 'retry', code: '500', tries: 1, maxAttempts: 3, baseMs: FIVE_MINUTES, now: NOW, ...overrides };
}

const CLASSES = [
  'retry',
  'retry_next_day',
  'retry_once',
  'final_contact',
  'opted_out',
  'final_content',
  'pause_campaign',
  'pause_line',
  'pause_all',
] as const satisfies ErrorClass[];

describe('after a refusal', () => {
  it('waits base x 2^(tries so far), at most 32 x base, with up to 10 % more (SND-4)', () => {
    const factors = [2, 4, 8, 16, 32, 32, 32];
    for (const [index, factor] of factors.entries()) {
      const tried = refusal({ tries: index + 1, maxAttempts: 20 });
      expect(afterRefusal(tried, lowest)).toMatchObject({ kind: 'retry', at: NOW + factor * FIVE_MINUTES });
      expect(afterRefusal(tried, highest)).toMatchObject({ kind: 'retry', at: NOW + factor * FIVE_MINUTES * 1.1 });
    }
  });

  it('keeps the delay within its bounds, whatever the base, the tries and chance (SND-4)', () => {
    const cases = fc.record({
      tries: fc.integer({ min: 1, max: 60 }),
      baseMs: fc.integer({ min: 1, max: 3_600_000 }),
      retryAfterMs: fc.option(fc.integer({ min: 0, max: 2 * DAY_MS }), { nil: undefined }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(cases, ({ tries, baseMs, retryAfterMs, seed }) => {
        const next = afterRefusal(refusal({ tries, maxAttempts: 100, baseMs, retryAfterMs }), seededRandom(seed));
        const wait = next.kind === 'retry' ? next.at - NOW : Number.NaN;
        const planned = baseMs * Math.min(2 ** tries, 32);
        expect(wait).toBeGreaterThanOrEqual(Math.max(planned, retryAfterMs ?? 0));
        expect(wait).toBeLessThanOrEqual(Math.max(Math.ceil(planned * 1.1), retryAfterMs ?? 0));
      }),
      { numRuns: 2_000 },
    );
  });

  it('tries once more and is then final where the table says so, whatever tries are left (SND-5)', () => {
    const fetchFailed = { class: 'retry_once', code: '131053', maxAttempts: 20 } as const;
    expect(afterRefusal(refusal({ ...fetchFailed, previousCode: null }), lowest)).toMatchObject({
      ...{ kind: 'retry', at: NOW + 2 * FIVE_MINUTES, pause: 'none', suppress: false },
    });
    expect(afterRefusal(refusal({ ...fetchFailed, tries: 2, previousCode: '131053' }), lowest).kind).toBe('final');
    // An error of another kind in between is another story.
    expect(afterRefusal(refusal({ ...fetchFailed, tries: 2, previousCode: '130429' }), lowest).kind).toBe('retry');
    expect(afterRefusal(refusal({ ...fetchFailed, maxAttempts: 1, previousCode: null }), lowest).kind).toBe('final');
  });

  it('lets the Retry-After of the provider win when it is longer, not when it is shorter (SND-4)', () => {
    expect(afterRefusal(refusal({ retryAfterMs: 7_200_000 }), lowest)).toMatchObject({ at: NOW + 7_200_000 });
    expect(afterRefusal(refusal({ retryAfterMs: 1_000 }), lowest)).toMatchObject({ at: NOW + 2 * FIVE_MINUTES });
  });

  it('is final once the tries are used up (SND-4)', () => {
    expect(afterRefusal(refusal({ tries: 2 }), lowest).kind).toBe('retry');
    expect(afterRefusal(refusal({ tries: 3 }), lowest).kind).toBe('final');
    expect(afterRefusal(refusal({ tries: 4 }), lowest).kind).toBe('final');
    expect(afterRefusal(refusal({ maxAttempts: 1 }), lowest).kind).toBe('final');
  });

  it('tries once more after 24 hours, then never (SND-5)', () => {
    const first = refusal({ class: 'retry_next_day', code: '131049' });
    expect(afterRefusal(first, lowest)).toEqual({ kind: 'retry', at: NOW + DAY_MS, pause: 'none', suppress: false });
    expect(afterRefusal({ ...first, tries: 2 }, lowest).kind).toBe('final');
    expect(afterRefusal({ ...first, tries: 2, previousCode: '131049' }, lowest).kind).toBe('final');
    expect(afterRefusal({ ...first, tries: 2, previousCode: 'timeout' }, lowest).kind).toBe('retry');
    expect(afterRefusal({ ...first, tries: 3, previousCode: 'timeout' }, lowest).kind).toBe('final');
  });

  it('pauses what would meet the same refusal, and suppresses who opted out (SND-5, SND-13)', () => {
    const follow = CLASSES.map((errorClass) => {
      const { kind, pause, suppress } = afterRefusal(refusal({ class: errorClass }), lowest);
      return [errorClass, kind, pause, suppress];
    });
    expect(follow).toEqual([
      ['retry', 'retry', 'none', false],
      ['retry_next_day', 'retry', 'none', false],
      ['retry_once', 'retry', 'none', false],
      ['final_contact', 'final', 'none', false],
      ['opted_out', 'final', 'none', true],
      ['final_content', 'final', 'none', false],
      ['pause_campaign', 'retry', 'campaign', false],
      ['pause_line', 'retry', 'line', false],
      ['pause_all', 'retry', 'all', false],
    ]);
  });

  it('does not let the error of a line use up the tries of its messages (SND-5)', () => {
    expect(afterRefusal(refusal({ class: 'pause_line', tries: 50 }), lowest).kind).toBe('retry');
    expect(afterRefusal(refusal({ class: 'pause_all', tries: 50 }), lowest).kind).toBe('retry');
    expect(afterRefusal(refusal({ class: 'pause_campaign', tries: 50 }), lowest).kind).toBe('final');
  });

  it('never plans a try in the past or at once (SND-4)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CLASSES),
        fc.integer({ min: 1, max: 30 }),
        fc.integer(),
        (errorClass, tries, seed) => {
          const next = afterRefusal(refusal({ class: errorClass, tries, maxAttempts: 20 }), seededRandom(seed));
          if (next.kind === 'retry') expect(next.at).toBeGreaterThanOrEqual(NOW + FIVE_MINUTES);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
