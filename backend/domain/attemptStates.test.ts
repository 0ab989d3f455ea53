import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptState, type AttemptState } from '../contract/attempts.ts';
import {
  foldReports,
  isRetryable,
  nextAttemptState,
  type AttemptEvent,
  type DeliveryReport,
  type DeliveryStatus,
} from './attemptStates.ts';

const STATES = attemptState.options;
const EVENTS = [
  'claimed',
  'accepted',
  'refused_retry',
  'refused_final',
  'not_sent_retry',
  'outcome_unknown',
  'found',
  'proved_absent_retry',
  'proved_absent_final',
  'resolved_sent',
  'resolved_not_sent',
  'report_sent',
  'report_delivered',
  'report_read',
  'report_failed',
  'cancelled',
  'expired',
  'retried',
] as const satisfies AttemptEvent[];

/** The diagram of docs/states.md as a table; `-` where the event does not belong to the state. */
const EXPECTED = `
                     pending      sending      sent         delivered  read  failed_retry failed_final unknown      cancelled
claimed              sending      -            -            -          -     sending      -            -            -
accepted             sent         sent         sent         delivered  read  sent         sent         sent         sent
refused_retry        -            failed_retry -            -          -     -            -            failed_retry -
refused_final        -            failed_final -            -          -     -            -            failed_final -
not_sent_retry       -            failed_retry -            -          -     -            -            failed_retry -
outcome_unknown      -            unknown      sent         delivered  read  -            -            -            -
found                sent         sent         sent         delivered  read  sent         sent         sent         sent
proved_absent_retry  -            -            -            -          -     -            -            failed_retry -
proved_absent_final  -            -            -            -          -     -            -            failed_final -
resolved_sent        -            -            -            -          -     -            -            sent         -
resolved_not_sent    -            -            -            -          -     -            -            failed_final -
report_sent          sent         sent         sent         delivered  read  sent         sent         sent         sent
report_delivered     delivered    delivered    delivered    delivered  read  delivered    delivered    delivered    delivered
report_read          read         read         read         read       read  read         read         read         read
report_failed        failed_final failed_final failed_final delivered  read  failed_final failed_final failed_final failed_final
cancelled            cancelled    -            -            -          -     cancelled    -            -            -
expired              failed_final -            -            -          -     failed_final -            -            -
retried              -            -            -            -          -     pending      pending      -            -
`;
const [header = '', ...rows] = EXPECTED.trim().split('\n');
const columns = header.trim().split(/\s+/);
const table = new Map(
  rows.map((row) => {
    const [event = '', ...states] = row.trim().split(/\s+/);
    return [event, new Map(columns.map((column, index) => [column, states[index] === '-' ? null : states[index]]))];
  }),
);

