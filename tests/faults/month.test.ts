import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../backend/core/clock.ts';
import { SECOND_MS } from '../../backend/core/days.ts';
import { repetitions, seedOfRun } from '../support/repetitions.ts';
import { simulateMonth } from '../support/simulation/month.ts';

/** Months of one run of the test; `VIGIE_SEED=N` plays month N alone. */
const MONTHS = process.env['VIGIE_SEED'] === undefined ? repetitions({ run: 5, long: 200 }) : 1;
const played = { months: 0, messages: 0, ms: 0 };

afterAll(() => {
  const { months, messages, ms } = played;
  const perSecond = ((months * SECOND_MS) / ms).toFixed(2);
  process.stdout.write(`${months} simulated months, ${messages} messages taken, ${perSecond} months a second\n`);
});

describe('a month of faults', () => {
  it(
    'leaves nothing sent twice, lost, or over a limit, and drains (fault 26; REL-7, PRF-14, CMP-12, I1 to I8, I10, I11)',
    { timeout: 3_600_000 },
    async () => {
      const first = seedOfRun();
      for (let seed = first; seed < first + MONTHS; seed++) {
        const from = systemClock.monotonic();
        const month = await simulateMonth(seed);
        played.ms += systemClock.monotonic() - from;
        played.months += 1;
        played.messages += month.accepted;
        expect(month.broken, `month ${seed} (replay with VIGIE_SEED=${seed})`).toEqual([]);
      }
      // A world in which nothing leaves would break no rule either.
      expect(played.messages).toBeGreaterThan(50 * played.months);
    },
  );

  it('is the same month again for the same seed (REL-7)', { timeout: 600_000 }, async () => {
    const seed = seedOfRun();
    const [one, other] = [await simulateMonth(seed), await simulateMonth(seed)];
    expect(other.ledger).toBe(one.ledger);
    expect(other.broken).toEqual(one.broken);
  });
});
