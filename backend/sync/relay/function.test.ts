import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  createRelay,
  type KeptRequest,
  type Keep,
  type RelayOptions,
} from '../../../resources/supabase/functions/relay/relay.ts';
import { readSettings } from '../../../resources/supabase/functions/relay/settings.ts';
import { createStore } from '../../../resources/supabase/functions/relay/store.ts';
import { startRelayFunction } from '../../../tests/support/relayFunction.ts';
import { RELAY_KEY, startRelayTable } from '../../../tests/support/relayTable.ts';

const TOKEN = 'token-0123456789abcdef0123456789';
const SIGNATURE = `sha256=${'a'.repeat(64)}`;
const JSON_HEADERS = { 'content-type': 'application/json' };

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start(options: Partial<RelayOptions> = {}) {
  const kept: KeptRequest[] = [];
  const store: Keep = async (given) => {
    kept.push(given);
    return 'stored';
  };
  const relay = await startRelayFunction({ tokens: [TOKEN], verifyToken: 'verify-me', store, ...options });
  stops.push(relay.stop);
  const call = (path: string, init: RequestInit = {}) =>
    fetch(relay.url + path, { method: 'POST', headers: JSON_HEADERS, body: '{}', ...init });
  return { ...relay, kept, call };
}

describe('the relay’s function', () => {
  it('keeps the bytes as they came, with path and the headers that matter, and nothing else (WHK-7)', async () => {
    const { kept, call } = await start();
    const body = Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x00, 0xff, 0x0a, 0x7d]);
    const answer = await call(`/webhooks/wassenger/${TOKEN}`, {
      body,
      headers: { ...JSON_HEADERS, 'x-wassenger-signature': SIGNATURE, cookie: 'a=b', 'x-other': 'c' },
    });
    expect([answer.status, await answer.json()]).toEqual([200, { received: 1 }]);
    expect(kept).toEqual([
      {
        provider: 'wassenger',
        path: `/webhooks/wassenger/${TOKEN}`,
        headers: { ...JSON_HEADERS, 'x-wassenger-signature': SIGNATURE },
        body: body.toString('base64'),
      },
    ]);
  });

  it('keeps any bytes up to the limit (WHK-7)', async () => {
    let kept = '';
    const store: Keep = async ({ body }) => {
      kept = body;
      return 'stored';
    };
    const relay = createRelay({ tokens: [TOKEN], verifyToken: null, store });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 20_000 }), async (body) => {
        const url = `https://project.example/relay/webhooks/wassenger/${TOKEN}`;
        const { status } = await relay(new Request(url, { method: 'POST', headers: JSON_HEADERS, body }));
        expect([status, Buffer.from(kept, 'base64').equals(body)]).toEqual([200, true]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('answers 2xx only after the row is committed; else 503, 429 with a time to come again (WHK-2, WHK-5, WHK-7)', async () => {
    const path = `/webhooks/wassenger/${TOKEN}`;
    let commit: (outcome: 'stored') => void = () => {};
    const slow = await start({ store: () => new Promise((resolve) => (commit = resolve)) });
    let answered = false;
    const answer = slow.call(path).then((response) => {
      answered = true;
      return response;
    });
    await expect.poll(() => commit.length).toBe(1);
    expect(answered).toBe(false);
    commit('stored');
    expect((await answer).status).toBe(200);
    for (const [store, status, wait] of [
      [() => Promise.resolve('busy'), 429, '60'],
      [() => Promise.resolve('full'), 503, '300'],
      [() => Promise.reject(new Error('password=secret at 10.0.0.1')), 503, '10'],
    ] as const satisfies [Keep, number, string][]) {
      const refused = await (await start({ store })).call(path);
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([status, wait]);
      expect(await refused.text()).not.toMatch(/secret|10\.0\.0\.1/);
    }
  });

  it('refuses a token that it does not know, before it reads the body (WHK-3, WHK-7)', async () => {
    const { kept, call } = await start({ tokens: [TOKEN, 'the-next-token-0123456789abcdef'] });
    for (const token of [TOKEN.slice(0, -1), `${TOKEN}x`, TOKEN.toUpperCase(), 'x', '%00', '..', `${TOKEN}/`, '']) {
      const { status } = await call(`/webhooks/wassenger/${token}`);
      expect([401, 404], token).toContain(status);
    }
    expect((await call('/webhooks/meta/unknown')).status).toBe(401);
    expect(kept).toEqual([]);
    expect((await call('/webhooks/wassenger/the-next-token-0123456789abcdef')).status).toBe(200);
  });

  it('takes Meta’s path with a token, or without one when there is a signature to check later (WHK-3, WHK-7)', async () => {
    const { kept, call } = await start();
    const signed = { headers: { ...JSON_HEADERS, 'x-hub-signature-256': SIGNATURE } };
    expect((await call('/webhooks/meta')).status).toBe(401);
    expect((await call('/webhooks/meta', signed)).status).toBe(200);
    expect((await call(`/webhooks/meta/${TOKEN}`, signed)).status).toBe(200);
    expect(kept.map(({ provider, path }) => [provider, path])).toEqual([
      ['meta', '/webhooks/meta'],
      ['meta', `/webhooks/meta/${TOKEN}`],
    ]);
  });

  it('echoes Meta’s handshake for the right verify token alone', async () => {
    const { call } = await start();
    const ask = (token: string, more = '') =>
      call(`/webhooks/meta?hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=12345${more}`, {
        method: 'GET',
        body: null,
      });
    const right = await ask('verify-me');
    expect([right.status, await right.text(), right.headers.get('content-type')]).toEqual([
      ...[200, '12345', 'text/plain; charset=utf-8'],
    ]);
    expect((await ask('verify-mE')).status).toBe(401);
    expect((await ask('verify-me', '<script>')).status).toBe(400);
    const without = await start({ verifyToken: null });
    expect((await without.call('/webhooks/meta?hub.verify_token=', { method: 'GET', body: null })).status).toBe(401);
  });

  it('refuses what is too large, declared or not, without keeping it (WHK-5)', async () => {
    const { kept, call, url } = await start();
    const path = `/webhooks/wassenger/${TOKEN}`;
    expect((await call(path, { body: Buffer.alloc(256 * 1024, 0x20) })).status).toBe(200);
    expect((await call(path, { body: Buffer.alloc(256 * 1024 + 1, 0x20) })).status).toBe(413);
    const status = await new Promise((resolve, reject) => {
      const chunked = request(url + path, { method: 'POST', headers: JSON_HEADERS }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      chunked.on('error', reject);
      for (let part = 0; part < 9; part += 1) chunked.write(Buffer.alloc(32 * 1024, 0x20));
      chunked.end();
    });
    expect(status).toBe(413);
    expect(kept).toHaveLength(1);
  });

  it('serves nothing else, and says nothing of itself', async () => {
    const { kept, call } = await start();
    for (const [method, path, status] of [
      ['POST', '/api/settings', 404],
      ['POST', '/webhooks/telegram/x', 404],
      ['GET', `/webhooks/wassenger/${TOKEN}`, 405],
      ['PUT', `/webhooks/wassenger/${TOKEN}`, 405],
      ['GET', '/', 404],
    ] as const) {
      const answer = await call(path, { method, body: method === 'GET' ? null : '{}' });
      expect(answer.status, `${method} ${path}`).toBe(status);
      expect(Object.keys((await answer.json()) as object)).toEqual(['code']);
    }
    const form = { headers: { 'content-type': 'text/plain' } };
    expect((await call(`/webhooks/wassenger/${TOKEN}`, form)).status).toBe(415);
    expect(kept).toEqual([]);
  });
});

describe('the function’s settings and store', () => {
  it('read the tokens, and store by the table’s own function (WHK-7)', async () => {
    const table = await startRelayTable();
    stops.push(table.stop);
    const environment: Record<string, string> = {
      ...{ SUPABASE_URL: `${table.url}/`, SUPABASE_SERVICE_ROLE_KEY: RELAY_KEY },
      ...{ RELAY_TOKENS: ' one , two', RELAY_META_VERIFY_TOKEN: 'v' },
    };
    const settings = readSettings((name) => environment[name]);
    expect(settings).toMatchObject({ tokens: ['one', 'two'], verifyToken: 'v' });
    const kept: KeptRequest = { provider: 'meta', path: '/webhooks/meta', headers: JSON_HEADERS, body: 'e30=' };
    expect(await settings.store(kept)).toBe('stored');
    expect(table.rows()).toMatchObject([{ ...kept, refused: null }]);
    expect(() => readSettings(() => undefined)).toThrow('missing');
  });

  it('do not take an unclear answer for a commit (WHK-2)', async () => {
    const table = await startRelayTable();
    stops.push(table.stop);
    const store = createStore({ url: table.url, key: RELAY_KEY });
    const kept: KeptRequest = { provider: 'meta', path: '/webhooks/meta', headers: {}, body: '' };
    for (const fault of [
      { status: 500 },
      { status: 200, body: '"perhaps"' },
      { status: 200, body: '<html>' },
      'reset',
    ] as const) {
      table.fault = () => fault;
      await expect(store(kept)).rejects.toThrow();
    }
    table.fault = () => null;
    await expect(createStore({ url: table.url, key: 'wrong' })(kept)).rejects.toThrow('not stored');
    expect(table.rows()).toEqual([]);
  });
});
