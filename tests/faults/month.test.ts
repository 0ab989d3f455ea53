import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../backend/core/clock.ts';
import { SECOND_MS } from '../../backend/core/days.ts';
import { integerBetween, systemRandom } from '../../backend/core/random.ts';
import { playRounds } from '../support/repetitions.ts';
import { simulateMonth } from '../support/simulation/month.ts';

const played = { months: 0, messages: 0, ms: 0 };

afterAll(() => {
  const { months, messages, ms } = played;
  const perSecond = ((months * SECOND_MS) / ms).toFixed(2);
  process.stdout.write(`${months} simulated months, ${messages} messages taken, ${perSecond} months a second\n`);
});

describe('a month of faults', () => {
  it('leaves nothing sent twice, lost, or over a limit, and drains (fault 26; REL-7, PRF-14, CMP-12, I1 to I8, I10, I11)', async () => {
    await playRounds({ run: 5, long: 200 }, async ({ seed }) => {
      const from = systemClock.monotonic();
      const month = await simulateMonth(seed);
      played.ms += systemClock.monotonic() - from;
      played.months += 1;
      played.messages += month.accepted;
      expect(month.broken, `month ${seed}`).toEqual([]);
    });
    // A world in which nothing leaves would break no rule either.
    expect(played.messages).toBeGreaterThan(50 * played.months);
  });

  it('is the same month again for the same seed (REL-7)', async () => {
    const seed = integerBetween(systemRandom, 0, 2 ** 31 - 1);
    const [one, other] = [await simulateMonth(seed), await simulateMonth(seed)];
    expect(other.ledger, `month ${seed}`).toBe(one.ledger);
    expect(other.broken).toEqual(one.broken);
  });
});
