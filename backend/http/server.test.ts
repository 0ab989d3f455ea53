import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { ContractRouterClient } from '@orpc/contract';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startAdminHost, rawRequest, type AdminHost } from '../../tests/support/adminHost.ts';
import { someAttempt, someStats, stubServices } from '../../tests/support/stubServices.ts';
import type { Contract } from '../contract/contract.ts';
import { VigieError } from '../contract/errors.ts';
import type { HostStatus } from './app.ts';

const hosts: AdminHost[] = [];
async function start(deps: Parameters<typeof startAdminHost>[0] = {}): Promise<AdminHost> {
  const host = await startAdminHost(deps);
  hosts.push(host);
  return host;
}
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
});

const json = (body: unknown, method = 'POST'): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

function rpcClient(host: AdminHost, headers: Record<string, string>): ContractRouterClient<Contract> {
  return createORPCClient(new RPCLink({ url: `${host.address}/rpc`, headers }));
}

describe('REST', () => {
  it('answers the calls of the contract as JSON', async () => {
    const host = await start();
    const answer = await host.call('/api/monitoring/stats');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toEqual(someStats);
  });

  it('takes ids from the path, parameters from the query, with defaults (MON-7)', async () => {
    const history = vi.fn(() => []);
    const list = vi.fn(() => ({ items: [someAttempt], nextCursor: 'next' }));
    const host = await start({ services: stubServices({ monitoring: { history }, attempts: { list } }) });
    await host.call('/api/monitoring/history');
    await host.call('/api/monitoring/history?days=30');
    expect(history.mock.calls).toEqual([[7], [30]]);
    const answer = await host.call('/api/attempts?state=sent&limit=2&phone=%2B33612345678&parked=true');
    expect(list).toHaveBeenCalledWith({ state: 'sent', limit: 2, phone: '+33612345678', parked: true });
    expect(await answer.json()).toEqual({ items: [someAttempt], nextCursor: 'next' });
  });

  it('takes an empty parameter of a list as none', async () => {
    const list = vi.fn(() => ({ items: [], nextCursor: null }));
    const host = await start({ services: stubServices({ attempts: { list } }) });
    expect((await host.call('/api/attempts?state=&type=&campaignId=&phone=&q=')).status).toBe(200);
    expect(list).toHaveBeenCalledWith({ limit: 50 });
  });

  it('answers 202 to a send, 200 to a known key, 201 to what is made (SND-7)', async () => {
    const send = vi.fn().mockReturnValueOnce({ attempt: someAttempt, known: false });
    const host = await start({ services: stubServices({ messages: { send } }) });
    const body = { to: '+33612345678', body: 'Bonjour' };
    const first = await host.call('/api/messages', json(body));
    expect([first.status, await first.json()]).toEqual([202, someAttempt]);
    send.mockReturnValueOnce({ attempt: someAttempt, known: true });
    expect((await host.call('/api/messages', json(body))).status).toBe(200);
    expect((await host.call('/api/contacts', json({ phone: '+33612345678' }))).status).toBe(201);
  });

  it('gives errors one shape: code, message, data (API-2)', async () => {
    const get = () => {
      throw new VigieError('not_found');
    };
    const send = () => {
      throw new VigieError('opted_out', { since: '2026-11-01' });
    };
    const host = await start({ services: stubServices({ attempts: { get }, messages: { send } }) });
    const missing = await host.call('/api/attempts/none');
    expect(missing.status).toBe(404);
    expect(await missing.json()).toEqual({ code: 'not_found', message: 'Cet élément n’existe pas ou n’existe plus.' });
    const refused = await host.call('/api/messages', json({ to: '+33612345678', body: 'x' }));
    expect(refused.status).toBe(422);
    expect(await refused.json()).toEqual({
      code: 'opted_out',
      message: expect.stringContaining('ne plus rien recevoir') as string,
      data: { since: '2026-11-01' },
    });
  });

  it.each([
    ['broken JSON', '{"to":', 'JSON lisible'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'JSON lisible'],
    ['a list instead of an object', '[]', 'objet JSON'],
    ['null', 'null', 'objet JSON'],
    ['JSON nested 100,000 deep', '['.repeat(100_000), 'imbriqué'],
  ])('answers 400 to %s (API-2)', async (_what, body, words) => {
    const host = await start();
    const answer = await host.call('/api/messages', { ...json(null), body });
    expect(answer.status).toBe(400);
    const error = (await answer.json()) as { code: string; message: string };
    expect(error.code).toBe('bad_request');
    expect(error.message).toContain(words);
  });

  it('speaks the language that a request asks for, else the one in the settings', async () => {
    const host = await start({ locale: () => 'fr' });
    const english = await host.call('/api/none', { headers: { 'accept-language': 'en-GB,en;q=0.9' } });
    expect(await english.json()).toMatchObject({ message: 'This item does not exist or no longer exists.' });
    const other = await host.call('/api/none', { headers: { 'accept-language': 'de' } });
    expect(await other.json()).toMatchObject({ message: 'Cet élément n’existe pas ou n’existe plus.' });
  });

  it('streams live events (MON-11)', async () => {
    const services = stubServices();
    const host = await start({ services });
    const answer = await host.call('/api/events');
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const reader = (answer.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const readUntil = async (words: string): Promise<void> => {
      while (!text.includes(words)) text += (await reader.read()).value ?? '';
    };
    await readUntil('"type":"stats"');
    services.live.events.emit({ type: 'changed', what: 'contacts' });
    await readUntil('"what":"contacts"');
    await reader.cancel();
  });

  it.each(['text/csv', 'text/csv; charset=windows-1252', 'Text/CSV;charset=utf-8'])(
    'hands an import as %s to the importer byte for byte (CMP-1)',
    async (contentType) => {
      const importer = vi.fn(stubServices().contacts.import);
      const host = await start({ services: stubServices({ contacts: { import: importer } }) });
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const answer = await host.call('/api/contacts/import?category=Clients&country=fr&dryRun=true', {
        method: 'POST',
        headers: { 'content-type': contentType },
        body: bytes,
      });
      expect(answer.status).toBe(200);
      const [file, query] = importer.mock.calls[0] ?? [];
      expect(Buffer.from(file ?? []).equals(bytes)).toBe(true);
      expect(query).toEqual({ category: 'Clients', country: 'FR', dryRun: true, fileName: 'import.csv' });
    },
  );

  it('imports an empty file as an empty file', async () => {
    const importer = vi.fn(stubServices().contacts.import);
    const host = await start({ services: stubServices({ contacts: { import: importer } }) });
    const answer = await host.call('/api/contacts/import', { method: 'POST', headers: { 'content-type': 'text/csv' } });
    expect(answer.status).toBe(200);
    expect(importer.mock.calls[0]?.[0]).toHaveLength(0);
  });

  it('answers too many calls with 429 and Retry-After (API-4)', async () => {
    const host = await start({ limits: { admin: { max: 3, windowMs: 60_000 } } });
    for (let call = 0; call < 3; call++) expect((await host.call('/api/settings')).status).toBe(200);
    const refused = await host.call('/api/settings');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({
      code: 'too_many_requests',
      data: { seconds: expect.any(Number) as number },
    });
    const stranger = await host.call('/api/settings', { headers: { authorization: '' } });
    expect(stranger.status).toBe(401);
  });
});

describe('RPC', () => {
  it('answers the typed client with a bearer token, errors with their code', async () => {
    const get = () => {
      throw new VigieError('not_found');
    };
    const host = await start({ services: stubServices({ attempts: { get } }) });
    const client = rpcClient(host, { authorization: `Bearer ${host.token}` });
    expect(await client.monitoring.stats()).toEqual(someStats);
    await expect(client.attempts.get({ id: 'none' })).rejects.toMatchObject({ code: 'not_found', status: 404 });
    await expect(client.attempts.get({ id: '' })).rejects.toMatchObject({ code: 'bad_request', status: 400 });
  });

  it('refuses a client without a session with `unauthorized`', async () => {
    const host = await start();
    await expect(rpcClient(host, {}).monitoring.stats()).rejects.toMatchObject({ code: 'unauthorized', status: 401 });
  });

  it('takes a file from the interface byte for byte, with its name (CMP-1)', async () => {
    const importer = vi.fn(stubServices().contacts.import);
    const host = await start({ services: stubServices({ contacts: { import: importer } }) });
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const client = rpcClient(host, { authorization: `Bearer ${host.token}` });
    await client.contacts.import({ query: { country: 'FR' }, body: new File([bytes], 'clients.csv') });
    const [file, query] = importer.mock.calls[0] ?? [];
    expect(Buffer.from(file ?? []).equals(bytes)).toBe(true);
    expect(query).toEqual({ country: 'FR', fileName: 'clients.csv' });
  });

  it('streams live events and lets go of them when the client leaves (MON-11)', async () => {
    const services = stubServices();
    const left = vi.fn();
    const subscribe = services.live.events.on;
    services.live.events.on = (listener) => {
      const off = subscribe(listener);
      return () => {
        left();
        off();
      };
    };
    const host = await start({ services });
    const events = await rpcClient(host, { authorization: `Bearer ${host.token}` }).events();
    expect((await events.next()).value).toEqual({ type: 'stats', stats: someStats });
    services.live.events.emit({ type: 'changed', what: 'campaigns' });
    expect((await events.next()).value).toEqual({ type: 'changed', what: 'campaigns' });
    await events.return?.();
    await vi.waitFor(() => expect(left).toHaveBeenCalled());
  });

  it.each(['{', '{"json":{},"meta":[[1,"to","none"]]}', '{"json":{},"meta":[[1,"__proto__"]]}'])(
    'answers 400 to a body that it cannot decode: %s',
    async (body) => {
      const host = await start();
      const answer = await host.call('/rpc/messages/send', { ...json(null), body });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ json: { code: 'bad_request', status: 400 } });
    },
  );

  it('does not change anything on a GET', async () => {
    const send = vi.fn();
    const host = await start({ services: stubServices({ messages: { send } }) });
    const data = encodeURIComponent(JSON.stringify({ json: { to: '+33612345678', body: 'x' } }));
    expect((await host.call(`/rpc/messages/send?data=${data}`)).status).toBe(404);
    expect(send).not.toHaveBeenCalled();
  });
});

