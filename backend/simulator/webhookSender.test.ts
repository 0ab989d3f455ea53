import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { eventually, type Json, phone, startBench, startReceiver } from '../../tests/support/simulatorBench.ts';
import type { RulesPatch } from './rules.ts';

/** Sent after a second, delivered after two. */
const FIXED: RulesPatch = { delivery: { sentMs: [1_000, 1_000], deliveredMs: [1_000, 1_000] } };

describe('delivery of webhooks', () => {
  const answerOnce: RulesPatch = { delivery: { sentShare: 0, deliveredShare: 0 } };

  test('the body is signed with HMAC-SHA256 when there is a secret, and only then (WHK-3)', async () => {
    const receiver = await startReceiver();
    const { simulator } = await startBench({ webhookUrl: receiver.url, webhookSecret: 'secret' });
    await simulator.answer({ phone: phone(1), text: 'Élan' }).delivered;
    const [signed] = receiver.received;
    const expected = createHmac('sha256', 'secret')
      .update(signed?.text ?? '')
      .digest('hex');
    expect(signed?.headers['x-wassenger-signature']).toBe(`sha256=${expected}`);
    simulator.setWebhook(receiver.url, null);
    await simulator.answer({ phone: phone(1) }).delivered;
    expect(receiver.received[1]?.headers).not.toHaveProperty('x-wassenger-signature');
  });

  test.each([500, 404, 302, 210, 400, 429])(
    'an answer %d is no acknowledgement: the same bytes come again',
    async (status) => {
      const receiver = await startReceiver((index) => (index < 2 ? status : 200));
      const { simulator, clock } = await startBench({ webhookUrl: receiver.url, rules: answerOnce });
      simulator.answer({ phone: phone(1) });
      await clock.advance(60_000);
      expect(receiver.received).toHaveLength(3);
      expect(new Set(receiver.received.map(({ text }) => text)).size).toBe(1);
      expect(simulator.deliveries()).toMatchObject([{ state: 'acknowledged', status: 200, tries: 3 }]);
    },
  );

  test.each([200, 202, 209])('an answer %d is one', async (status) => {
    const receiver = await startReceiver(() => status);
    const { simulator, clock } = await startBench({ webhookUrl: receiver.url });
    simulator.answer({ phone: phone(1) });
    await clock.advance(600_000);
    expect(receiver.received).toHaveLength(1);
  });

  test('tries again later and later, for about a day, then gives up', async () => {
    const receiver = await startReceiver(() => 503);
    const { simulator, clock } = await startBench({ webhookUrl: receiver.url });
    simulator.answer({ phone: phone(1) });
    const triesWithin = async (ms: number): Promise<number> => {
      const before = receiver.received.length;
      await clock.advance(ms);
      return receiver.received.length - before;
    };
    expect(await triesWithin(9_999)).toBe(1);
    expect(await triesWithin(1_001)).toBe(1);
    expect(await triesWithin(49_000)).toBe(1);
    await clock.advance(25 * 3_600_000);
    expect(simulator.deliveries()).toMatchObject([{ state: 'abandoned', status: 503 }]);
    expect(clock.pending()).toBe(0);
  });

  test('a receiver that does not answer is cut off after the time-out and tried again', async () => {
    const receiver = await startReceiver((index) => (index === 0 ? null : 200));
    const { simulator, clock } = await startBench({ webhookUrl: receiver.url });
    simulator.answer({ phone: phone(1) });
    await eventually(() => receiver.received.length).toBe(1);
    await clock.advance(60_000);
    expect(simulator.deliveries()).toMatchObject([{ state: 'acknowledged', tries: 2 }]);
  });

  test('what waits for a receiver that hangs is bounded: the oldest is dropped', async () => {
    const receiver = await startReceiver(() => null);
    const rules: RulesPatch = { webhooks: { concurrency: 1 } };
    const { simulator } = await startBench({ webhookUrl: receiver.url, memory: 3, rules });
    for (let number = 1; number <= 10; number++) simulator.answer({ phone: phone(number) });
    await eventually(() => receiver.received.length).toBe(1);
    expect(simulator.counts()).toMatchObject({ webhooks: { inFlight: 1, waiting: 3, abandoned: 6 } });
    expect(simulator.deliveries()).toHaveLength(3);
  });

  test('the address is asked for before each try: a receiver may come late and move', async () => {
    const receiver = await startReceiver();
    let url: string | null = null;
    const { simulator, clock } = await startBench({ webhookUrl: () => url });
    simulator.answer({ phone: phone(1) });
    await clock.advance(5_000);
    url = 'http://127.0.0.1:1/closed';
    await clock.advance(30_000);
    expect(receiver.received).toEqual([]);
    url = receiver.url;
    await clock.advance(120_000);
    expect(receiver.received).toHaveLength(1);
  });

  test('webhooks registered through the API get their own events, until they are removed', async () => {
    const receiver = await startReceiver();
    const { call, send, clock } = await startBench({ rules: FIXED });
    expect((await call('POST /webhooks', { name: 'x' })).status).toBe(400);
    const made = await call('POST /webhooks', { name: 'Vigie', url: receiver.url, events: ['message:out:sent'] });
    expect(made).toMatchObject({ status: 201, json: { url: receiver.url, active: true } });
    await send(phone(1));
    await clock.advance(10_000);
    expect(receiver.events().map((event: Json) => event.event)).toEqual(['message:out:sent']);
    const { id } = made.json as { id: string };
    expect((await call('GET /webhooks')).json).toMatchObject([{ id }]);
    expect((await call(`DELETE /webhooks/${id}`)).status).toBe(200);
    expect((await call(`DELETE /webhooks/${id}`)).status).toBe(404);
    await send(phone(2));
    await clock.advance(10_000);
    expect(receiver.received).toHaveLength(1);
  });

  test('a stop drops what waits and leaves nothing behind; a start goes on with the same address and ledger', async () => {
    const receiver = await startReceiver(() => 500);
    const { simulator, send, clock, url } = await startBench({ webhookUrl: receiver.url, rules: FIXED });
    await send(phone(1));
    simulator.answer({ phone: phone(1) });
    await clock.advance(1_500);
    await simulator.stop();
    await simulator.stop();
    expect(clock.pending()).toBe(0);
    await expect(send(phone(2))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await simulator.start()).toEqual({ url });
    expect((await send(phone(2))).status).toBe(201);
    expect(simulator.ledger()).toHaveLength(2);
  });
});
