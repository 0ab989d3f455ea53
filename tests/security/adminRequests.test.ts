import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MAX_IMPORT_BYTES, MAX_PART_BYTES } from '../../backend/contract/imports.ts';
import { rawRequest, rawSocket, startAdminHost, type AdminHost } from '../support/adminHost.ts';
import { someAttempt } from '../support/samples.ts';
import { stubServices } from '../support/stubServices.ts';

const send = vi.fn((_input: unknown) => ({ attempt: someAttempt, known: false }));
const importer = vi.fn(stubServices().contacts.import);
const list = vi.fn((_input: unknown) => ({ items: [], nextCursor: null }));
let host: AdminHost;

beforeAll(async () => {
  host = await startAdminHost({
    services: stubServices({ messages: { send }, contacts: { import: importer }, attempts: { list } }),
  });
});
afterAll(() => host.stop());

const headLines = (...lines: string[]): string =>
  [...lines, `Host: 127.0.0.1:${host.port}`, `Authorization: Bearer ${host.token}`, '', ''].join('\r\n');
const statusOf = (answer: string): number => Number(answer.split(' ')[1]);
const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  host.call(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
const message = (body: object | string): Promise<Response> =>
  post('/api/messages', typeof body === 'string' ? body : JSON.stringify(body));

describe('paths out of the folder of the interface', () => {
  it.each([
    '/../../../../etc/passwd',
    '/..%2f..%2f..%2fetc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/%252e%252e/etc/passwd',
    '/..\\..\\etc\\passwd',
    '/..%5c..%5cetc%5cpasswd',
    '/....//....//etc/passwd',
    '/theme.js/../../../etc/passwd',
    '/theme.js%00.html',
    '/.env',
    '/.git/config',
    '//etc/passwd',
    '/file:///etc/passwd',
    '/%zz.js',
    '/%c0%ae%c0%ae/etc/passwd',
  ])('lead nowhere: %s', async (path) => {
    const answer = await rawRequest(host, { path, headers: { host: `127.0.0.1:${host.port}` } });
    expect([302, 400, 404]).toContain(answer.status);
    expect(answer.body).not.toContain('root:');
    if (answer.status === 302) expect(answer.headers['location']).toMatch(/^\/#\//);
  });

  it.each([
    '/rpc/../api/settings',
    '/theme.js/../api/settings',
    '//api/settings',
    '/./api/settings',
    '/%61pi/settings',
    '/api%2fsettings',
  ])('do not go around the token: %s (API-1)', async (path) => {
    const answer = await rawRequest(host, { path, headers: { host: `127.0.0.1:${host.port}` } });
    expect([302, 401, 404]).toContain(answer.status);
    expect(answer.body).not.toContain('dailyLimit');
  });

  it.each(['/rpc/__proto__', '/rpc/constructor', '/rpc/attempts/__proto__/get', '/rpc/toString', '/api/__proto__'])(
    'name no call: %s',
    async (path) => {
      expect((await post(path, '{}')).status).toBe(404);
    },
  );
});

describe('keys of prototypes', () => {
  const polluted = (): unknown => ({})['polluted' as never];

  it.each([
    '{"to":"+33612345678","body":"x","__proto__":{"polluted":1}}',
    '{"to":"+33612345678","body":"x","constructor":{"prototype":{"polluted":1}}}',
    '{"to":"+33612345678","body":"x","context":{"__proto__":{"polluted":1}}}',
    '{"to":"+33612345678","body":"x","context":{"a":{"__proto__":{"polluted":1}}}}',
    '{"__proto__":{"to":"+33612345678","body":"x"}}',
  ])('in JSON change nothing: %s', async (body) => {
    send.mockClear();
    const answer = await message(body);
    expect([202, 400]).toContain(answer.status);
    expect(polluted()).toBeUndefined();
    for (const [input] of send.mock.calls) {
      expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
      expect(JSON.stringify(input)).not.toContain('polluted');
    }
  });

  it.each([
    '?__proto__[polluted]=1',
    '?constructor[prototype][polluted]=1',
    '?limit[__proto__][polluted]=1',
    '?limit[toString]=1',
    '?q[]=a&q[__proto__]=b',
    '?limit=1&limit=2',
  ])('in a query change nothing: %s', async (query) => {
    list.mockClear();
    const answer = await host.call(`/api/attempts${query}`);
    expect([200, 400]).toContain(answer.status);
    expect(polluted()).toBeUndefined();
    for (const [input] of list.mock.calls) expect(input).toEqual({ limit: 50 });
  });

  it.each([
    '{"json":{"to":"+33612345678","body":"x"},"meta":[[1,"__proto__","polluted"]]}',
    '{"json":{"to":"+33612345678","body":"x","__proto__":{"polluted":1}},"meta":[]}',
    '{"json":{"to":"+33612345678","body":"x"},"meta":[[7,"constructor"]]}',
    '{"__proto__":{"json":{"to":"+33612345678","body":"x"}}}',
  ])('in RPC change nothing: %s', async (body) => {
    const answer = await post('/rpc/messages/send', body);
    expect([200, 400]).toContain(answer.status);
    expect(polluted()).toBeUndefined();
  });
});

describe('requests that are too large', () => {
  it('are refused by their declared length, before a byte is read (413)', async () => {
    const answer = await rawSocket(
      host,
      headLines(
        'POST /api/messages HTTP/1.1',
        'Content-Type: application/json',
        'Content-Length: 1048577',
        'Connection: close',
      ),
    );
    expect(statusOf(answer)).toBe(413);
    expect(answer).toContain('"payload_too_large"');
  });

  it('are refused as soon as they pass the limit, whatever they declare (413)', async () => {
    send.mockClear();
    const answer = await host.call('/api/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Blob([new Uint8Array(1024 * 1024 + 1)]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(answer.status).toBe(413);
    expect(send).not.toHaveBeenCalled();
  });

  it('may be 512 MiB for an import, and no more; a part of a file 8 MiB', async () => {
    const fileTo = (path: string, size: number): Promise<Response> =>
      host.call(path, { method: 'POST', headers: { 'content-type': 'text/csv' }, body: new Uint8Array(size) });
    expect((await fileTo('/api/contacts/import', 40 * 1024 * 1024)).status).toBe(200);
    const answer = await rawSocket(
      host,
      headLines(
        'POST /api/contacts/import HTTP/1.1',
        'Content-Type: text/csv',
        `Content-Length: ${MAX_IMPORT_BYTES + 1}`,
        'Connection: close',
      ),
    );
    expect(statusOf(answer)).toBe(413);
    const part = '/api/imports/content?id=import-1&offset=0';
    expect((await fileTo(part, MAX_PART_BYTES)).status).toBe(200);
    expect((await fileTo(part, MAX_PART_BYTES + 1)).status).toBe(413);
    expect((await post('/api/messages', JSON.stringify({ to: 'x', body: 'x'.repeat(2_000_000) }))).status).toBe(413);
  });

  it('are not unpacked (gzip bomb): a compressed body is refused', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000, 'a'));
    const answer = await host.call('/api/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: bomb,
    });
    expect(answer.status).toBe(415);
  });

  it('have no more than 16 KiB of headers', async () => {
    expect(statusOf(await rawSocket(host, `GET /health HTTP/1.1\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`))).toBe(431);
  });

  it('are refused when JSON is nested deep, which would exhaust whoever reads it', async () => {
    const nested = `{"to":"+33612345678","body":"x","context":{"a":${'['.repeat(400_000)}${']'.repeat(400_000)}}}`;
    expect((await message(nested)).status).toBe(400);
    expect((await message({ to: '+33612345678', body: '['.repeat(200) })).status).toBe(202);
  });
});

