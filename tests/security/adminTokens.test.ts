import { createHmac } from 'node:crypto';
import { traverseContractProcedures } from '@orpc/server';
import fc from 'fast-check';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contract } from '../../backend/contract/contract.ts';
import { createFakeClock } from '../support/fakeClock.ts';
import { rawRequest, SECRET, startAdminHost, type AdminHost } from '../support/adminHost.ts';
import { watchedServices } from '../support/watchedServices.ts';

const NOW = Date.parse('2026-11-20T08:00:00.000Z');
const SECONDS = NOW / 1000;
const { services, calls } = watchedServices();
let host: AdminHost;

beforeAll(async () => {
  host = await startAdminHost({ services, clock: createFakeClock(NOW), password: 'une phrase de passe' });
});
afterAll(() => host.stop());

const CLAIMS = { sub: 'api', role: 'admin', iss: 'vigie', aud: 'vigie', iat: SECONDS, exp: SECONDS + 3600 };
type Header = { alg: string; kid?: string; crit?: string[]; b64?: boolean };

/** A token signed with the real secret, but for what is changed. */
function signed(claims: object, header: Header = { alg: 'HS256' }, secret = SECRET): Promise<string> {
  return new SignJWT({ ...CLAIMS, ...claims }).setProtectedHeader(header).sign(secret);
}

