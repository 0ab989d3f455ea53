import { afterEach, describe, expect, it, vi } from 'vitest';
import { startAdminHost, type AdminHost } from '../../tests/support/adminHost.ts';
import { someAttempt, someStats } from '../../tests/support/samples.ts';
import { readingImporter, stubServices } from '../../tests/support/stubServices.ts';
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

  it('takes a question mark or an equals sign in a parameter as a part of it (API-2)', async () => {
    const list = vi.fn(() => ({ items: [], nextCursor: null }));
    const host = await start({ services: stubServices({ attempts: { list } }) });
    for (const q of ['who?', 'prenom=', '=', 'a=b?c=']) await host.call(`/api/attempts?phone=&q=${q}`);
    expect(list.mock.calls).toEqual(['who?', 'prenom=', '=', 'a=b?c='].map((q) => [{ q, limit: 50 }]));
  });

  it('takes a call without a body as one that leaves everything to its defaults', async () => {
    const retryMany = vi.fn(() => ({ retried: 0, candidates: 0, dryRun: false }));
    const cleanup = vi.fn(() => ({ cleaned: 0, dryRun: false }));
    const host = await start({ services: stubServices({ attempts: { retryMany, cleanup } }) });
    for (const action of ['retry', 'cleanup'])
      expect((await host.call(`/api/attempts/${action}`, { method: 'POST' })).status).toBe(200);
    expect(retryMany).toHaveBeenCalledWith({ max: 50, dryRun: false }, expect.any(String));
    expect(cleanup).toHaveBeenCalledWith({ olderThanDays: 30, dryRun: false }, expect.any(String));
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
      const importer = readingImporter();
      const host = await start({ services: stubServices({ contacts: { import: importer.import } }) });
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const answer = await host.call('/api/contacts/import?category=Clients&country=fr&dryRun=true', {
        method: 'POST',
        headers: { 'content-type': contentType },
        body: bytes,
      });
      expect(answer.status).toBe(200);
      const [{ bytes: received, query }] = importer.read as [(typeof importer.read)[0]];
      expect(received.equals(bytes)).toBe(true);
      expect(query).toEqual({ category: 'Clients', country: 'FR', dryRun: true, fileName: 'import.csv' });
    },
  );

  it('imports an empty file as an empty file', async () => {
    const importer = readingImporter();
    const host = await start({ services: stubServices({ contacts: { import: importer.import } }) });
    const answer = await host.call('/api/contacts/import', { method: 'POST', headers: { 'content-type': 'text/csv' } });
    expect(answer.status).toBe(200);
    expect(importer.read[0]?.bytes).toHaveLength(0);
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
