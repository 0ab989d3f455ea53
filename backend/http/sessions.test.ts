import { afterEach, describe, expect, it, vi } from 'vitest';
import { createFakeClock } from '../../tests/support/fakeClock.ts';
import { rawRequest, startAdminHost, type AdminHost, type RawAnswer } from '../../tests/support/adminHost.ts';
import { someAttempt } from '../../tests/support/samples.ts';
import { stubServices } from '../../tests/support/stubServices.ts';
import { HOUR_MS } from '../core/days.ts';

const PASSWORD = 'une phrase de passe';
const hosts: AdminHost[] = [];
async function start(deps: Parameters<typeof startAdminHost>[0] = {}): Promise<AdminHost> {
  const host = await startAdminHost(deps);
  hosts.push(host);
  return host;
}
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
});

const own = (host: AdminHost) => ({ host: `127.0.0.1:${host.port}` });
const openPage = (host: AdminHost) => rawRequest(host, { path: '/', headers: own(host) });
const signIn = (host: AdminHost, password: unknown) =>
  rawRequest(host, {
    method: 'POST',
    path: '/session',
    headers: { ...own(host), 'content-type': 'application/json' },
    body: JSON.stringify({ password }),
  });
const signOut = (host: AdminHost, cookie: string) =>
  rawRequest(host, { method: 'DELETE', path: '/session', headers: { ...own(host), cookie } });
const callWith = (host: AdminHost, cookie: string) =>
  rawRequest(host, {
    method: 'POST',
    path: '/rpc/attempts/retry',
    headers: { ...own(host), cookie, 'content-type': 'application/json' },
    body: JSON.stringify({ json: { id: 'attempt-1' } }),
  });
const login = (host: AdminHost, password: unknown) =>
  host.call('/api/auth/login', {
    method: 'POST',
    headers: { authorization: '', 'content-type': 'application/json' },
    body: JSON.stringify({ password }),
  });

function cookieOf(answer: RawAnswer): string {
  return answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

describe('a browser on a machine without a password', () => {
  it('gets its session with the page, in a cookie that scripts cannot read and other sites cannot send', async () => {
    const host = await start();
    const page = await openPage(host);
    expect(page.headers['set-cookie']?.[0]).toMatch(
      new RegExp(`^vigie-${host.port}=[\\w.-]+; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200$`),
    );
    expect(page.headers['cache-control']).toBe('no-store');
  });

  it('acts as `interface` in the audit trail (SND-8)', async () => {
    const retry = vi.fn(() => someAttempt);
    const host = await start({ services: stubServices({ attempts: { retry } }) });
    expect((await callWith(host, cookieOf(await openPage(host)))).status).toBe(200);
    expect(retry).toHaveBeenCalledWith('attempt-1', 'interface');
  });

  it('gets a session again by asking, without loading the page', async () => {
    const host = await start();
    const answer = await rawRequest(host, { method: 'POST', path: '/session', headers: own(host) });
    expect(answer.status).toBe(200);
    expect((await callWith(host, cookieOf(answer))).status).toBe(200);
  });

  it('is refused without a session', async () => {
    const host = await start();
    expect((await callWith(host, '')).status).toBe(401);
    expect((await callWith(host, `vigie-${host.port}=abc`)).status).toBe(401);
  });

  it('cannot log in to the REST API: tokens are made by command', async () => {
    const host = await start();
    expect((await login(host, '')).status).toBe(400);
    expect((await login(host, 'anything')).status).toBe(401);
  });
});

describe('sessions', () => {
  it('end 12 hours after the browser was last used, and are renewed while it is used', async () => {
    const clock = createFakeClock('2026-11-20T08:00:00.000Z');
    const host = await start({ clock });
    const cookie = cookieOf(await openPage(host));
    clock.set(clock.now() + 5 * HOUR_MS);
    expect((await callWith(host, cookie)).headers['set-cookie']).toBeUndefined();
    clock.set(clock.now() + 2 * HOUR_MS);
    const renewed = cookieOf(await callWith(host, cookie));
    expect(renewed).not.toBe('');
    clock.set(clock.now() + 5 * HOUR_MS);
    expect((await callWith(host, cookie)).status).toBe(401);
    expect((await callWith(host, renewed)).status).toBe(200);
  });

  it('are worth nothing any more after a sign-out, even to who kept a copy', async () => {
    const host = await start({ password: PASSWORD });
    const cookie = cookieOf(await signIn(host, PASSWORD));
    const out = await signOut(host, cookie);
    expect(out.headers['set-cookie']?.[0]).toMatch(/=; .*Max-Age=0$/);
    expect((await callWith(host, cookie)).status).toBe(401);
  });

  it('end when a password is set', async () => {
    const before = await start();
    const cookie = cookieOf(await openPage(before));
    await before.server.stop();
    const after = await start({ port: before.port, password: PASSWORD });
    expect((await callWith(after, cookie)).status).toBe(401);
  });
});

describe('a browser where a password is set', () => {
  it('gets no session with the page, only with the password', async () => {
    const host = await start({ password: PASSWORD });
    expect((await openPage(host)).headers['set-cookie']).toBeUndefined();
    const refused = await signIn(host, 'autre');
    expect([refused.status, refused.headers['set-cookie']]).toEqual([401, undefined]);
    const answer = await signIn(host, PASSWORD);
    expect(answer.status).toBe(200);
    expect((await callWith(host, cookieOf(answer))).status).toBe(200);
  });

  it.each([[undefined], [''], [42], [{ toString: 'x' }]])('answers 400 to %o as a password', async (password) => {
    const host = await start({ password: PASSWORD });
    expect((await signIn(host, password)).status).toBe(400);
  });

  it('gives a token of the REST API for the password (SEC-2)', async () => {
    const host = await start({ password: PASSWORD });
    const answer = await login(host, PASSWORD);
    expect(answer.status).toBe(200);
    const { token, expiresAt } = (await answer.json()) as { token: string; expiresAt: string };
    expect(expiresAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
    const call = await host.call('/api/settings', { headers: { authorization: `Bearer ${token}` } });
    expect(call.status).toBe(200);
  });

  it('counts wrong passwords and, after ten, answers 429 with Retry-After, the right one included (API-4)', async () => {
    const onAuthenticationFailure = vi.fn();
    const host = await start({ password: PASSWORD, onAuthenticationFailure });
    for (let tries = 0; tries < 5; tries++) expect((await signIn(host, 'non')).status).toBe(401);
    for (let tries = 0; tries < 5; tries++) expect((await login(host, 'non')).status).toBe(401);
    expect(onAuthenticationFailure.mock.calls).toEqual(Array.from({ length: 10 }, () => ['password']));
    const refused = await signIn(host, PASSWORD);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await login(host, PASSWORD)).status).toBe(429);
  });

  it('does not count right passwords', async () => {
    const host = await start({ password: PASSWORD, limits: { login: { max: 2, windowMs: 60_000 } } });
    for (let tries = 0; tries < 4; tries++) expect((await signIn(host, PASSWORD)).status).toBe(200);
  });
});
