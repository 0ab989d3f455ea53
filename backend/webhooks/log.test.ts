import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWebhookBench, type WebhookBench } from '../../tests/support/webhookBench.ts';
import { incoming, report } from '../../tests/support/wassengerEvents.ts';

let bench: WebhookBench;
beforeEach(async () => {
  bench = createWebhookBench();
  const { id } = bench.sent();
  bench.onAnswer = () => ({ changes: [{ kind: 'recipient', id: 'c:k' }], verdict: 'applied' });
  await bench.receive([{ ...report('message:out:sent', { id: 'own-1', reference: null }), entityId: 'own-1' }]);
  await bench.receive(incoming(), { id: 'u', event: 'never:seen', data: { note: '100%_sure\\' } });
  await bench.store('{"a":', { rejected: 'malformed_json' });
  bench.process();
  expect(bench.events()[0]!.attemptId).toBe(id);
});
afterEach(() => bench.close());

const list = (input: Partial<Parameters<WebhookBench['log']['list']>[0]> = {}) =>
  bench.log.list({ limit: 50, ...input });

describe('the log of webhooks (WHK-6)', () => {
  it('lists the newest first, with verdict, reason and what was changed, and no whole phone', () => {
    const { items, nextCursor } = list();
    expect(items.map(({ verdict }) => verdict)).toEqual(['rejected', 'ignored', 'applied', 'applied']);
    expect(items[2]).toMatchObject({
      ...{ provider: 'wassenger', event: 'message:in:new', reason: null, phoneMasked: '+33*******78' },
      changes: [{ kind: 'recipient', id: 'c:k' }],
    });
    expect(nextCursor).toBeNull();
    expect(JSON.stringify(items)).not.toContain('612345');
  });

  it('gives pages that miss and repeat nothing', () => {
    const first = list({ limit: 3 });
    const second = list({ limit: 3, cursor: first.nextCursor! });
    expect([...first.items, ...second.items]).toEqual(list().items);
    expect(second.nextCursor).toBeNull();
    expect(() => list({ cursor: 'nonsense' })).toThrowError(expect.objectContaining({ code: 'bad_request' }));
  });

  it.each([
    [{ verdict: 'applied' as const }, 2],
    [{ q: 'message:in' }, 1],
    [{ q: 'own-1' }, 1],
    [{ q: '612345678' }, 1],
    [{ q: 'malformed' }, 1],
    [{ q: '%' }, 0],
    [{ q: '_' }, 2],
    [{ q: `' OR 1=1 --` }, 0],
    [{ q: 'message', verdict: 'ignored' as const }, 0],
    [{ q: '  ' }, 4],
  ])('finds with %j %i events (SEC-6)', (input, count) => {
    expect(list(input).items).toHaveLength(count);
  });

  it('shows one with its body as received, phones masked', () => {
    const answer = list({ q: 'message:in' }).items[0]!;
    const detail = bench.log.get(answer.id);
    expect(JSON.parse(detail.body)).toMatchObject({
      event: 'message:in:new',
      data: { body: 'Bonjour', fromNumber: '+33*******78' },
    });
    expect(detail.body).not.toContain('612345');
    expect(bench.log.get(list({ verdict: 'rejected' }).items[0]!.id).body).toBe('{"a":');
  });

  it.each(['0', '999999', '-1', '1.5', 'abc', '1; DROP TABLE webhook_events', '9'.repeat(30)])(
    'does not know the event %s',
    (id) => {
      expect(() => bench.log.get(id)).toThrowError(expect.objectContaining({ code: 'not_found' }));
      expect(() => bench.log.replay(id, 'admin')).toThrowError(expect.objectContaining({ code: 'not_found' }));
    },
  );

  it('replays one, with a line in the audit (SND-8)', () => {
    const answer = list({ q: 'message:in' }).items[0]!;
    expect(bench.log.replay(answer.id, 'admin')).toMatchObject({ id: answer.id, verdict: 'applied' });
    expect(bench.answers).toHaveLength(2);
    expect(bench.audited).toMatchObject([{ actor: 'admin', action: 'webhook.replay', target: answer.id }]);
  });

  it('replays nothing that was refused or is a repetition (WHK-3)', async () => {
    const rejected = list({ verdict: 'rejected' }).items[0]!;
    expect(() => bench.log.replay(rejected.id, 'admin')).toThrowError(
      expect.objectContaining({ code: 'not_retryable' }),
    );
    await bench.receive(incoming());
    const repeated = list({ verdict: 'duplicate' }).items[0]!;
    expect(bench.log.replay(repeated.id, 'admin').verdict).toBe('duplicate');
    expect(bench.answers).toHaveLength(1);
  });
});