describe('/health', () => {
  it.each(['starting', 'frozen', 'stopping'] as const)('answers 503 while %s, without a token', async (status) => {
    const host = await start({ status: () => status });
    const answer = await fetch(`${host.address}/health`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ status });
  });

  it('answers 200 with version and uptime once it works', async () => {
    let status: HostStatus = 'starting';
    const host = await start({ status: () => status });
    status = 'ok';
    const answer = await fetch(`${host.address}/health`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: 'ok', version: '0.1.0', uptimeSeconds: 0 });
  });
});

describe('the interface', () => {
  it('is served at /, with its files, and pages lead to it', async () => {
    const host = await start();
    const page = await fetch(host.address);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect((await fetch(`${host.address}/theme.js`)).headers.get('content-type')).toContain('javascript');
    const place = await fetch(`${host.address}/attempts/att_1?state=unknown`, { redirect: 'manual' });
    expect([place.status, place.headers.get('location')]).toEqual([302, '/#/attempts/att_1?state=unknown']);
    expect((await fetch(`${host.address}/missing.js`)).status).toBe(404);
  });

  it('says how to build it when it is not there', async () => {
    const host = await start({ interfaceFolder: '/nowhere' });
    const page = await fetch(host.address, { headers: { 'accept-language': 'en' } });
    expect(page.status).toBe(503);
    expect(await page.text()).toContain('npm run build');
  });

  it('allows no script but its own files (SEC-1)', async () => {
    const host = await start();
    const policy = (await fetch(host.address)).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(policy).toContain("frame-ancestors 'none'");
  });
});

