import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { incoming } from '../support/wassengerEvents.ts';
import { envelope, META, metadata, signedHeaders } from '../support/metaServer.ts';
import {
  SECRETS,
  sign,
  SIGNED_TOKEN,
  startPortBench,
  WASSENGER_TOKEN,
  type PortBench,
} from '../support/webhookPort.ts';

/** Every attack on the webhook port that was thought of stays replayed (SEC-6). */

let bench: PortBench;
const logged: string[] = [];
const note = (fields: object, message: string): void => {
  logged.push(JSON.stringify(fields) + message);
};
beforeEach(async () => {
  logged.length = 0;
  const logger = { debug: note, info: note, warn: note, error: note };
  bench = await startPortBench({ logger, limits: { headersTimeoutMs: 400, requestTimeoutMs: 800 } });
});
afterEach(() => bench.close());

const BODY = JSON.stringify(incoming());

describe('who is believed (WHK-3)', () => {
  it.each([
    ['missing', null],
    ['empty', ''],
    ['short', sign(BODY).slice(0, 20)],
    ['one digit short', sign(BODY).slice(0, -1)],
    ['in upper case', `sha256=${sign(BODY).slice(7).toUpperCase()}`],
    ['without its scheme', sign(BODY).slice(7)],
    ['of another scheme', sign(BODY).replace('sha256', 'sha1')],
    ['by another secret', sign(BODY, 'guess')],
    ['by a secret that was retired', sign(BODY, 'secret-of-last-year')],
    ['by an empty secret', sign(BODY, '')],
    ['over re-serialised JSON', sign(JSON.stringify(JSON.parse(BODY), null, 1))],
    ['over the bytes without the last', sign(BODY.slice(0, -1))],
    ['sent twice', `${sign(BODY)}, ${sign(BODY)}`],
  ])('not one with a signature that is %s', async (_what, signature) => {
    const answer = await bench.postSigned(BODY, signature);
    expect(answer.status).toBe(401);
    expect(bench.believed()).toHaveLength(0);
    expect(bench.rows()).toMatchObject([{ rejected: 'bad_signature' }]);
    // Nothing tells how near it was.
    expect(JSON.parse(answer.text)).toEqual({ code: 'unauthorized', message: expect.any(String) as string });
  });

  it('not one with two signature headers', async () => {
    const { socket, received, closed } = bench.raw();
    const headers = [sign(BODY), sign(BODY)].map((signature) => `X-Wassenger-Signature: ${signature}\r\n`).join('');
    socket.write(
      `POST /webhooks/wassenger/${SIGNED_TOKEN} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n${headers}Content-Length: ${Buffer.byteLength(BODY)}\r\n\r\n${BODY}`,
    );
    await closed;
    expect(received()).toContain(' 401 ');
    expect(bench.believed()).toHaveLength(0);
  });

  it.each([
    ['wrong', 'x'.repeat(WASSENGER_TOKEN.length)],
    ['empty', ''],
    ['a beginning', WASSENGER_TOKEN.slice(0, -1)],
    ['too long', `${WASSENGER_TOKEN}a`],
    ['in other case', WASSENGER_TOKEN.toUpperCase()],
    ['with a slash', `${WASSENGER_TOKEN}/`],
    ['encoded', WASSENGER_TOKEN.replace('-', '%2D')],
    ['enormous', 'a'.repeat(8_000)],
    ['Meta’s', META.verifyToken],
  ])('not one with a token that is %s', async (_what, token) => {
    const answer = await bench.call(`/webhooks/wassenger/${token}`, { body: BODY });
    expect(answer.status).toBe(401);
    expect(bench.rows()).toHaveLength(0);
  });

  it('not one for Meta without Meta’s signature', async () => {
    const body = JSON.stringify(envelope({ ...metadata(), messages: [] }));
    const tries = [{ 'content-type': 'application/json' }, signedHeaders(body, 'guess'), signedHeaders(`${body} `)];
    for (const headers of tries) expect((await bench.call('/webhooks/meta', { body, headers })).status).toBe(401);
    expect(bench.believed()).toHaveLength(0);
  });

  it('the right ones only, and these however many wrong ones there are', async () => {
    const statuses = new Map<number, number>();
    for (let count = 0; count < 60; count += 1) {
      const answer = await bench.call(`/webhooks/wassenger/guess-${count}`, { body: BODY });
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.status === 429) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect([...statuses.keys()].sort()).toEqual([401, 429]);
    expect((await bench.post(BODY)).status).toBe(200);
    expect((await bench.postSigned(BODY, sign(BODY, SECRETS[1]))).status).toBe(200);
  });
});

