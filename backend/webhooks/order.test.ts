import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWebhookBench, type WebhookBench } from '../../tests/support/webhookBench.ts';
import { report } from '../../tests/support/wassengerEvents.ts';
import { foldReports } from '../domain/attemptStates.ts';
import type { DeliveryStatus } from '../sending/provider.ts';

let bench: WebhookBench;
beforeAll(() => {
  // Thousands of commits that are about order, not about durability.
  bench = createWebhookBench({ durable: false });
});
afterAll(() => bench.close());

const STATUSES = ['sent', 'delivered', 'read', 'failed'] as const;
const EVENTS = {
  sent: 'message:out:sent',
  delivered: 'message:out:delivered',
  read: 'message:out:read',
  failed: 'message:out:failed',
};
const BASE = Date.parse('2026-11-20T09:00:00.000Z');
let messages = 0;

/** When a status is reported to have happened: its own time each, whatever the order of arrival. */
const timeOf = (status: DeliveryStatus): number => BASE + STATUSES.indexOf(status) * 1_000;

/** One webhook for a status, by one of the two ids or the reference, in one of the two envelopes. */
function webhookFor(
  status: DeliveryStatus,
  how: { by: 'own' | 'wa' | 'reference'; array: boolean },
  sent: { message: string; reference: string },
): unknown {
  const { message, reference } = sent;
  const id = how.by === 'reference' ? `other-${message}` : `${how.by}-${message}`;
  const data = { id, reference: how.by === 'reference' ? reference : null };
  const item: Record<string, unknown> = { ...report(EVENTS[status], data), entityId: id };
  if (how.array) return [{ ...item, date: new Date(timeOf(status)).toISOString() }];
  return { id: `evt-${message}-${status}`, event: EVENTS[status], created: timeOf(status) / 1000, data: item['data'] };
}

const step = fc.record({
  status: fc.constantFrom(...STATUSES),
  how: fc.record({ by: fc.constantFrom('own' as const, 'wa' as const, 'reference' as const), array: fc.boolean() }),
});

/** Delivers steps around the moment at which the acceptance is recorded, and compares with the fold over their set. */
async function expectFold(
  steps: { status: DeliveryStatus; how: Parameters<typeof webhookFor>[1] }[],
  early: number,
): Promise<void> {
  const message = String(messages++);
  const { id, reference } = bench.engine.add();
  bench.engine.claim();
  const bodies = steps.map(({ status, how }) => webhookFor(status, how, { message, reference }));
  await bench.receive(...bodies.slice(0, early));
  bench.engine.outcomes.accepted(bench.engine.attempt(id), [`own-${message}`, `wa-${message}`]);
  await bench.receive(...bodies.slice(early));

  const attempt = bench.engine.attempt(id);
  const reports = steps.map(({ status }) => ({
    status,
    at: timeOf(status),
    code: status === 'failed' ? 'delivery_failed' : '',
  }));
  const folded = foldReports(reports, attempt.sentAt);
  expect(attempt).toMatchObject({ state: folded.state, deliveredAt: folded.deliveredAt, readAt: folded.readAt });
}

it('gives all 24 orders of sent, delivered, read and failed the same state, doubled and early or late (WHK-4, I8)', async () => {
  const orders = permutations([...STATUSES]);
  expect(orders).toHaveLength(24);
  for (const order of orders) {
    for (const early of [0, 2, 4, 8]) {
      const doubled = [...order, ...order].map((status, index) => ({
        status,
        how: { by: 'own', array: index % 2 === 0 } as const,
      }));
      await expectFold(doubled, early);
    }
  }
});

it('gives any webhooks, in any order, number and envelope, the state of the fold over their set (WHK-4, I8)', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), fc.nat(8), expectFold), {
    numRuns: 1000,
  });
}, 120_000);

function permutations<Item>(items: Item[]): Item[][] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}