describe('requests that are slow', () => {
  let hasty: AdminHost;
  beforeAll(async () => {
    hasty = await startAdminHost({ timeouts: { headersMs: 300, requestMs: 600, checkEveryMs: 50 } });
  });
  afterAll(() => hasty.stop());

  it('are cut while they spell out their headers', async () => {
    expect(statusOf(await rawSocket(hasty, 'GET /health HTTP/1.1\r\nX-Slow: '))).toBe(408);
  });

  it('are cut while they drip their body', async () => {
    const head = `POST /api/messages HTTP/1.1\r\nHost: 127.0.0.1:${hasty.port}\r\nAuthorization: Bearer ${hasty.token}\r\n`;
    const answer = await rawSocket(hasty, `${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{`);
    expect(statusOf(answer)).toBe(408);
    expect((await hasty.call('/api/settings')).status).toBe(200);
  });
});

describe('requests that two readers would read differently (smuggling)', () => {
  const body = '{"to":"+33612345678","body":"x"}';

  it.each([
    ['two lengths', 'Content-Length: 32\r\nContent-Length: 3'],
    ['two equal lengths', 'Content-Length: 32\r\nContent-Length: 32'],
    ['a length and chunks', 'Content-Length: 32\r\nTransfer-Encoding: chunked'],
    ['a negative length', 'Content-Length: -1'],
    ['a length with a sign', 'Content-Length: +32'],
    ['an unknown coding', 'Transfer-Encoding: chunked, identity'],
    ['a space before the colon', 'Content-Length : 32'],
    ['a folded header', 'X-Folded: a\r\n b'],
  ])('are refused with 400: %s', async (_what, lines) => {
    send.mockClear();
    const answer = await rawSocket(
      host,
      headLines('POST /api/messages HTTP/1.1', 'Content-Type: application/json', lines, 'Connection: close') + body,
    );
    expect(statusOf(answer)).toBe(400);
    expect(send).not.toHaveBeenCalled();
  });

  it('are refused when there is no Host, an empty one, or two', async () => {
    expect(statusOf(await rawSocket(host, 'GET /health HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n'))).toBe(403);
    expect(statusOf(await rawSocket(host, 'GET /health HTTP/1.0\r\n\r\n'))).toBe(403);
    const twice = `GET /health HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1:${host.port}\r\nConnection: close\r\n\r\n`;
    expect([400, 403]).toContain(statusOf(await rawSocket(host, twice)));
  });
});

describe('answers', () => {
  it('say nothing about what is inside: no stack, path or version of a library', async () => {
    const answers = [
      await rawSocket(host, 'NONSENSE\r\n\r\n'),
      await rawSocket(host, headLines('GET /api/none HTTP/1.1', 'Connection: close')),
      await rawSocket(host, headLines('POST /api/none HTTP/1.1', 'Connection: close')),
      await (await message('{')).text(),
      await (await post('/rpc/messages/send', '{"json":{},"meta":[[1,"none"]]}')).text(),
      await (await host.call('/api/attempts?cursor=%ff')).text(),
    ];
    for (const answer of answers) expect(answer).not.toMatch(/node_modules|\.ts:|\bat \w+ \(|express|orpc|zod/i);
  });
});
