import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../../tests/support/engine.ts';
import type { AttemptRow } from './attempt.ts';

let engine: TestEngine;
beforeEach(() => {
  engine = createTestEngine();
});
afterEach(() => {
  engine.remove();
});

function claimed(): AttemptRow {
  const claim = engine.claim();
  if (claim.kind !== 'claimed') throw new Error(`nothing claimed: ${claim.kind}`);
  return claim.attempt;
}
const report = (status: 'sent' | 'delivered' | 'read' | 'failed', providerIds: string[], extra: object = {}) =>
  engine.outcomes.applyReport({
    lineId: 'line',
    providerIds,
    reference: null,
    status,
    at: engine.clock.now(),
    code: '',
    ...extra,
  });
const used = (): number => engine.ledger.usage(engine.clock.now()).used;
const refusal = { kind: 'refused', code: 'number:notfound', class: 'final_contact', detail: '' } as const;

describe('an outcome', () => {
  it('keeps the slot of an accepted message and remembers both provider ids (MON-1, SND-1)', () => {
    engine.add();
    const sent = engine.outcomes.accepted(claimed(), ['id-1', 'wa-1']);
    expect(sent).toMatchObject({ state: 'sent', sentAt: engine.clock.now(), tries: 1 });
    expect(engine.store.providerIds(sent.id)).toEqual(['id-1', 'wa-1']);
    expect(used()).toBe(1);
  });

  it('gives the slot of a refused message back, counts the error and ends it when it is final (MON-1, SND-5)', () => {
    engine.add();
    const failed = engine.outcomes.refused(claimed(), refusal);
    expect(failed).toMatchObject({ state: 'failed_final', errorCode: 'number:notfound' });
    expect(used()).toBe(0);
    expect(engine.changes.map(({ kind }) => kind)).toEqual(['failed']);
    expect(engine.database.prepare(`SELECT errors FROM daily_stats`).pluck().get()).toBe(1);
    expect(engine.database.prepare(`SELECT code FROM message_errors`).pluck().all()).toEqual(['number:notfound']);
  });

  it('plans a new try after a passing refusal, later each time, and gives up after the last (SND-4)', () => {
    const { id } = engine.add({ maxAttempts: 3 });
    const delays: number[] = [];
    for (let round = 1; round <= 3; round++) {
      const refused = engine.outcomes.refused(claimed(), { kind: 'refused', code: '429', class: 'retry', detail: '' });
      if (refused.state === 'failed_retry') {
        delays.push(refused.dueAt - engine.clock.now());
        engine.clock.set(refused.dueAt);
      }
    }
    expect(delays).toHaveLength(2);
    expect(delays[0]).toBeGreaterThanOrEqual(600_000);
    expect(delays[0]).toBeLessThanOrEqual(660_000);
    expect(delays[1]).toBeGreaterThanOrEqual(1_200_000);
    expect(engine.attempt(id)).toMatchObject({ state: 'failed_final', tries: 3 });
  });

  it('waits as long as the provider asks when that is longer (SND-4)', () => {
    engine.add();
    const retryAfterMs = 5_000_000;
    const refused = engine.outcomes.refused(claimed(), {
      ...{ kind: 'refused', code: '429', class: 'retry', detail: '', retryAfterMs },
    });
    expect(refused.dueAt - engine.clock.now()).toBe(retryAfterMs);
  });

  it('pauses the line for an error of the line and does not count the try (SND-5)', () => {
    engine.add({ maxAttempts: 1 });
    const refused = engine.outcomes.refused(claimed(), {
      kind: 'refused',
      code: '401',
      class: 'pause_line',
      detail: '',
    });
    expect(refused).toMatchObject({ state: 'failed_retry', tries: 0 });
    expect(engine.effects.paused).toEqual(['line:line']);
  });

  it('puts a contact who opted out at the provider on the suppression list (SND-5)', () => {
    engine.add();
    engine.outcomes.refused(claimed(), { kind: 'refused', code: '131050', class: 'opted_out', detail: '' });
    expect(engine.effects.optedOut).toEqual(['+33639980001']);
  });

  it('gives the slot back when nothing left the machine (SND-6)', () => {
    engine.add();
    const waiting = engine.outcomes.notSent(claimed(), { kind: 'not_sent', code: 'provider_unreachable', detail: '' });
    expect(waiting.state).toBe('failed_retry');
    expect(used()).toBe(0);
  });

  it('tries what never left again, however often: an outage uses no try up (SND-4, REL-5)', async () => {
    const { id, maxAttempts } = engine.add();
    for (let time = 0; time <= maxAttempts; time++) {
      const waiting = engine.outcomes.notSent(claimed(), {
        kind: 'not_sent',
        code: 'provider_unreachable',
        detail: '',
      });
      expect(waiting).toMatchObject({ id, state: 'failed_retry', tries: 0 });
      await engine.clock.advanceTo(waiting.dueAt);
    }
  });

  it('keeps the slot of an unknown outcome and never offers it to the queue again (SND-6)', () => {
    engine.add();
    const unknown = engine.outcomes.unknown(claimed(), { code: 'timeout', detail: '' });
    expect(unknown).toMatchObject({ state: 'unknown', unknownAt: engine.clock.now() });
    expect(used()).toBe(1);
    expect(engine.claim()).toEqual({ kind: 'idle', nextDueAt: null });
  });
});

