import { afterEach, describe, expect, it } from 'vitest';
import { rawRequest, startAdminHost, type AdminHost } from '../../tests/support/adminHost.ts';
import { stubServices } from '../../tests/support/stubServices.ts';
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
      return {
        id: null,
        imported: 0,
        updated: 0,
        refused: [],
        refusedCount: 0,
        total: 0,
        categoryId: null,
        dryRun: false,
      };
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
