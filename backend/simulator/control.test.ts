import { describe, expect, test } from 'vitest';
import { DEVICE, eventually, phone, startBench, startReceiver } from '../../tests/support/simulatorBench.ts';

describe('control from another process', () => {
  test('rules are shown, and changed field by field', async () => {
    const { call, send } = await startBench({ rules: { answers: { share: 0.5 } } });
    const changed = await call('PATCH /control/rules', {
      faults: { rate_limited: 1 },
      answers: { types: { emoji: 1 } },
      phones: { [phone(1)]: { always: 'none' } },
    });
    expect(changed).toMatchObject({ status: 200, json: { answers: { share: 0.5, types: { emoji: 1 } } } });
    await call('PATCH /control/rules', { phones: { [phone(2)]: { always: 'contact_blocked' } } });
    const rules = (await call('GET /control/rules')).json as { answers: unknown };
    expect(rules.answers).toMatchObject({ types: { emoji: 1 } });
    expect(rules.answers).not.toHaveProperty('types.text');
    expect([(await send(phone(1))).status, (await send(phone(2))).status, (await send(phone(3))).status]).toEqual([
      201, 400, 429,
    ]);
  });

  test.each([
    ['PATCH', 'rules', { latency: 5 }],
    ['PATCH', 'rules', { answers: { share: 2 } }],
    ['PATCH', 'rules', { faults: { explodes: 1 } }],
    ['POST', 'faults', [{ kind: 'explodes' }]],
    ['POST', 'answers', { type: 'text' }],
    ['POST', 'answers', { phone: '+33639980001', type: 'smoke' }],
    ['PATCH', 'device', { queue: 'gone' }],
    ['PUT', 'webhook', { url: 'nowhere' }],
    ['POST', 'outage', { ms: -1 }],
  ])('%s %s refuses %j and says why', async (method, route, body) => {
    const { call } = await startBench();
    const { status, json } = await call(`${method} /control/${route}`, body);
    expect(status).toBe(400);
    expect(json).toMatchObject({ message: expect.stringMatching(/./) as unknown });
  });

  test('faults are set for the next requests, and taken back', async () => {
    const { call, send } = await startBench();
    await call('POST /control/faults', [{ kind: 'unavailable', count: 2 }]);
    expect((await send(phone(1))).status).toBe(503);
    expect((await call('GET /control/counts')).json).toMatchObject({
      requests: { unavailable: 1 },
      accepted: 0,
      faultsWaiting: 1,
    });
    await call('DELETE /control/faults');
    expect((await send(phone(1))).status).toBe(201);
    expect((await call('GET /control/requests')).json).toMatchObject([
      { phone: phone(1), fault: 'unavailable', accepted: false },
      { phone: phone(1), fault: 'none', accepted: true },
    ]);
  });

  test('any body can be posted to the webhook, byte for byte, as often as wanted', async () => {
    const receiver = await startReceiver((index) => (index === 0 ? 400 : 200));
    const { call } = await startBench();
    await call('PUT /control/webhook', { url: receiver.url, secret: 's' });
    const sent = await call('POST /control/events', { body: '[ {"event" : "x"} ]', times: 2 });
    const { deliveries } = sent.json as { deliveries: { status: number }[] };
    expect(deliveries.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect(receiver.received.map(({ text }) => text)).toEqual(['[ {"event" : "x"} ]', '[ {"event" : "x"} ]']);
    await call('POST /control/events', { body: { event: 'y' } });
    expect(receiver.received[2]?.text).toBe('{"event":"y"}');
    expect((await call('GET /control/deliveries')).json).toHaveLength(3);
  });

  test('the device changes, and the provider goes down for a while', async () => {
    const { call, clock } = await startBench();
    await call('PATCH /control/device', { session: 'offline' });
    expect((await call(`GET /devices/${DEVICE}`)).json).toMatchObject({ session: { status: 'offline' } });
    expect((await call('POST /control/outage', { ms: 60_000 })).status).toBe(202);
    await eventually(() => call('GET /health').catch(() => 'down')).toBe('down');
    await clock.advance(60_000);
    await eventually(() =>
      call('GET /health').then(
        ({ status }) => status,
        () => 'down',
      ),
    ).toBe(200);
  });

  test('an unknown route is a 404', async () => {
    const { call } = await startBench();
    expect((await call('GET /control/nothing')).status).toBe(404);
  });
});
