import fc from 'fast-check';
import { expect, test } from 'vitest';
import { thresholdToAnnounce, type Announced, type Threshold } from './thresholds.ts';

type Figures = Parameters<typeof thresholdToAnnounce>[1];

const DAYS = ['2026-11-19', '2026-11-20', '2026-11-21'] as const;
const RANKS = { ok: 0, attention: 1, danger: 2, limit: 3 };

/** Figures as the backend gives them: at the limit sending is refused, at the level `danger`. */
const figures = fc.record({
  date: fc.constantFrom(...DAYS),
  alertLevel: fc.constantFrom('ok', 'attention', 'danger', 'blocked'),
  canSend: fc.boolean(),
}) satisfies fc.Arbitrary<Figures>;

const rankOf = ({ alertLevel, canSend }: Figures): number =>
  !canSend || alertLevel === 'blocked' ? RANKS.limit : RANKS[alertLevel];

/** Follows figures as the desktop does, with the memory on disk: a restart may come anywhere. */
function announcements(sequence: readonly Figures[]): { at: number; day: string; threshold: Threshold }[] {
  let memory: string = JSON.stringify(null);
  return sequence.flatMap((seen, at) => {
    const threshold = thresholdToAnnounce(JSON.parse(memory) as Announced | null, seen);
    if (threshold === null) return [];
    memory = JSON.stringify({ day: seen.date, highest: threshold } satisfies Announced);
    return [{ at, day: seen.date, threshold }];
  });
}

test('a threshold is announced at most once per day, and only upward (DSK-3)', () => {
  fc.assert(
    fc.property(fc.array(figures, { maxLength: 40 }), (sequence) => {
      for (const day of DAYS) {
        const ranks = announcements(sequence)
          .filter((announced) => announced.day === day)
          .map(({ threshold }) => RANKS[threshold]);
        expect(ranks).toEqual([...new Set(ranks)].sort());
      }
    }),
    { numRuns: 1000 },
  );
});

test('what is announced is what was reached at that moment (DSK-3)', () => {
  fc.assert(
    fc.property(fc.array(figures, { maxLength: 40 }), (sequence) => {
      for (const { at, threshold } of announcements(sequence)) expect(RANKS[threshold]).toBe(rankOf(sequence[at]!));
    }),
    { numRuns: 1000 },
  );
});

test('on a day that goes forward, every new height is announced at once (DSK-3)', () => {
  fc.assert(
    fc.property(fc.array(figures, { maxLength: 40 }), (unordered) => {
      const sequence = unordered.toSorted((first, second) => first.date.localeCompare(second.date));
      const announcedAt = new Set(announcements(sequence).map(({ at }) => at));
      sequence.forEach((seen, at) => {
        const before = sequence.slice(0, at).filter(({ date }) => date === seen.date);
        const isNewHeight = rankOf(seen) > Math.max(0, ...before.map(rankOf));
        expect(announcedAt.has(at)).toBe(isNewHeight);
      });
    }),
    { numRuns: 1000 },
  );
});

test('late figures of a day that is over announce nothing (DSK-3, MON-8)', () => {
  const last: Announced = { day: '2026-11-20', highest: 'attention' };
  expect(thresholdToAnnounce(last, { date: '2026-11-19', alertLevel: 'danger', canSend: false })).toBeNull();
  expect(thresholdToAnnounce(last, { date: '2026-11-21', alertLevel: 'attention', canSend: true })).toBe('attention');
});