describe('what the port answers (WHK-1)', () => {
  it.each([
    ...['/', '/api', '/api/attempts', '/api/openapi.json', '/rpc', '/metrics', '/index.html', '/health/details'],
    ...['/webhooks', '/webhooks/', '/webhooks/wassenger', '/webhooks/other/x', '//health', '/health/', '/HEALTH'],
    ...['/webhooks/../api/attempts', '/webhooks/%2e%2e/api', '/webhooks/wassenger/..%2f..%2fapi', '/..%5capi', '/%00'],
  ])('nothing of the admin port, nor any file: %s', async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const answer = await bench.call(path, { method, ...(method === 'GET' ? {} : { body: '{}' }) });
      expect([401, 404]).toContain(answer.status);
      expect(Object.keys(JSON.parse(answer.text) as object)).toEqual(['code', 'message']);
    }
    expect(bench.rows()).toHaveLength(0);
  });

  it.each(['X-HTTP-Method-Override', 'X-Method-Override', 'X-HTTP-Method'])('no method by %s', async (header) => {
    const answer = await bench.call(`/webhooks/wassenger/${WASSENGER_TOKEN}`, {
      method: 'GET',
      headers: { [header]: 'POST' },
    });
    expect(answer.status).toBe(404);
  });

  it('no stranger’s page: no cross-origin header, no content type to guess', async () => {
    const { headers } = await bench.post(BODY, { 'content-type': 'application/json', origin: 'https://evil.example' });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  });
});

