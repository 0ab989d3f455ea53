import { describe, expect, test } from 'vitest';
import { DEVICE, phone, startBench, START, type Json } from '../../tests/support/simulatorBench.ts';

describe('sending', () => {
  test('an accepted message is answered with both ids, its reference and its state', async () => {
    const { send, simulator } = await startBench();
    const { status, json } = await send(phone(1), { reference: 'c1:k1:message_1', message: 'Bonjour Élodie' });
    expect(status).toBe(201);
    expect(json).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{24}$/) as unknown,
      waId: expect.stringMatching(/^3EB0[0-9A-F]{18}$/) as unknown,
      phone: phone(1),
      reference: 'c1:k1:message_1',
      message: 'Bonjour Élodie',
      status: 'queued',
      deliveryStatus: 'queued',
      failureReason: null,
      createdAt: START,
    });
    expect(simulator.ledger()).toMatchObject([
      { id: (json as Json).id, waId: (json as Json).waId, body: 'Bonjour Élodie' },
    ]);
  });

  test('the base address works with and without /v1', async () => {
    const { url, send } = await startBench();
    await send(phone(1));
    const bare = await fetch(`${url.replace('/v1', '')}/messages`, { headers: { token: 'key' } });
    expect(await bare.json()).toHaveLength(1);
  });

  test('a missing or wrong token is refused before anything else', async () => {
    const { call, simulator } = await startBench({ token: 'right' });
    for (const headers of [{}, { token: 'wrong' }] as Record<string, string>[]) {
      const { status, json } = await call('POST /messages?token=right', '{', headers);
      expect(status).toBe(401);
      expect(json).toMatchObject({
        status: 401,
        message: expect.any(String) as unknown,
        errorCode: 'error:unauthorized',
      });
    }
    expect(simulator.ledger()).toEqual([]);
  });

  test.each([
    { name: 'no device', fields: { device: undefined }, expected: 400, code: 'bad_request' },
    {
      name: 'a device that is not 24 hexadecimal digits',
      fields: { device: 'abc' },
      expected: 400,
      code: 'bad_request',
    },
    { name: 'another device', fields: { device: 'f'.repeat(24) }, expected: 404, code: 'notfound' },
    { name: 'a phone without +', fields: { phone: '33639980001' }, expected: 400, code: 'phone:invalid' },
    { name: 'a phone with letters', fields: { phone: '+33ABC' }, expected: 400, code: 'phone:invalid' },
    { name: 'no content', fields: { message: undefined }, expected: 400, code: 'bad_request' },
    { name: 'a text above 4096 characters', fields: { message: 'x'.repeat(4097) }, expected: 400, code: 'bad_request' },
    {
      name: 'media with both url and file',
      fields: { media: { url: 'https://a.test/b.png', file: 'f' } },
      expected: 400,
      code: 'bad_request',
    },
    { name: 'an unknown priority', fields: { priority: 'now' }, expected: 400, code: 'bad_request' },
  ])('$name is refused', async ({ fields, expected, code }) => {
    const { call, simulator } = await startBench();
    const body = { device: DEVICE, phone: phone(1), message: 'Bonjour', ...fields };
    const { status, json } = await call('POST /messages', body);
    expect(status).toBe(expected);
    expect(json).toMatchObject({ status: expected, errorCode: `error:${code}`, errors: [{ code }] });
    expect(simulator.ledger()).toEqual([]);
  });

  test('media alone and a template alone are taken', async () => {
    const { send, simulator } = await startBench();
    const media = { url: 'https://files.test/a.jpg', format: 'native' };
    expect((await send(phone(1), { message: undefined, media })).status).toBe(201);
    expect((await send(phone(2), { message: undefined, template: { name: 'bienvenue', language: 'fr' } })).status).toBe(
      201,
    );
    expect(simulator.ledger()).toMatchObject([{ media, body: '' }, { template: { name: 'bienvenue' } }]);
  });

  test('the same reference twice is two messages: there is no idempotency key', async () => {
    const { send, call, simulator } = await startBench();
    const [one, two] = [await send(phone(1)), await send(phone(1))];
    expect((one.json as Json).id).not.toBe((two.json as Json).id);
    const found = await call(`GET /messages?reference=${encodeURIComponent(`c1:${phone(1)}:message_1`)}`);
    expect(found.json).toHaveLength(2);
    const hashes = simulator.ledger().map(({ requestHash }) => requestHash);
    expect(new Set(hashes).size).toBe(1);
  });

  test('a body that is not JSON is a 400, an unknown route a 404', async () => {
    const { call } = await startBench();
    expect((await call('POST /messages', '{"device":')).status).toBe(400);
    expect((await call('GET /nothing')).status).toBe(404);
    expect((await call('DELETE /messages')).status).toBe(404);
  });
});