describe('a delivery report', () => {
  it('resolves an unknown outcome by reference, without a second slot (SND-6, WHK-4)', () => {
    const { id, reference } = engine.add();
    engine.outcomes.unknown(claimed(), { code: 'timeout', detail: '' });
    report('delivered', ['id-9'], { reference });
    expect(engine.attempt(id)).toMatchObject({ state: 'delivered', unknownAt: null });
    expect(used()).toBe(1);
    expect(engine.changes.map(({ kind }) => kind)).toEqual(['unknown', 'accepted', 'delivered']);
  });

  it('that overtakes the answer to its own send is applied with the answer (WHK-4)', () => {
    const { id, reference } = engine.add();
    const attempt = claimed();
    report('delivered', ['wa-1'], { reference });
    expect(engine.attempt(id).state).toBe('sending');
    engine.outcomes.accepted(engine.attempt(attempt.id), ['id-1', 'wa-1']);
    expect(engine.attempt(id).state).toBe('delivered');
  });

  it('that overtakes a lost answer settles the outcome at once (SND-6, WHK-4)', () => {
    const { reference } = engine.add();
    const attempt = claimed();
    report('sent', ['wa-1'], { reference });
    expect(engine.outcomes.unknown(engine.attempt(attempt.id), { code: 'timeout', detail: '' }).state).toBe('sent');
  });

  it.each([
    { kind: 'refused', code: 'http_429', class: 'retry', detail: '' },
    { kind: 'refused', code: 'http_400', class: 'final_content', detail: '' },
    { kind: 'not_sent', code: 'provider_unreachable', detail: '' },
  ] as const)(
    'that overtakes an answer which denies it holds: $kind $code is not sent again (I4, REL-5)',
    (outcome) => {
      const { id, reference } = engine.add();
      claimed();
      report('delivered', ['wa-1'], { reference });
      engine.jobs.settle(engine.attempt(id), outcome);
      expect(engine.attempt(id)).toMatchObject({ state: 'delivered', errorCode: null });
      expect(used()).toBe(1);
      expect(engine.claim().kind).toBe('idle');
    },
  );

  it('of an earlier try that failed says nothing about the next one (WHK-4)', () => {
    const { id, reference } = engine.add();
    const lost = engine.outcomes.unknown(claimed(), { code: 'timeout', detail: '' });
    engine.outcomes.absent(lost, { retry: true, code: 'proved_absent' });
    report('failed', ['id-1'], { reference });
    expect(engine.attempt(id).state).toBe('failed_retry');
    expect(engine.outcomes.accepted(claimed(), ['id-2']).state).toBe('sent');
  });

  it('makes a lost answer that is told after it of no account (SND-6)', () => {
    const { id } = engine.add();
    const sent = engine.outcomes.accepted(claimed(), ['id-1']);
    engine.jobs.settle(sent, { kind: 'unknown', code: 'timeout', detail: '' });
    expect(engine.attempt(id)).toMatchObject({ state: 'sent', errorCode: null, unknownAt: null });
  });

  it('proves that a message left which was believed refused: it is not sent again, and counts (SND-6)', () => {
    const { id, reference } = engine.add();
    engine.outcomes.refused(claimed(), { kind: 'refused', code: '429', class: 'retry', detail: '' });
    expect(used()).toBe(0);
    report('sent', ['wa-1'], { reference });
    expect(engine.attempt(id).state).toBe('sent');
    expect(used()).toBe(1);
  });

  it('of a failure after acceptance ends the message and counts an error; a later delivery takes it back (CMP-10)', () => {
    const { id } = engine.add();
    engine.outcomes.accepted(claimed(), ['id-1']);
    report('failed', ['id-1'], { code: 'number:notfound' });
    expect(engine.attempt(id)).toMatchObject({ state: 'failed_final', errorCode: 'number:notfound' });
    report('delivered', ['id-1']);
    expect(engine.attempt(id)).toMatchObject({ state: 'delivered', errorCode: null });
    expect(engine.changes.map(({ kind }) => kind)).toEqual(['accepted', 'failed', 'delivered', 'sent']);
    expect(used()).toBe(1);
  });

  it('of a failure without a code has a code all the same, everywhere the same (SND-5, MON-7)', () => {
    const { id } = engine.add();
    engine.outcomes.accepted(claimed(), ['id-1']);
    report('failed', ['id-1']);
    expect(engine.attempt(id).errorCode).toBe('reported_failed');
    expect(engine.changes.at(-1)).toMatchObject({ kind: 'failed', code: 'reported_failed' });
    expect(engine.database.prepare(`SELECT code FROM message_errors`).pluck().all()).toEqual(['reported_failed']);
  });

  it('gives the same state in all 24 orders, repeated or not (WHK-4, I8)', () => {
    const statuses = ['sent', 'delivered', 'read', 'failed'] as const;
    const orders = permutations([...statuses]);
    expect(orders).toHaveLength(24);
    const base = engine.clock.now();
    for (const [index, order] of orders.entries()) {
      const { id } = engine.add();
      engine.outcomes.accepted(claimed(), [`id-${index}`]);
      for (const status of [...order, ...order])
        report(status, [`id-${index}`], { at: base + statuses.indexOf(status) });
      const { state, deliveredAt, readAt } = engine.attempt(id);
      expect({ state, deliveredAt, readAt }).toEqual({ state: 'read', deliveredAt: base + 1, readAt: base + 2 });
    }
  });

  it('of an unknown message changes nothing and says so', () => {
    expect(report('sent', ['nobody'])).toBeNull();
  });
});

function permutations<Item>(items: Item[]): Item[][] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}