describe('what a body may be (WHK-5)', () => {
  it.each([
    ['cut', '{"event":"message:in:new","data":{'],
    ['empty', ''],
    ['a form', 'a=1&b=2'],
    ['two values', '{}{}'],
    [
      'not UTF-8',
      Buffer.concat([
        Buffer.from('{"event":"message:in:new","data":{"body":"'),
        Buffer.from([0xc3, 0x28, 0xff]),
        Buffer.from('"}}'),
      ]),
    ],
    ['a hundred thousand levels deep', '{"event":"message:in:new","data":'.concat('['.repeat(100_000))],
    ['closed and still deep', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    ['no envelope', '{"hello":"world"}'],
    ['a number', '42'],
    ['null', 'null'],
    ['a hundred thousand events', `[${'{"event":"a:b"},'.repeat(10_000)}{"event":"a:b"}]`],
  ])('not %s: 400, kept with its reason', async (_what, body) => {
    const answer = await bench.post(body);
    expect(answer.status).toBe(400);
    expect(bench.believed()).toHaveLength(0);
    expect(bench.rows()).toHaveLength(1);
    expect(bench.rows()[0]!.rejected).toMatch(/^(malformed_json|not_utf8|too_deep|not_an_envelope)$/);
    expect(bench.rows()[0]!.body.length).toBeLessThanOrEqual(8_192);
  });

  it('not above 256 KiB: 413, whether the length is told or not', async () => {
    const padded = (size: number): string => {
      const empty = JSON.stringify(incoming({ body: '' }));
      return JSON.stringify(incoming({ body: 'x'.repeat(size - Buffer.byteLength(empty)) }));
    };
    expect((await bench.post(padded(256 * 1024))).status).toBe(200);
    expect((await bench.post(padded(256 * 1024 + 1))).status).toBe(413);
    expect((await bench.post(Buffer.alloc(10 * 1024 * 1024, 0x20))).status).toBe(413);
    const { socket, received } = bench.raw();
    socket.write(
      `POST /webhooks/wassenger/${WASSENGER_TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    for (let count = 0; count < 6; count += 1) socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`);
    await expect.poll(received, { timeout: 10_000 }).toContain(' 413 ');
    socket.destroy();
    expect(bench.believed()).toHaveLength(1);
    expect(bench.rows().filter(({ rejected }) => rejected === 'too_large')).toHaveLength(3);
  });

  it.each([
    ['text/plain', {}],
    ['application/x-www-form-urlencoded', {}],
    ['multipart/form-data; boundary=x', {}],
    ['application/jsonx', {}],
    ['', {}],
  ])('not of type %j: 415', async (type) => {
    expect((await bench.post(BODY, type === '' ? {} : { 'content-type': type })).status).toBe(415);
    expect(bench.believed()).toHaveLength(0);
  });

  it('not packed: nothing is unpacked, however small it looks', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
    const answer = await bench.post(bomb, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    expect(answer.status).toBe(415);
  });

  it('not able to change what objects are', async () => {
    const body =
      '{"event":"message:in:new","__proto__":{"polluted":1},"data":{"constructor":{"prototype":{"polluted":1}},"type":"__proto__"}}';
    expect((await bench.post(body)).status).toBe(200);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('kept only so often when it is refused: nobody fills the disk', async () => {
    for (let count = 0; count < 150; count += 1) expect((await bench.post('{')).status).toBe(400);
    expect(bench.rows().length).toBeLessThan(120);
  });
});

describe('how a request may come (WHK-5)', () => {
  it.each([
    ['headers', `POST /webhooks/wassenger/${WASSENGER_TOKEN} HTTP/1.1\r\nHost: x\r\n`],
    [
      'its body',
      `POST /webhooks/wassenger/${WASSENGER_TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a`,
    ],
    ['nothing', ''],
  ])('not for ever: a sender that stops in %s is cut', async (_where, beginning) => {
    const { socket, closed } = bench.raw();
    if (beginning !== '') socket.write(beginning);
    await closed;
    expect(bench.rows()).toHaveLength(0);
    expect((await bench.post(BODY)).status).toBe(200);
  });

  it('not drop by drop', async () => {
    const { socket, closed } = bench.raw();
    let open = true;
    void closed.then(() => {
      open = false;
    });
    socket.write(
      `POST /webhooks/wassenger/${WASSENGER_TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n`,
    );
    await expect
      .poll(
        () => {
          if (open) socket.write('x');
          return open;
        },
        { timeout: 10_000 },
      )
      .toBe(false);
    expect(bench.rows()).toHaveLength(0);
  });

  it.each([
    ['two lengths', 'Content-Length: 10\r\nContent-Length: 20\r\n'],
    ['a length and chunks', 'Content-Length: 10\r\nTransfer-Encoding: chunked\r\n'],
    ['a length that is none', 'Content-Length: ten\r\n'],
    ['an unknown encoding', 'Transfer-Encoding: chunked, strange\r\n'],
    ['headers without end', `X-Filler: ${'a'.repeat(40_000)}\r\n`],
  ])('not with %s', async (_what, headers) => {
    const { socket, received, closed } = bench.raw();
    socket.write(
      `POST /webhooks/wassenger/${WASSENGER_TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers}\r\n{"event":1}`,
    );
    await closed;
    expect(received()).toMatch(/^HTTP\/1\.1 4(00|31|08) /);
    expect(bench.rows()).toHaveLength(0);
  });

  it('not as anything but HTTP', async () => {
    const { socket, received, closed } = bench.raw();
    socket.write('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03');
    await closed;
    expect(received()).toMatch(/^(HTTP\/1\.1 400 [^<]*)?$/s);
  });

  it('not faster than it can be kept: 429 with Retry-After, and what was answered 200 is there (I6)', async () => {
    const limited = await startPortBench({ limits: { perSecond: 1, burst: 20 } });
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => limited.post(incoming({}, { id: `e${index}` }))),
    );
    const taken = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    expect(taken.length + refused.length).toBe(60);
    expect(taken.length).toBeGreaterThanOrEqual(20);
    expect(refused.length).toBeGreaterThan(30);
    for (const { headers } of refused) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(limited.believed()).toHaveLength(taken.length);
    await limited.close();
  });
});

it('leaves no token, secret, phone or body in the log (SEC-4, I12)', async () => {
  await bench.post(BODY);
  await bench.postSigned(BODY, sign(BODY, 'guess'));
  await bench.call(`/webhooks/wassenger/wrong-${SIGNED_TOKEN}`, { body: BODY });
  await bench.post('{"phone":"+33612345678"');
  const all = logged.join('\n');
  for (const secret of [WASSENGER_TOKEN, SIGNED_TOKEN, ...SECRETS, META.appSecret, '612345678', 'Bonjour']) {
    expect(all).not.toContain(secret);
  }
});