describe('looking up', () => {
  test('finds by id, WhatsApp id, reference, status and time, newest first, in pages from 0', async () => {
    const { send, call, clock } = await startBench();
    const sent: Json[] = [];
    for (let number = 1; number <= 5; number++) {
      sent.push((await send(phone(number), { reference: `r${number}` })).json as Json);
      await clock.advance(60_000);
    }
    const references = async (query: string): Promise<unknown[]> =>
      ((await call(`GET /messages?${query}`)).json as Json[]).map(({ reference }) => reference);

    expect((await call(`GET /messages/${String(sent[0]?.id)}`)).json).toMatchObject({ reference: 'r1' });
    expect((await call(`GET /messages/${'0'.repeat(24)}`)).status).toBe(404);
    expect(await references('reference=r3')).toEqual(['r3']);
    expect(await references('reference=r')).toEqual([]);
    expect(await references(`ids=${String(sent[0]?.id)},${String(sent[1]?.id)}`)).toEqual(['r2', 'r1']);
    expect(await references(`waIds=${String(sent[4]?.waId)}`)).toEqual(['r5']);
    expect(await references('status=processed')).toHaveLength(5);
    expect(await references('status=failed')).toEqual([]);
    expect(await references(`createdAfter=${new Date(Date.parse(START) + 180_000).toISOString()}`)).toEqual([
      'r5',
      'r4',
    ]);
    expect(await references('size=2&page=0')).toEqual(['r5', 'r4']);
    expect(await references('size=2&page=2')).toEqual(['r1']);
    expect(await references('size=2&page=3')).toEqual([]);
    expect((await call('GET /messages?size=two')).status).toBe(400);
  });

  test('a message stays hidden for a while, as long as the rules say', async () => {
    const { send, call, clock } = await startBench({ rules: { lookup: { hiddenMs: [5_000, 5_000] } } });
    const { json } = await send(phone(1), { reference: 'r1' });
    const byId = `GET /messages/${String((json as Json).id)}`;
    expect((await call(byId)).status).toBe(404);
    expect((await call('GET /messages?reference=r1')).json).toEqual([]);
    await clock.advance(5_000);
    expect((await call(byId)).status).toBe(200);
    expect((await call('GET /messages?reference=r1')).json).toHaveLength(1);
  });

  test('says "not found" first, then the truth', async () => {
    const { send, call } = await startBench({ rules: { lookup: { notFoundFirst: 2 } } });
    await send(phone(1), { reference: 'r1' });
    const lengths = [];
    for (let round = 0; round < 3; round++) {
      lengths.push(((await call('GET /messages?reference=r1')).json as Json[]).length);
    }
    expect(lengths).toEqual([0, 0, 1]);
  });

  test('fails with 5xx, or lists everything whatever was asked for', async () => {
    const { send, call, simulator } = await startBench({ rules: { lookup: { errorShare: 1 } } });
    await send(phone(1), { reference: 'r1' });
    await send(phone(2), { reference: 'r2' });
    expect((await call('GET /messages?reference=r1')).status).toBeGreaterThanOrEqual(500);
    simulator.changeRules({ lookup: { errorShare: 0, ignoresReference: true } });
    expect((await call('GET /messages?reference=r1&size=1')).json).toMatchObject([{ reference: 'r2' }]);
    expect((await call('GET /messages?reference=r1&size=1&page=1')).json).toMatchObject([{ reference: 'r1' }]);
  });

  test.each(['not_found', 'server_error', 'unauthorized', 'rate_limited'] as const)(
    'answers the next look-up with %s when asked to, then behaves',
    async (kind) => {
      const { send, call, simulator } = await startBench();
      await send(phone(1), { reference: 'r1' });
      simulator.addFaults([{ kind, on: 'lookup' }]);
      expect((await call('GET /messages?reference=r1')).status).toBeGreaterThanOrEqual(400);
      expect((await call('GET /messages?reference=r1')).status).toBe(200);
    },
  );
});

