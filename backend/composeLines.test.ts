import { createHmac } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import {
  answerFrom,
  LYON,
  META_1,
  META_2,
  PARIS,
  post,
  startLineHost,
  startMeta,
  startWassenger,
  WITHIN,
} from '../tests/support/lineHost.ts';
import { envelope, signedHeaders } from '../tests/support/metaServer.ts';
import type { Line } from './contract/lines.ts';
import type { WebhookEvent } from './contract/webhookEvents.ts';
import { loadSecrets } from './storage/secrets.ts';

const TEMPLATE = { template: { name: 'bonjour', language: 'fr', parameters: [] } };

describe('two lines of one provider', () => {
  it('send at once, each from its own device, and a webhook goes to the line of its address (SND-12)', async () => {
    const [paris, lyon] = await Promise.all([startWassenger(PARIS), startWassenger(LYON)]);
    const host = await startLineHost();
    const first = await host.add(paris.input);
    const second = await host.add(lyon.input);
    expect([first, second]).toMatchObject([
      { isDefault: true, use: 'active', source: 'app', provider: 'wassenger' },
      { isDefault: false, use: 'active' },
    ]);

    const byDefault = await host.send('+33612345601');
    const named = await host.send('+33612345602', { line: second.id });
    await vi.waitFor(() => expect(paris.simulator.ledger()).toHaveLength(1), WITHIN);
    await vi.waitFor(() => expect(lyon.simulator.ledger()).toHaveLength(1), WITHIN);
    expect([(await host.attempt(byDefault)).line, (await host.attempt(named)).line]).toEqual([first.id, second.id]);

    expect(await post(host.webhooks + second.webhookPath, answerFrom('+33612345602', 'in-1', LYON.id))).toBe(200);
    await vi.waitFor(async () => {
      const { body } = await host.call<{ items: WebhookEvent[] }>('GET', '/webhook-events');
      expect(body.items[0]).toMatchObject({ event: 'message:in:new', verdict: 'unmatched' });
    }, WITHIN);
    const lastIncoming = host.application.services.webhookEvents.list({ limit: 1 });
    expect(lastIncoming.items).toHaveLength(1);
    // The account's webhook brings the events of its other device to this address too: they are the other line's.
    await post(host.webhooks + second.webhookPath, answerFrom('+33612345601', 'in-2', PARIS.id));
    await vi.waitFor(async () => {
      const { body } = await host.call<{ items: WebhookEvent[] }>('GET', '/webhook-events');
      expect(body.items[0]).toMatchObject({ verdict: 'ignored', reason: 'not_an_answer' });
    }, WITHIN);
    expect(await post(`${host.webhooks}/webhooks/wassenger/${'x'.repeat(32)}`, '{}')).toBe(401);
    expect(await post(`${host.webhooks}${first.webhookPath.slice(0, -1)}`, '{}')).toBe(401);
  });

  it('are refused when they are the same number, whatever they are called (SND-12)', async () => {
    const { input } = await startWassenger(PARIS);
    const host = await startLineHost();
    await host.add(input);
    expect(await host.call('POST', '/lines', { ...input, label: 'Autre' })).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
    expect(Object.keys(loadSecrets(host.dataDir).lines)).toHaveLength(1);
  });

  it('of Meta are told apart by their number, and each is proved by its own secret (SND-12, WHK-3)', async () => {
    const [one, two] = await Promise.all([startMeta(META_1), startMeta(META_2)]);
    const host = await startLineHost();
    const first = await host.add(one.input);
    const second = await host.add(two.input);
    const address = `${host.webhooks}/webhooks/meta`;
    expect([first.webhookPath, second.webhookPath]).toEqual(['/webhooks/meta', '/webhooks/meta']);

    const id = await host.send('+33612345603', { line: second.id, ...TEMPLATE });
    await vi.waitFor(() => expect(two.server.ledger).toHaveLength(1), WITHIN);
    expect(one.server.ledger).toEqual([]);
    expect(await two.server.deliver(address, two.server.status(two.server.ledger[0]!, 'delivered'))).toBe(200);
    await vi.waitFor(async () => expect((await host.attempt(id)).state).toBe('delivered'), WITHIN);

    // Signed with the secret of another line: refused, so that it comes again once the secret is right.
    const forged = JSON.stringify(envelope(two.server.status(two.server.ledger[0]!, 'read')));
    expect(await post(address, forged, signedHeaders(forged, META_1.appSecret))).toBe(401);
    expect(await post(address, forged, signedHeaders(forged, 'nobody-secret'))).toBe(401);
    expect((await host.attempt(id)).state).toBe('delivered');

    // One request about both numbers: what its signature proves counts, the rest has to come again.
    const both = JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [one.server.answer('+33612345604'), two.server.status(two.server.ledger[0]!, 'read')].map((value) => ({
        id: '1',
        changes: [{ field: 'messages', value }],
      })),
    });
    expect(await post(address, both, signedHeaders(both, META_1.appSecret))).toBe(401);
    await vi.waitFor(async () => {
      const { body } = await host.call<{ items: WebhookEvent[] }>('GET', '/webhook-events?verdict=unmatched');
      expect(body.items).toHaveLength(1);
    }, WITHIN);
    expect((await host.attempt(id)).state).toBe('delivered');

    const handshake = (token: string) =>
      fetch(`${address}?hub.mode=subscribe&hub.challenge=42&hub.verify_token=${token}`).then(({ status }) => status);
    expect(await Promise.all([META_1.verifyToken, META_2.verifyToken, 'nobody-token-0123'].map(handshake))).toEqual([
      200, 200, 401,
    ]);
  });
});

