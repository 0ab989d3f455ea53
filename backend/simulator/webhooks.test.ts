import { describe, expect, test } from 'vitest';
import { DEVICE, phone, startBench, startReceiver, type Json } from '../../tests/support/simulatorBench.ts';
import type { RulesPatch } from './rules.ts';

const names = (events: Json[]): unknown[] => events.map(({ event }) => event);
const data = (event: Json | undefined): Json => event?.data as Json;

/** Everything at fixed times: sent after 1 s, delivered after 2 s, read after 4 s. */
const FIXED: RulesPatch = {
  delivery: { sentMs: [1_000, 1_000], deliveredMs: [1_000, 1_000], readShare: 1, readMs: [2_000, 2_000] },
};

describe('life of a message', () => {
  test('sent comes in an array with the 24-hex id, delivered and read as objects with the WhatsApp id (WHK-4)', async () => {
    const receiver = await startReceiver();
    const { send, clock } = await startBench({ webhookUrl: receiver.url, rules: FIXED });
    const message = (await send(phone(1), { reference: 'r1' })).json as Json;
    await clock.advance(10_000);

    const [sent, delivered, read] = receiver.events();
    expect(Array.isArray(receiver.received[0]?.json)).toBe(true);
    expect(sent).toMatchObject({
      event: 'message:out:sent',
      date: '2026-11-20T08:00:01.000Z',
      entity: 'message',
      entityId: message.id,
      data: { id: message.id, phone: phone(1), reference: 'r1', status: 'processed', deliveryStatus: 'sent' },
    });
    expect(data(sent)).not.toHaveProperty('waId');
    expect(delivered).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{24}$/) as unknown,
      object: 'message',
      event: 'message:out:ack',
      created: Date.parse('2026-11-20T08:00:02.000Z') / 1000,
      device: { id: DEVICE, phone: '+33639980000' },
      data: { id: message.waId, flow: 'outbound', ack: 'delivered', toNumber: phone(1), fromNumber: '+33639980000' },
    });
    expect(data(delivered)).not.toHaveProperty('reference');
    expect(read).toMatchObject({ event: 'message:out:ack', data: { id: message.waId, ack: 'read' } });
    expect(receiver.received).toHaveLength(3);
  });

  test('the ledger and the look-up follow, whether or not webhooks arrive', async () => {
    const { send, call, clock, simulator } = await startBench({ rules: { ...FIXED, webhooks: { lostShare: 1 } } });
    await send(phone(1), { reference: 'r1' });
    const state = async (): Promise<unknown> =>
      ((await call('GET /messages?reference=r1')).json as Json[])[0]?.deliveryStatus;
    expect(await state()).toBe('queued');
    await clock.advance(1_000);
    expect(await state()).toBe('sent');
    await clock.advance(1_000);
    expect(await state()).toBe('delivered');
    await clock.advance(2_000);
    expect(await state()).toBe('read');
    const at = Date.parse('2026-11-20T08:00:00.000Z');
    expect(simulator.ledger()).toMatchObject([{ sentAt: at + 1_000, deliveredAt: at + 2_000, readAt: at + 4_000 }]);
  });

  test('a failure is told later, with its code', async () => {
    const receiver = await startReceiver();
    const rules: RulesPatch = { phones: { [phone(1)]: { failsLater: 'max_retries' } } };
    const { send, clock } = await startBench({ webhookUrl: receiver.url, rules });
    await send(phone(1), { reference: 'r1' });
    await clock.advance(60_000);
    expect(receiver.events()).toMatchObject([
      {
        event: 'message:out:failed',
        message: 'Message delivery failed',
        data: { status: 'failed', deliveryStatus: 'failed', failureReason: 'max_retries', retry: { count: 0 } },
      },
    ]);
  });

  test('an expired message is told as such', async () => {
    const receiver = await startReceiver();
    const { send, clock, simulator } = await startBench({ webhookUrl: receiver.url });
    simulator.changeDevice({ queue: 'pause' });
    await send(phone(1), { expiration: { seconds: 10 } });
    await clock.advance(11_000);
    simulator.changeDevice({ queue: 'active' });
    await clock.advance(1_000);
    expect(names(receiver.events())).toEqual(['message:out:expired']);
  });

  test('aliases, announcements, unknown events and a session change exist', async () => {
    const receiver = await startReceiver();
    const rules: RulesPatch = { ...FIXED, webhooks: { aliasShare: 1, outNewShare: 1, unknownShare: 1 } };
    const { send, clock, simulator } = await startBench({ webhookUrl: receiver.url, rules });
    await send(phone(1));
    await clock.advance(10_000);
    simulator.changeDevice({ session: 'offline' });
    await clock.advance(1);
    expect(names(receiver.events())).toEqual([
      'message:out:new',
      'message:out:sent',
      'message:out:delivered',
      'chat:labels:shuffled',
      'message:out:read',
      'number:session',
    ]);
    expect(receiver.events('number:session')).toMatchObject([{ data: { id: DEVICE, session: { status: 'offline' } } }]);
  });

  test('time runs faster by the time scale', async () => {
    const receiver = await startReceiver();
    const { send, clock } = await startBench({ webhookUrl: receiver.url, rules: { ...FIXED, timeScale: 100 } });
    await send(phone(1));
    await clock.advance(40);
    expect(receiver.events()).toHaveLength(3);
  });
});