describe('device', () => {
  test('shows its state and what it sent today', async () => {
    const { send, call, clock } = await startBench();
    await send(phone(1));
    await send(phone(2));
    expect((await call(`GET /devices/${DEVICE}`)).json).toMatchObject({
      id: DEVICE,
      status: 'operative',
      connector: 'web',
      session: { status: 'online' },
      stats: { day: { sent: 2 } },
    });
    await clock.advance(24 * 3_600_000);
    expect((await call(`GET /devices/${DEVICE}`)).json).toMatchObject({ stats: { day: { sent: 0 } } });
    expect((await call(`GET /devices/${'0'.repeat(24)}`)).status).toBe(404);
  });

  test('a paused queue accepts and holds, an active one lets go, an expired message never leaves', async () => {
    const { send, call, clock, simulator } = await startBench();
    expect((await call(`POST /devices/${DEVICE}/queue`, { status: 'pause' })).json).toMatchObject({
      queue: { status: 'pause' },
    });
    await send(phone(1));
    await send(phone(2), { expiration: { seconds: 60 } });
    await send(phone(3), { expiration: { date: '2026-11-20T09:00:00.000Z' } });
    await send(phone(4), { expiration: { duration: '1m' } });
    await clock.advance(120_000);
    expect(simulator.ledger().map(({ status }) => status)).toEqual(['queued', 'queued', 'queued', 'queued']);
    await call(`POST /devices/${DEVICE}/queue`, { status: 'active' });
    await clock.advance(10_000);
    expect(simulator.ledger().map(({ status }) => status)).toEqual(['processed', 'expired', 'processed', 'expired']);
    expect((await call(`POST /devices/${DEVICE}/queue`, { status: 'gone' })).status).toBe(400);
  });

  test('a queue that rejects, and a device that is not operative, refuse', async () => {
    const { send, simulator } = await startBench();
    simulator.changeDevice({ queue: 'reject' });
    expect((await send(phone(1))).status).toBe(409);
    simulator.changeDevice({ queue: 'active', status: 'disconnected' });
    expect((await send(phone(1))).status).toBe(409);
    simulator.changeDevice({ status: 'operative', session: 'offline' });
    expect((await send(phone(1), { enqueue: 'never' })).status).toBe(409);
    expect((await send(phone(1))).status).toBe(201);
  });

  test('a message waits for its deliverAt', async () => {
    const { send, clock, simulator } = await startBench();
    await send(phone(1), { deliverAt: '2026-11-20T08:10:00.000Z' });
    await clock.advance(9 * 60_000);
    expect(simulator.ledger()[0]?.status).toBe('queued');
    await clock.advance(2 * 60_000);
    expect(simulator.ledger()[0]?.deliveryStatus).toBe('delivered');
  });
});

describe('ledger', () => {
  test('lists everything accepted, oldest first, and nothing refused, without a token (I4)', async () => {
    const { send, call, simulator, clock } = await startBench();
    await send(phone(1), { reference: 'c1:k1:message_1' });
    await clock.advance(1_000);
    simulator.addFaults([{ kind: 'server_error' }]);
    await send(phone(2), { reference: 'c1:k2:message_1' });
    await send(phone(3), { reference: 'c2:k1:message_1' });
    const ledger = async (query = ''): Promise<unknown[]> =>
      ((await call(`GET /ledger${query}`, undefined, {})).json as Json[]).map(({ reference }) => reference);

    expect((await call('GET /ledger', undefined, {})).json).toMatchObject([
      { reference: 'c1:k1:message_1', phone: phone(1), body: 'Bonjour', acceptedAt: START, fault: 'none' },
      { reference: 'c2:k1:message_1', acceptedAt: '2026-11-20T08:00:01.000Z' },
    ]);
    expect(await ledger('?referencePrefix=c2:')).toEqual(['c2:k1:message_1']);
    expect(await ledger(`?phone=${encodeURIComponent(phone(1))}`)).toEqual(['c1:k1:message_1']);
    expect(await ledger('?since=2026-11-20T08:00:01.000Z')).toEqual(['c2:k1:message_1']);
    expect(await ledger('?until=2026-11-20T08:00:01.000Z')).toEqual(['c1:k1:message_1']);
    expect(await ledger('?offset=1&limit=1')).toEqual(['c2:k1:message_1']);
    expect(await ledger('?reference=c1:k2:message_1')).toEqual([]);
  });

  test('forgets the oldest beyond its memory, and still counts them', async () => {
    const { send, simulator, clock } = await startBench({ memory: 3 });
    for (let number = 1; number <= 8; number++) await send(phone(number), { reference: `r${number}` });
    await clock.advance(60_000);
    expect(simulator.ledger().map(({ reference }) => reference)).toEqual(['r6', 'r7', 'r8']);
    expect(simulator.requests()).toHaveLength(3);
    expect(simulator.counts()).toMatchObject({ accepted: 8, acceptedToday: 8, forgotten: 5, timers: 0 });
  });
});