/** A token put together by hand, with a header that no library would write. */
function forged(header: object, signature: (input: string) => string): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${encode(header)}.${encode(CLAIMS)}`;
  return `${input}.${signature(input)}`;
}

const hmac = (algorithm: string) => (input: string) => createHmac(algorithm, SECRET).update(input).digest('base64url');
const cut = async (length: number): Promise<string> => (await signed({})).slice(0, -length);

/** Every way to come without a valid token. */
const ATTACKS: Record<string, () => Promise<string> | string> = {
  'an expired one': () => signed({ exp: SECONDS - 1 }),
  'one that ends now': () => signed({ exp: SECONDS }),
  'one not valid before the next second': () => signed({ nbf: SECONDS + 1 }),
  'one that never ends': () => signed({ exp: undefined }),
  'one of another audience': () => signed({ aud: 'other' }),
  'one of a browser session': () => signed({ aud: 'vigie-session' }),
  'one of another issuer': () => signed({ iss: 'other' }),
  'one without issuer or audience': () => signed({ iss: undefined, aud: undefined }),
  'one without a role': () => signed({ role: undefined }),
  'one of another role': () => signed({ role: 'viewer' }),
  'one of nobody': () => signed({ sub: undefined }),
  'one signed with another secret': () => signed({}, { alg: 'HS256' }, new Uint8Array(32)),
  'one signed with the public word "secret"': () => signed({}, { alg: 'HS256' }, Buffer.from('secret'.padEnd(32, '!'))),
  'HS384 with the right secret': () => forged({ alg: 'HS384' }, hmac('sha384')),
  'HS512 with the right secret': () => forged({ alg: 'HS512' }, hmac('sha512')),
  'an RS256 header over an HMAC': () => forged({ alg: 'RS256' }, hmac('sha256')),
  'an unsecured one': () => new UnsecuredJWT(CLAIMS).encode(),
  'alg none with a signature': () => forged({ alg: 'none' }, hmac('sha256')),
  'alg NONE': () => forged({ alg: 'NONE' }, () => ''),
  'no alg': () => forged({ typ: 'JWT' }, hmac('sha256')),
  'a list of algs': () => forged({ alg: ['HS256', 'none'] }, hmac('sha256')),
  'a kid that is a path': () =>
    forged({ alg: 'HS256', kid: '../../dev/null' }, (input) =>
      createHmac('sha256', '').update(input).digest('base64url'),
    ),
  'a kid that is SQL': () =>
    forged({ alg: 'HS256', kid: "' UNION SELECT 'key" }, (input) =>
      createHmac('sha256', 'key').update(input).digest('base64url'),
    ),
  'a key of its own': () =>
    forged({ alg: 'HS256', jwk: { kty: 'oct', k: 'a2V5' } }, (input) =>
      createHmac('sha256', 'key').update(input).digest('base64url'),
    ),
  'an unknown critical header': () => forged({ alg: 'HS256', crit: ['exp'], exp: 1 }, hmac('sha256')),
  'a signature cut by one character': () => cut(1),
  'a signature cut in half': () => cut(21),
  'no signature': async () => (await signed({})).replace(/[^.]+$/, ''),
  'a payload that was changed': async () => {
    const [header, , signature] = (await signed({})).split('.');
    return `${header}.${Buffer.from(JSON.stringify({ ...CLAIMS, sub: 'root' })).toString('base64url')}.${signature}`;
  },
  'an empty text': () => '',
  'three dots': () => '...',
  'a text': () => 'undefined',
};
const SCHEMES = ['Bearer', 'bearer', 'Basic', 'Token', ''];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'];

const routes: string[] = [
  '/api',
  '/api/',
  '/api/none',
  '/api/openapi.json',
  '/api/auth',
  '/api/auth/login/x',
  '/API/settings',
];
traverseContractProcedures({ router: contract, path: [] }, (procedure) => {
  routes.push(`/api${procedure.contract['~orpc'].route.path ?? ''}`);
});

const someId = fc.constantFrom('1', 'attempt-1', '..', '%2e%2e', '%00', '%2F', '+33612345678');
const somePath = fc
  .record({
    route: fc.constantFrom(...routes),
    id: someId,
    end: fc.constantFrom('', '/', '?limit=1', '?access_token=TOKEN', '?limit=abc&__proto__[x]=1'),
  })
  .map(({ route, id, end }) => route.replace(/\{\w+\}/g, id) + end);
const someBody = fc.constantFrom(
  { type: 'application/json', text: '{"to":"+33612345678","body":"x"}' },
  { type: 'application/json', text: '{' },
  { type: 'text/plain', text: 'x' },
  { type: 'text/csv', text: 'phone\n0612345678\n' },
  { type: 'multipart/form-data', text: '--' },
);

const someRequest = fc.record({
  path: somePath,
  method: fc.constantFrom(...METHODS),
  attack: fc.constantFrom(...Object.keys(ATTACKS)),
  scheme: fc.constantFrom(...SCHEMES),
  withCookie: fc.boolean(),
  body: someBody,
});

describe('the REST API', () => {
  it('refuses every route, method and body without a valid token, and nothing happens (API-1)', async () => {
    const valid = await signed({});
    const property = fc.asyncProperty(someRequest, async ({ path, method, attack, scheme, withCookie, body }) => {
      const token = (await ATTACKS[attack]?.()) ?? '';
      const withBody = method !== 'GET' && method !== 'HEAD';
      const answer = await rawRequest(host, {
        method,
        path: path.replace('TOKEN', valid),
        headers: {
          host: `127.0.0.1:${host.port}`,
          authorization: `${scheme} ${token}`.trim(),
          ...(withCookie && { cookie: `vigie-${host.port}=${valid}; token=${valid}` }),
          ...(withBody && { 'content-type': body.type, 'content-length': String(body.text.length) }),
        },
        ...(withBody && { body: body.text }),
      });
      expect(answer.status).toBe(401);
      if (method !== 'HEAD') expect(JSON.parse(answer.body)).toMatchObject({ code: 'unauthorized' });
    });
    await fc.assert(property, { numRuns: 1000 });
    expect(calls()).toBe(0);
  }, 60_000);

  it.each(Object.keys(ATTACKS))('refuses %s as a token (SEC-2)', async (attack) => {
    const token = (await ATTACKS[attack]?.()) ?? '';
    for (const path of ['/api/settings', '/rpc/settings/get']) {
      const answer = await host.call(path, { headers: { authorization: `Bearer ${token}` } });
      expect(answer.status).toBe(401);
    }
  });

  it.each(['admin', 'super_admin'])('lets %s in (API-6)', async (role) => {
    const token = await signed({ role });
    for (const scheme of ['Bearer', 'bearer']) {
      const answer = await host.call('/api/settings', { headers: { authorization: `${scheme} ${token}` } });
      expect(answer.status).toBe(200);
    }
  });

  it('refuses the right token with another scheme, in the query or in a cookie (API-1)', async () => {
    const token = await signed({});
    for (const authorization of [token, `Basic ${token}`, `Bearer ${token} ${token}`, `Bearer,${token}`]) {
      expect((await host.call('/api/settings', { headers: { authorization } })).status).toBe(401);
    }
    expect((await host.call(`/api/settings?access_token=${token}`, { headers: { authorization: '' } })).status).toBe(
      401,
    );
    const cookie = `vigie-${host.port}=${token}; authorization=Bearer ${token}`;
    const headers = { host: `127.0.0.1:${host.port}`, cookie };
    expect((await rawRequest(host, { path: '/api/settings', headers })).status).toBe(401);
  });

  it('does not take the cookie of a session for a token, nor a token for a session (API-1)', async () => {
    const session = await host.tokens.issue('vigie-session', { sub: 'interface', role: 'admin' }, 3_600_000);
    expect((await host.call('/api/settings', { headers: { authorization: `Bearer ${session.token}` } })).status).toBe(
      401,
    );
    const headers = { host: `127.0.0.1:${host.port}`, cookie: `vigie-${host.port}=${await signed({})}` };
    expect((await rawRequest(host, { path: '/rpc/settings/get', headers })).status).toBe(401);
  });

  it('refuses a token of 1 MB without reading it, and goes on working (SEC-2)', async () => {
    const headers = { host: `127.0.0.1:${host.port}`, authorization: `Bearer ${'a'.repeat(1024 * 1024)}` };
    const answer = await rawRequest(host, { path: '/api/settings', headers }).catch(() => ({ status: 431 }));
    expect(answer.status).toBe(431);
    const long = await host.call('/api/settings', { headers: { authorization: `Bearer ${'a.'.repeat(6_000)}` } });
    expect(long.status).toBe(401);
    expect(
      (await host.call('/api/settings', { headers: { authorization: `Bearer ${await signed({})}` } })).status,
    ).toBe(200);
  });
});
