import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { report } from '../../tests/support/wassengerEvents.ts';
import { createWebhookBench, type WebhookBench } from '../../tests/support/webhookBench.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/days.ts';
import { silentLogger } from '../core/logger.ts';
import { foldReports } from '../domain/attemptStates.ts';
import { silentNotify } from '../monitoring/notify.ts';
import type { LookupOutcome } from './provider.ts';
import { Reconciliation } from './reconciliation.ts';

let bench: WebhookBench;
let reconciliation: Reconciliation;
/** References that the provider was asked about. */
let asked: string[];

const startReconciliation = (): Reconciliation => {
  const { database, store, outcomes, lines, clock } = bench.engine;
  return new Reconciliation({
    ...{ database, store, outcomes, lines, clock, logger: silentLogger, notify: silentNotify },
    ...{ settlingMs: 120_000, parked: () => {} },
  });
};

beforeEach(() => {
  bench = createWebhookBench({ durable: false });
  asked = [];
  Object.assign(bench.engine.provider, { idsPerMessage: 2 });
  answers({ kind: 'unavailable', detail: '' });
  reconciliation = startReconciliation();
  bench.engine.outcomes.onChange(({ kind, attempt }) => {
    if (kind === 'accepted') reconciliation.accepted(attempt, bench.engine.store.providerIds(attempt.id));
  });
});
afterEach(() => bench.close());

const statusOf = (id: string, event: string, fields: object = {}) => ({
  ...report(event, { id, reference: null, ...fields }),
  entityId: id,
});
function answers(answer: LookupOutcome | ((reference: string) => LookupOutcome)): void {
  bench.engine.provider.onLookUp = (reference) => {
    asked.push(reference);
    return typeof answer === 'function' ? answer(reference) : answer;
  };
}
const found = (providerIds: string[]): LookupOutcome => ({
  ...{ kind: 'found', providerIds, acceptedAt: null, status: 'queued', code: '' },
});
async function after(ms: number): Promise<void> {
  await bench.engine.clock.advance(ms);
  await reconciliation.runOnce();
}
/** A message whose answer was lost, and which a webhook with the provider's own id settled. */
async function settledByWebhook(own = 'own-1'): Promise<string> {
  const { id, reference } = bench.engine.add();
  bench.engine.claim();
  bench.engine.outcomes.unknown(bench.engine.attempt(id), { code: 'timeout', detail: '' });
  await bench.receive([statusOf(own, 'message:out:sent', { reference })]);
  expect(bench.engine.attempt(id).state).toBe('sent');
  return id;
}
const stateOf = (id: string) => bench.engine.attempt(id).state;
const verdicts = () => bench.events().map(({ verdict }) => verdict);

describe('a message that a webhook settled by one of its two ids', () => {
  it('is asked about once, and what waited under the other id is applied (WHK-4, SND-6)', async () => {
    const id = await settledByWebhook();
    await bench.receive([statusOf('wa-1', 'message:out:delivered')]);
    expect([stateOf(id), verdicts()]).toEqual(['sent', ['applied', 'unmatched']]);
    answers(found(['own-1', 'wa-1']));
    await after(5 * SECOND_MS);
    expect([stateOf(id), verdicts()]).toEqual(['delivered', ['applied', 'applied']]);
    await bench.receive([statusOf('wa-1', 'message:out:read')]);
    expect(stateOf(id)).toBe('read');
    await after(2 * HOUR_MS);
    expect(asked).toHaveLength(1);
  });

  it('learns the other id from a webhook that carries both, without being asked about (WHK-4)', async () => {
    const id = await settledByWebhook();
    await bench.receive([statusOf('wa-1', 'message:out:read')]);
    await bench.receive([statusOf('own-1', 'message:out:delivered', { waId: 'wa-1' })]);
    expect([stateOf(id), verdicts()]).toEqual(['read', ['applied', 'applied', 'applied']]);
    await after(HOUR_MS);
    expect(asked).toEqual([]);
  });

  it('is asked about again while there is no answer, after a restart too, until the id is known (WHK-4)', async () => {
    const id = await settledByWebhook();
    for (const ms of [5 * SECOND_MS, 15 * SECOND_MS, MINUTE_MS]) await after(ms);
    expect(asked).toHaveLength(3);
    answers(found(['own-1']));
    await after(5 * MINUTE_MS);
    reconciliation = startReconciliation();
    answers(found(['own-1', 'wa-1']));
    await after(15 * MINUTE_MS);
    await bench.receive([statusOf('wa-1', 'message:out:delivered')]);
    expect([stateOf(id), asked.length]).toEqual(['delivered', 5]);
  });

  it('is given up on after fifty questions', async () => {
    await settledByWebhook();
    for (let hour = 0; hour < 100; hour++) await after(HOUR_MS);
    expect(asked).toHaveLength(50);
  });
});

it('is not asked about when the answer named both ids, or the line cannot be asked', async () => {
  bench.sent();
  Object.assign(bench.engine.provider, {
    capabilities: { ...bench.engine.provider.capabilities, lookupByReference: false },
  });
  bench.sent({ providerIds: ['own-2'] });
  await after(HOUR_MS);
  expect(asked).toEqual([]);
});

const EVENTS = {
  ...{ sent: 'message:out:sent', delivered: 'message:out:delivered' },
  ...{ read: 'message:out:read', failed: 'message:out:failed' },
};
const step = fc.record({
  status: fc.constantFrom('sent' as const, 'delivered' as const, 'read' as const, 'failed' as const),
  by: fc.constantFrom('own' as const, 'wa' as const, 'both' as const),
});
let messages = 0;

it('gives webhooks under either id, in any order, the state of the fold, although the answer was lost (WHK-4, I8)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 6 }), fc.nat(6), async (steps, early) => {
      const [own, wa] = [`own-m${++messages}`, `wa-m${messages}`];
      const { id, reference } = bench.engine.add();
      bench.engine.claim();
      bench.engine.outcomes.unknown(bench.engine.attempt(id), { code: 'timeout', detail: '' });
      answers(found([own, wa]));
      const bodies = steps.map(({ status, by }) => {
        // As documented: the reference stands next to the provider's own id, not next to that of WhatsApp.
        const named = by === 'wa' ? {} : by === 'own' ? { reference } : { reference, waId: wa };
        return [statusOf(by === 'wa' ? wa : own, EVENTS[status], named)];
      });
      await bench.receive(...bodies.slice(0, early));
      await after(5 * SECOND_MS);
      await bench.receive(...bodies.slice(early));
      const { state, sentAt } = bench.engine.attempt(id);
      const reports = steps.map(({ status }) => ({ status, at: 1, code: '' }));
      expect([state, sentAt === null]).toEqual([foldReports(reports, sentAt).state, false]);
    }),
    { numRuns: 1_000 },
  );
}, 120_000);