describe('attempt states', () => {
  it('are the drawn ones for every pair of state and event (SND-2)', () => {
    expect([...table.keys()]).toEqual([...EVENTS]);
    expect(columns.toSorted()).toEqual([...STATES].toSorted());
    for (const state of STATES) {
      for (const event of EVENTS) {
        expect({ state, event, next: nextAttemptState(state, event) }).toEqual({
          state,
          event,
          next: table.get(event)?.get(state),
        });
      }
    }
  });

  it('lead to sending only from a claim, and never from a doubtful or accepted message (SND-6, I4)', () => {
    const reachSending = STATES.flatMap((state) =>
      EVENTS.filter((event) => nextAttemptState(state, event) === 'sending').map((event) => [state, event]),
    );
    expect(reachSending).toEqual([
      ['pending', 'claimed'],
      ['failed_retry', 'claimed'],
    ]);
    for (const event of EVENTS) {
      expect(['pending', 'sending', 'failed_retry', 'cancelled']).not.toContain(
        nextAttemptState('sent', event) ?? 'none',
      );
    }
  });

  it('let an unknown outcome go only by proof, by two agreeing look-ups or by the operator (SND-6)', () => {
    const ways = EVENTS.filter((event) => nextAttemptState('unknown', event) !== null);
    expect(ways).not.toContain('claimed');
    expect(ways).not.toContain('retried');
    expect(ways).not.toContain('cancelled');
    expect(ways).not.toContain('expired');
  });

  it('never claim again what the provider took, whatever happens after (I4, SND-6)', () => {
    const events = fc.array(fc.constantFrom<AttemptEvent>(...EVENTS), { maxLength: 40 });
    fc.assert(
      fc.property(events, (history) => {
        let state: AttemptState = 'pending';
        let sentAt: number | null = null;
        for (const event of history) {
          if (event === 'retried' && !isRetryable({ state, sentAt })) continue;
          const next = nextAttemptState(state, event);
          if (next === null) continue;
          if (event === 'claimed') expect(sentAt).toBeNull();
          if (['sent', 'delivered', 'read'].includes(next)) sentAt = 1;
          state = next;
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('allow a retry by the operator only of what failed before the provider took it (SND-8)', () => {
    expect(isRetryable({ state: 'failed_final', sentAt: null })).toBe(true);
    expect(isRetryable({ state: 'failed_retry', sentAt: null })).toBe(true);
    expect(isRetryable({ state: 'failed_final', sentAt: 5 })).toBe(false);
    expect(isRetryable({ state: 'unknown', sentAt: null })).toBe(false);
    expect(isRetryable({ state: 'cancelled', sentAt: null })).toBe(false);
  });
});

const report = (status: DeliveryStatus, at: number, code = ''): DeliveryReport => ({ status, at, code });

describe('fold of delivery reports', () => {
  const all = [report('sent', 10), report('delivered', 20), report('read', 30), report('failed', 25, 'E1')];
  const orders = permutations(all);

  it.each(orders.map((order) => [order.map(({ status }) => status).join(', '), order] as const))(
    'gives the same state for the order %s (WHK-4, I8)',
    (_title, order) => {
      const expected = { state: 'read', sentAt: 10, deliveredAt: 20, readAt: 30, failedAt: null, code: null };
      expect(foldReports(order, null)).toEqual(expected);
      expect(foldReports([...order, ...order.toReversed(), ...order], null)).toEqual(expected);
    },
  );

  it('covers all 24 orders (WHK-4)', () => {
    expect(new Set(orders.map((order) => order.map(({ status }) => status).join())).size).toBe(24);
  });

  it('lets read imply delivered and delivered imply sent (WHK-4)', () => {
    expect(foldReports([report('read', 30)], null)).toMatchObject({ state: 'read', sentAt: 30, deliveredAt: 30 });
    expect(foldReports([report('delivered', 20)], 5)).toMatchObject({ state: 'delivered', sentAt: 5, readAt: null });
    expect(foldReports([report('delivered', 40), report('read', 30)], null).deliveredAt).toBe(30);
  });

  it('takes a failure as final alone or next to sent, never next to a delivery (WHK-4)', () => {
    const failed = report('failed', 25, 'E1');
    expect(foldReports([failed], null)).toMatchObject({
      state: 'failed_final',
      sentAt: null,
      failedAt: 25,
      code: 'E1',
    });
    expect(foldReports([failed, report('sent', 40)], 5)).toMatchObject({ state: 'failed_final', sentAt: 5 });
    expect(foldReports([failed, report('delivered', 20)], 5)).toMatchObject({ state: 'delivered', code: null });
  });

  it('is sent, since its acceptance, without any report (WHK-4)', () => {
    expect(foldReports([], 7)).toEqual({
      state: 'sent',
      sentAt: 7,
      deliveredAt: null,
      readAt: null,
      failedAt: null,
      code: null,
    });
  });

  const anyReport = fc.record({
    status: fc.constantFrom<DeliveryStatus>('sent', 'delivered', 'read', 'failed'),
    at: fc.integer({ min: 0, max: 20 }),
    code: fc.constantFrom('', 'E1', 'E2'),
  });

  it('does not depend on order and repetition (WHK-4, I8)', () => {
    const shuffledTwice = fc.array(anyReport, { maxLength: 12 }).chain((reports) =>
      fc.record({
        reports: fc.constant(reports),
        mixed: fc
          .tuple(
            fc.shuffledSubarray(reports, { minLength: reports.length, maxLength: reports.length }),
            fc.shuffledSubarray(reports),
          )
          .map(([once, again]) => [...once, ...again]),
      }),
    );
    fc.assert(
      fc.property(shuffledTwice, fc.option(fc.nat(20)), ({ reports, mixed }, acceptedAt) => {
        expect(foldReports(mixed, acceptedAt)).toEqual(foldReports(reports, acceptedAt));
      }),
      { numRuns: 10_000 },
    );
  });

  it('is where the state machine arrives when each report is applied as the fold of the history so far (I8)', () => {
    const from = fc.constantFrom<AttemptState>('sending', 'unknown', 'sent', 'failed_retry', 'cancelled', 'pending');
    fc.assert(
      fc.property(from, fc.array(anyReport, { minLength: 1, maxLength: 10 }), (start, reports) => {
        let state: AttemptState | null = start;
        for (const index of reports.keys()) {
          const folded = foldReports(reports.slice(0, index + 1), null).state;
          const status = folded === 'failed_final' ? 'failed' : folded;
          state = state === null ? null : nextAttemptState(state, `report_${status}`);
        }
        expect(state).toBe(foldReports(reports, null).state);
      }),
      { numRuns: 5_000 },
    );
  });
});

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) =>
    permutations(items.filter((_other, position) => position !== index)).map((rest) => [item, ...rest]),
  );
}
