import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rawRequest, startAdminHost, type AdminHost, type RawAnswer } from '../support/adminHost.ts';
import { watchedServices } from '../support/watchedServices.ts';

const { services, calls } = watchedServices();
let host: AdminHost;
let cookie: string;
let callsBefore: number;

beforeAll(async () => {
  host = await startAdminHost({ services });
  const page = await rawRequest(host, { path: '/', headers: { host: authority() } });
  cookie = page.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
});
afterAll(() => host.stop());
beforeEach(() => {
  callsBefore = calls();
});

const authority = (name = '127.0.0.1'): string => `${name}:${host.port}`;
const PATHS = [
  '/',
  '/health',
  '/theme.js',
  '/api/settings',
  '/api/openapi.json',
  '/rpc/settings/get',
  '/session',
  '/x',
];

/** What a signed-in operator's browser sends along, whoever makes it ask. */
function asBrowser(path: string, headers: Record<string, string>, body?: string): Promise<RawAnswer> {
  const all = { host: authority(), authorization: `Bearer ${host.token}`, cookie, ...headers };
  const method = body === undefined ? 'GET' : 'POST';
  return rawRequest(host, { method, path, headers: all, ...(body !== undefined && { body }) });
}

function expectStranger(answer: RawAnswer): void {
  expect(answer.status).toBe(403);
  expect(answer.body).toContain('"forbidden"');
  expect(answer.headers['set-cookie']).toBeUndefined();
  expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  expect(calls()).toBe(callsBefore);
}

describe('a name that a stranger points at this machine (DNS rebinding, SEC-1)', () => {
  it.each([
    'evil.example',
    'evil.example:PORT',
    'localhost.evil.example:PORT',
    '127.0.0.1.evil.example:PORT',
    'localhost@evil.example:PORT',
    '127.0.0.1:PORT@evil.example',
    '127.0.0.1',
    'localhost:1',
    '0.0.0.0:PORT',
    '[::]:PORT',
    '[::ffff:127.0.0.1]:PORT',
    '2130706433:PORT',
    '127.1:PORT',
    '0x7f.0.0.1:PORT',
    'localhost.:PORT',
    '192.168.1.20:PORT',
    '127.0.0.1:PORT, evil.example',
    '127.0.0.1:PORT/x',
  ])('is refused as Host on every path: "%s"', async (name) => {
    for (const path of PATHS) expectStranger(await asBrowser(path, { host: name.replace('PORT', String(host.port)) }));
  });

  it.each(['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]'])('is told from our own names: %s', async (name) => {
    expect((await asBrowser('/api/settings', { host: authority(name) })).status).toBe(200);
  });

  it('is refused on a host that is open to other machines too: they come by its address', async () => {
    const open = await startAdminHost({ host: '0.0.0.0', password: 'une phrase de passe' });
    const ask = (name: string) => rawRequest(open, { path: '/health', headers: { host: `${name}:${open.port}` } });
    expect(open.address).toBe(`http://127.0.0.1:${open.port}`);
    expect((await ask('127.0.0.1')).status).toBe(200);
    expect((await ask('0.0.0.0')).status).toBe(403);
    expect((await ask('evil.example')).status).toBe(403);
    await open.stop();
  });
});

describe('a page of a stranger in the operator’s browser (CSRF, SEC-1)', () => {
  const retry = JSON.stringify({ json: { id: 'attempt-1' } });
  const jsonType = { 'content-type': 'application/json' };

  it.each([
    'null',
    'https://evil.example',
    'http://evil.example',
    'http://localhost:1',
    'http://127.0.0.1',
    'https://127.0.0.1:PORT',
    'http://127.0.0.1:PORT.evil.example',
    'http://127.0.0.1:PORT@evil.example',
    'file://',
    'chrome-extension://abcdef',
    '',
  ])('is refused by its Origin on every path: "%s"', async (origin) => {
    const headers = { origin: origin.replace('PORT', String(host.port)) };
    for (const path of PATHS) {
      expectStranger(await asBrowser(path, headers));
      expectStranger(await asBrowser(path, { ...headers, ...jsonType }, retry));
    }
  });

  it('lets our own pages call', async () => {
    for (const name of ['127.0.0.1', 'localhost', '[::1]']) {
      const origin = `http://${authority(name)}`;
      const headers = { host: authority(name), origin, 'sec-fetch-site': 'same-origin', authorization: '' };
      expect((await asBrowser('/rpc/attempts/retry', { ...headers, ...jsonType }, retry)).status).toBe(200);
    }
  });

  it.each(['cross-site', 'same-site'])(
    'is refused without an Origin when the browser says that it is %s',
    async (site) => {
      const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
      for (const path of PATHS) expectStranger(await asBrowser(path, headers));
    },
  );

  it('may lead to the interface by a link, as mails and notifications do', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect((await asBrowser('/', headers)).status).toBe(200);
  });

  it.each([
    ['application/x-www-form-urlencoded', 'id=attempt-1'],
    ['text/plain', retry],
    ['text/plain;charset=UTF-8', retry],
    ['multipart/form-data; boundary=x', '--x\r\ncontent-disposition: form-data; name="data"\r\n\r\n{}\r\n--x--'],
    ['application/json-patch+json', retry],
    ['', retry],
  ])('cannot send what a form sends: %s (JSON only)', async (type, body) => {
    for (const path of ['/rpc/attempts/retry', '/api/messages', '/api/auth/login', '/session']) {
      const answer = await asBrowser(path, { 'content-type': type }, body);
      expect([path, answer.status]).toEqual([path, 415]);
    }
    expect(calls()).toBe(callsBefore);
  });

  it('gets no leave from us to call (no CORS)', async () => {
    const headers = {
      host: authority(),
      origin: 'https://evil.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    };
    for (const path of ['/rpc/attempts/retry', '/api/messages', '/session']) {
      const answer = await rawRequest(host, { method: 'OPTIONS', path, headers });
      expectStranger(answer);
    }
  });

  it('cannot put the interface in a frame, nor read it as a resource', async () => {
    const { headers } = await asBrowser('/', {});
    expect(headers['x-frame-options']).toBe('DENY');
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['x-powered-by']).toBeUndefined();
  });

  it('cannot act with a method hidden in a header', async () => {
    const headers = { ...jsonType, 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' };
    expect((await asBrowser('/api/contacts/contact-1', headers, '{}')).status).toBe(404);
    expect(calls()).toBe(callsBefore);
  });
});