describe('the port', () => {
  it('opens and closes in any order, twice, and gives its address while it is open', async () => {
    const host = await start();
    const { server } = host;
    expect(server.address()).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await server.start();
    await Promise.all([server.stop(), server.stop()]);
    expect(server.address()).toBeNull();
    await Promise.all([server.start(), server.stop(), server.start()]);
    expect(server.address()).not.toBeNull();
  });

  it('closes at once although somebody follows live events', async () => {
    const host = await start();
    const answer = await host.call('/api/events');
    await host.server.stop();
    await expect(answer.text()).rejects.toThrow();
  });

  it('waits for a call under way', async () => {
    let finish = (): void => {};
    const under = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const started = Promise.withResolvers<void>();
    const importer = async () => {
      started.resolve();
      await under;
      return { imported: 0, updated: 0, refused: [], total: 0, categoryId: null, dryRun: false };
    };
    const host = await start({ services: stubServices({ contacts: { import: importer } }) });
    const answer = host.call('/api/contacts/import', {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: 'a',
    });
    await started.promise;
    const stopped = host.server.stop();
    finish();
    expect((await answer).status).toBe(200);
    await stopped;
  });

  it('says which port is taken, and opens once it is free', async () => {
    const first = await start();
    const second = startAdminHost({ port: first.port });
    await expect(second).rejects.toThrow(`VIGIE_ADMIN_PORT=${first.port} est déjà utilisé`);
  });

  it.each(['0.0.0.0', '::', '192.168.1.20'])('does not open on %s without a password (SEC-1)', async (address) => {
    await expect(startAdminHost({ host: address })).rejects.toThrow(
      `VIGIE_ADMIN_HOST=${address} ouvre Vigie à d’autres machines. Définissez un mot de passe`,
    );
  });

  it('tells requests to our address from others', async () => {
    const host = await start();
    const answer = await rawRequest(host, { path: '/health', headers: { host: `localhost:${host.port}` } });
    expect(answer.status).toBe(200);
  });
});