describe('the keys of a line', () => {
  it('are given back by no call, and stand in no log, audit line or error (SND-12, SEC-4)', async () => {
    const { input } = await startWassenger(PARIS);
    const { input: meta } = await startMeta(META_1);
    const host = await startLineHost();
    const secrets = { ...input, webhookSecrets: ['hook-secret-abcdef-0001', 'short-01'] };
    const line = await host.add(secrets);
    const other = await host.add(meta);
    expect(line.account).toEqual({
      sender: PARIS.id,
      baseUrl: input.baseUrl,
      secrets: [
        { name: 'apiKey', ending: '6789' },
        { name: 'webhookSecrets', ending: '0001' },
        { name: 'webhookSecrets', ending: '' },
      ],
    });
    await host.call('POST', '/lines', { ...secrets, deviceId: 'wrong' });
    await host.call('POST', '/lines', secrets);
    await host.call('PATCH', `/lines/${line.id}`, {
      account: { apiKey: 'another-key-0123456789', baseUrl: 'nowhere' },
    });
    await host.call('PATCH', `/lines/${line.id}`, { account: { webhookSecrets: [{ keep: 0 }, 'new-hook-secret-02'] } });
    await host.call('POST', `/lines/${line.id}/test`);
    await host.call('POST', `/lines/${other.id}/test`);
    for (const route of ['/lines', '/settings', '/audit', '/openapi.json', '/webhook-events'])
      await host.call('GET', route);
    await host.call('DELETE', `/lines/${other.id}`);
    const said = [...host.answers, ...host.logged].join('\n');
    const hidden = [PARIS.key, 'hook-secret-abcdef-0001', 'short-01', 'another-key-0123456789', 'new-hook-secret-02'];
    for (const secret of [...hidden, META_1.accessToken, META_1.appSecret, META_1.verifyToken]) {
      expect(said.includes(secret), secret.slice(0, 4)).toBe(false);
    }
    expect(loadSecrets(host.dataDir).lines).toMatchObject({
      [line.id]: { webhookSecrets: ['hook-secret-abcdef-0001', 'new-hook-secret-02'] },
    });
  });

  it('are changed while it works: what is under way is answered, what follows goes the new way (SND-12)', async () => {
    const [paris, lyon] = await Promise.all([
      startWassenger(PARIS, { rules: { phones: { '+33612345605': { faults: ['slow'] } }, slowMs: 400 } }),
      startWassenger(LYON),
    ]);
    const host = await startLineHost();
    const { id } = await host.add(paris.input);
    const slow = await host.send('+33612345605');
    await vi.waitFor(() => expect(paris.simulator.ledger()).toHaveLength(1), WITHIN);
    const { deviceId, apiKey, baseUrl } = lyon.input;
    expect((await host.call('PATCH', `/lines/${id}`, { account: { deviceId, apiKey, baseUrl } })).status).toBe(200);
    await host.send('+33612345606');
    await vi.waitFor(() => expect(lyon.simulator.ledger()).toHaveLength(1), WITHIN);
    await vi.waitFor(async () => expect((await host.attempt(slow)).state).toBe('sent'), WITHIN);
    expect(paris.simulator.ledger()).toHaveLength(1);
  });

  it('check webhooks during a rotation by the old and the new secret, then by the new one alone (WHK-3)', async () => {
    const { input } = await startWassenger(PARIS);
    const host = await startLineHost();
    const line = await host.add({ ...input, webhookSecrets: ['old-secret-0001'] });
    const body = answerFrom('+33612345607', 'in-3', PARIS.id);
    const signedBy = (secret: string) =>
      post(host.webhooks + line.webhookPath, body, {
        'x-wassenger-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      });
    const secrets = (webhookSecrets: unknown[]) =>
      host.call('PATCH', `/lines/${line.id}`, { account: { webhookSecrets } });
    await secrets(['new-secret-0002', { keep: 0 }]);
    expect([await signedBy('old-secret-0001'), await signedBy('new-secret-0002')]).toEqual([200, 200]);
    await secrets([{ keep: 0 }]);
    expect([await signedBy('old-secret-0001'), await signedBy('new-secret-0002')]).toEqual([401, 200]);
    expect((await secrets([{ keep: 3 }])).status).toBe(400);
  });

  it('have a webhook address that is renewed, the former one holding for a chosen time (WHK-3)', async () => {
    const { input } = await startWassenger(PARIS);
    const host = await startLineHost();
    const line = await host.add(input);
    const renew = async (keepFormerHours: number) =>
      (await host.call<Line>('PATCH', `/lines/${line.id}`, { renewWebhook: { keepFormerHours } })).body;
    const reach = ({ webhookPath }: Line) =>
      post(host.webhooks + webhookPath, answerFrom('+33612345608', 'in-4', PARIS.id));
    const renewed = await renew(1);
    expect(renewed.formerWebhookUntil).not.toBeNull();
    expect([await reach(line), await reach(renewed)]).toEqual([200, 200]);
    const last = await renew(0);
    expect([await reach(line), await reach(renewed), await reach(last)]).toEqual([200, 401, 200]);
  });
});
