import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { ContractRouterClient } from '@orpc/contract';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startAdminHost, type AdminHost } from '../../tests/support/adminHost.ts';
import { someStats } from '../../tests/support/samples.ts';
import { readingImporter, stubServices } from '../../tests/support/stubServices.ts';
import type { Contract } from '../contract/contract.ts';
import { VigieError } from '../contract/errors.ts';

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
    const importer = readingImporter();
    const host = await start({ services: stubServices({ contacts: { import: importer.import } }) });
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const client = rpcClient(host, { authorization: `Bearer ${host.token}` });
    await client.contacts.import({ query: { country: 'FR' }, body: new File([bytes], 'clients.csv') });
    const [{ bytes: received, query }] = importer.read as [(typeof importer.read)[0]];
    expect(received.equals(bytes)).toBe(true);
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