describe('envelopes', () => {
  test.each([
    ['object', 0],
    ['array', 3],
  ] as const)('every event can come as %s', async (envelope, arrays) => {
    const receiver = await startReceiver();
    const { send, clock } = await startBench({ webhookUrl: receiver.url, rules: { ...FIXED, webhooks: { envelope } } });
    await send(phone(1));
    await clock.advance(10_000);
    expect(receiver.received.filter(({ json }) => Array.isArray(json))).toHaveLength(arrays);
    expect(receiver.events()).toHaveLength(3);
  });

  test('arrays gather what happens within the batch time, 25 events at most', async () => {
    const receiver = await startReceiver();
    const rules: RulesPatch = {
      delivery: { sentMs: [100, 100], deliveredShare: 0 },
      webhooks: { batchMs: 1_000 },
    };
    const { send, clock } = await startBench({ webhookUrl: receiver.url, rules });
    for (let number = 1; number <= 30; number++) await send(phone(number));
    await clock.advance(5_000);
    expect(receiver.received.map(({ json }) => (json as Json[]).length)).toEqual([25, 5]);
    expect(new Set(receiver.events().map((event) => event.entityId)).size).toBe(30);
  });

  test.each([
    ['never', [false, false]],
    ['arrays', [true, false]],
    ['always', [true, true]],
  ] as const)('the reference is carried: %s', async (reference, carried) => {
    const receiver = await startReceiver();
    const rules: RulesPatch = { delivery: { readShare: 0 }, webhooks: { reference } };
    const { send, clock } = await startBench({ webhookUrl: receiver.url, rules });
    await send(phone(1), { reference: 'r1' });
    await clock.advance(10_000);
    expect(receiver.events().map((event) => data(event).reference === 'r1')).toEqual(carried);
  });
});

describe('disorder', () => {
  test('doubled webhooks are the same bytes (WHK-4)', async () => {
    const receiver = await startReceiver();
    const { send, clock } = await startBench({
      webhookUrl: receiver.url,
      rules: { ...FIXED, webhooks: { doubledShare: 1 } },
    });
    await send(phone(1));
    await clock.advance(20_000);
    const bodies = receiver.received.map(({ text }) => text);
    expect(bodies).toHaveLength(6);
    expect(new Set(bodies).size).toBe(3);
  });

  test('shuffled webhooks come in other orders', async () => {
    const receiver = await startReceiver();
    const rules: RulesPatch = { ...FIXED, webhooks: { shuffleMs: 30_000 } };
    const { send, clock } = await startBench({ webhookUrl: receiver.url, rules });
    for (let number = 1; number <= 10; number++) await send(phone(number));
    await clock.advance(60_000);
    const orders = new Map<unknown, string[]>();
    for (const event of receiver.events()) {
      const key = data(event).phone ?? data(event).toNumber;
      const step = String(data(event).ack ?? data(event).deliveryStatus);
      orders.set(key, [...(orders.get(key) ?? []), step]);
    }
    expect(orders.size).toBe(10);
    expect(new Set([...orders.values()].map((order) => order.join())).size).toBeGreaterThan(2);
  });

  test('early webhooks arrive before the answer to their send', async () => {
    const receiver = await startReceiver();
    const { send } = await startBench({ webhookUrl: receiver.url, rules: { webhooks: { earlyShare: 1 } } });
    const sending = send(phone(1), { reference: 'r1' }).then(() => receiver.received.length);
    expect(await sending).toBe(1);
    expect(receiver.events('message:out:sent')).toHaveLength(1);
  });

  test('lost webhooks never arrive, and are counted', async () => {
    const receiver = await startReceiver();
    const { send, clock, simulator } = await startBench({
      webhookUrl: receiver.url,
      rules: { ...FIXED, webhooks: { lostShare: 1 } },
    });
    await send(phone(1));
    await clock.advance(60_000);
    expect(receiver.received).toEqual([]);
    expect(simulator.counts()).toMatchObject({ webhooks: { published: 3, lost: 3, posted: 0 } });
  });
});
