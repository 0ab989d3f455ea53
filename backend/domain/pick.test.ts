import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageType, type MessageType } from '../contract/attempts.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/days.ts';
import { seededRandom } from '../core/random.ts';
import { AGEING_STEP_MS, pickHead, type QueueHead } from './pick.ts';

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
let made = 0;

function head(overrides: Partial<QueueHead> = {}): QueueHead {
  made += 1;
  const type = overrides.type ?? 'notification';
  const priority = overrides.priority ?? 3;
  const rank = priority * 2 + (type === 'message_1' ? 1 : 0);
  return { id: `a${made}`, dueAt: NOW, createdAt: NOW, ...overrides, type, priority, rank };
}

const heads = fc
  .array(
    fc.record({
      type: fc.constantFrom<MessageType>(...messageType.options),
      priority: fc.integer({ min: 1, max: 5 }),
      dueAt: fc.integer({ min: NOW - 2 * DAY_MS, max: NOW + HOUR_MS }),
      createdAt: fc.integer({ min: NOW - 3 * DAY_MS, max: NOW }),
    }),
    { maxLength: 12 },
  )
  .map((rows) => rows.map(head));

describe('pick', () => {
  it('takes the highest priority, then the earliest due, then the oldest (SND-3)', () => {
    const urgent = head({ priority: 1 });
    const normal = head({ dueAt: NOW - 2 });
    expect(pickHead([normal, urgent], NOW)).toBe(urgent);
    expect(pickHead([head(), normal, head({ dueAt: NOW - 1 })], NOW)).toBe(normal);
    const older = head({ createdAt: NOW - 5 });
    expect(pickHead([head(), older, head()], NOW)).toBe(older);
  });

  it('takes nothing that is not due (SND-3)', () => {
    const later = head({ priority: 1, dueAt: NOW + 1 });
    const due = head({ priority: 5 });
    expect(pickHead([later, due], NOW)).toBe(due);
    expect(pickHead([later], NOW)).toBeNull();
    expect(pickHead([], NOW)).toBeNull();
  });

  it('lets a due Message 2 pass before every Message 1 of its priority or a lower one, aged or not (SND-3)', () => {
    fc.assert(
      fc.property(heads, (rows) => {
        const picked = pickHead(rows, NOW);
        if (picked?.type !== 'message_1') return;
        const passed = rows.filter(
          (row) => row.type === 'message_2' && row.dueAt <= NOW && row.priority <= picked.priority,
        );
        expect(passed).toEqual([]);
      }),
      { numRuns: 5_000 },
    );
  });

  it('follows priority strictly among what has not waited for long (SND-3)', () => {
    fc.assert(
      fc.property(heads, (rows) => {
        const fresh = rows.map((row) => ({ ...row, dueAt: NOW - (Math.abs(NOW - row.dueAt) % AGEING_STEP_MS) }));
        const [first] = fresh.toSorted((one, other) => one.rank - other.rank || one.dueAt - other.dueAt);
        const picked = pickHead(fresh, NOW);
        expect([picked?.rank, picked?.dueAt]).toEqual([first?.rank, first?.dueAt]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not depend on the order of the heads (SND-3)', () => {
    fc.assert(
      fc.property(heads, fc.integer(), (rows, seed) => {
        const random = seededRandom(seed);
        const shuffled = rows
          .map((row) => ({ row, key: random.next() }))
          .toSorted((one, other) => one.key - other.key)
          .map(({ row }) => row);
        expect(pickHead(shuffled, NOW)).toBe(pickHead(rows, NOW));
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps a Message 1 that waits for days behind what people send now (SND-3)', () => {
    const bulk = head({ type: 'message_1', priority: 4, dueAt: NOW - 5 * DAY_MS });
    const byHand = head({ priority: 3 });
    expect(pickHead([bulk, byHand], NOW)).toBe(byHand);
  });

  it.each<MessageType>(['notification', 'message_1'])(
    'sends a %s of priority 5 within the day under an endless stream and a backlog of thousands (SND-3)',
    (type) => {
      const lowest = head({ type, priority: 5, dueAt: NOW });
      // Bulk of a campaign that began earlier: it is never used up within this test.
      const bulk = (now: number): QueueHead =>
        head({ type: 'message_1', priority: 4, dueAt: NOW + HOUR_MS, createdAt: now });
      const stream = type === 'notification' ? [1, 2, 3, 4] : [4];
      let leftAt: number | null = null;
      // Each minute one message leaves, and one more of every priority arrives than can leave.
      for (let now = NOW; now < NOW + DAY_MS && leftAt === null; now += MINUTE_MS) {
        const arrivals = stream.map((priority) => head({ priority, dueAt: now, createdAt: now }));
        const picked = pickHead([...(now % (2 * MINUTE_MS) === 0 ? arrivals : []), bulk(now), lowest], now);
        if (picked === lowest) leftAt = now;
      }
      expect(leftAt).not.toBeNull();
    },
  );

  it('sends everything in the order of waiting once all have aged: the oldest is never passed (SND-3)', () => {
    const ageable = fc.integer({ min: 1, max: 5 }).map((priority) => ({ priority, type: 'notification' as const }));
    fc.assert(
      fc.property(fc.array(fc.tuple(ageable, fc.integer({ min: 1, max: DAY_MS })), { minLength: 1 }), (rows) => {
        const aged = rows.map(([row, waited]) => head({ ...row, dueAt: NOW - 4 * AGEING_STEP_MS - waited }));
        const oldest = Math.min(...aged.map((row) => row.dueAt));
        expect(pickHead(aged, NOW)?.dueAt).toBe(oldest);
      }),
      { numRuns: 1_000 },
    );
  });
});
