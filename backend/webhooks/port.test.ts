import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { envelope, META, metadata, signedHeaders } from '../../tests/support/metaServer.ts';
import { sign, startPortBench, WASSENGER_TOKEN, type PortBench } from '../../tests/support/webhookPort.ts';
import { incoming, report } from '../../tests/support/wassengerEvents.ts';

let bench: PortBench;
beforeEach(async () => {
  bench = await startPortBench();
});
afterEach(() => bench.close());

const META_EVENT = envelope({
  ...metadata(),
  messages: [{ from: '33612345678', id: 'wamid.1', type: 'text', text: { body: 'Oui' } }],
});

describe('a webhook of Wassenger', () => {
  it('is on disk, byte for byte, when it is answered (WHK-2)', async () => {
    const body = `  ${JSON.stringify(incoming(), null, 2)}\n`;
    const answer = await bench.post(body);
    expect(answer).toMatchObject({ status: 200, text: '{"received":1}' });
    expect(bench.rows()).toMatchObject([{ provider: 'wassenger', lineId: 'plain', rejected: null }]);
    expect(bench.rows()[0]!.body.toString()).toBe(body);
    expect(bench.stored()).toBe(1);
  });

  it('counts the events of an array, known or not', async () => {
    const body = [report('message:out:sent'), report('message:out:failed'), { event: 'never:seen', data: {} }];
    expect((await bench.post(body)).text).toBe('{"received":3}');
    expect((await bench.post([])).text).toBe('{"received":0}');
    expect(bench.believed()).toHaveLength(2);
  });

  it('is believed with a signature of any secret in force (WHK-3)', async () => {
    const body = JSON.stringify(incoming());
    expect((await bench.postSigned(body, sign(body, 'current-secret'))).status).toBe(200);
    expect((await bench.postSigned(body, sign(body, 'previous-secret'))).status).toBe(200);
    expect(bench.believed()).toMatchObject([{ lineId: 'signed' }, { lineId: 'signed' }]);
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset=UTF-8'])(
    'may be %s',
    async (type) => {
      expect((await bench.post(incoming(), { 'content-type': type })).status).toBe(200);
    },
  );

  it('is taken with a query after its path', async () => {
    const answer = await bench.call(`/webhooks/wassenger/${WASSENGER_TOKEN}?from=provider`, {
      body: JSON.stringify(incoming()),
    });
    expect(answer.status).toBe(200);
  });
});

describe('a webhook of Meta', () => {
  it('is believed by its signature (WHK-3)', async () => {
    const body = JSON.stringify(META_EVENT);
    const answer = await bench.call('/webhooks/meta', { body, headers: signedHeaders(body) });
    expect(answer).toMatchObject({ status: 200, text: '{"received":1}' });
    expect(bench.rows()).toMatchObject([{ provider: 'meta', lineId: 'meta' }]);
  });

  it('about none of our numbers is kept all the same', async () => {
    const body = JSON.stringify(envelope({ metadata: { phone_number_id: 'other' }, messages: [{ id: 'x' }] }));
    expect(await bench.call('/webhooks/meta', { body, headers: signedHeaders(body) })).toMatchObject({
      status: 200,
      text: '{"received":0}',
    });
    expect(bench.believed()).toHaveLength(1);
  });

  it('answers the handshake with the challenge, to who knows the token alone', async () => {
    const ask = (query: Record<string, string>) =>
      bench.call(`/webhooks/meta?${new URLSearchParams(query).toString()}`, { method: 'GET' });
    const right = { 'hub.mode': 'subscribe', 'hub.verify_token': META.verifyToken, 'hub.challenge': '1158201444' };
    const answer = await ask(right);
    expect(answer).toMatchObject({ status: 200, text: '1158201444' });
    expect(answer.headers['content-type']).toContain('text/plain');
    expect((await ask({ ...right, 'hub.verify_token': 'guess' })).status).toBe(401);
    expect((await ask({ ...right, 'hub.verify_token': '' })).status).toBe(401);
    expect((await ask({ ...right, 'hub.mode': 'unsubscribe' })).status).toBe(400);
    expect((await ask({ ...right, 'hub.challenge': '<script>' })).status).toBe(400);
  });

  it('finds nothing where no Meta line is configured', async () => {
    bench.lines.pop();
    expect((await bench.call('/webhooks/meta', { body: '{}' })).status).toBe(404);
    expect((await bench.call('/webhooks/meta', { method: 'GET' })).status).toBe(404);
  });
});

describe('the port', () => {
  it('says that it is well (WHK-1)', async () => {
    expect(await bench.call('/health', { method: 'GET' })).toMatchObject({ status: 200, text: '{"status":"ok"}' });
  });

  it('refuses what it cannot store, says so, and recovers (WHK-2, REL-3)', async () => {
    bench.files.store.inbox.exec(
      `CREATE TRIGGER full BEFORE INSERT ON webhook_inbox BEGIN SELECT RAISE(ABORT, 'disk full'); END`,
    );
    const refused = await bench.post(incoming());
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toBe('5');
    expect(refused.text).not.toContain('disk');
    expect((await bench.call('/health', { method: 'GET' })).status).toBe(503);
    bench.files.store.inbox.exec(`DROP TRIGGER full`);
    expect((await bench.post(incoming())).status).toBe(200);
    expect((await bench.call('/health', { method: 'GET' })).status).toBe(200);
    expect(bench.rows()).toHaveLength(1);
  });

  it('stores many at once, each before its answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => bench.post(incoming({ id: `m${index}` }, { id: `e${index}` }))),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(bench.believed()).toHaveLength(200);
  });

  it('starts and stops in any order, twice, and after a failure', async () => {
    const taken = Number(new URL(bench.port.address()!).port);
    const second = await startPortBench();
    await second.port.stop();
    await second.port.stop();
    expect(second.port.address()).toBeNull();
    await Promise.all([second.port.start(), second.port.start()]);
    expect(second.port.address()).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await Promise.all([second.port.stop(), second.port.start(), second.port.stop()]);
    expect(second.port.address()).toBeNull();
    await second.close();
    await expect(bench.call('/health', { method: 'GET' })).resolves.toMatchObject({ status: 200 });
    expect(Number(new URL(bench.port.address()!).port)).toBe(taken);
  });

  it('finishes what is under way when it stops (DSK-7)', async () => {
    const posting = Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => bench.post(incoming({}, { id: `e${index}` }))),
    );
    await expect.poll(() => bench.rows().length, { timeout: 10_000 }).toBeGreaterThan(0);
    await bench.port.stop();
    const answered = (await posting).filter((result) => result.status === 'fulfilled' && result.value.status === 200);
    expect(answered.length).toBeGreaterThan(0);
    expect(bench.rows().length).toBeGreaterThanOrEqual(answered.length);
  });
});
