import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerWith, startRawServer, type RawServer } from '../../../../tests/support/rawServer.ts';
import { isSentenceKey } from '../../../contract/messages/sentence.ts';
import { providerSentenceKey } from '../../../contract/messages/providers.ts';
import { CONFORMANCE_CLOCK, describeConformance, MESSAGE } from '../../../../tests/support/providerConformance.ts';
import { createWassengerProvider, type WassengerProvider } from './client.ts';
import { isWassengerCode, WASSENGER_ERRORS } from './errors.ts';

const DEVICE = '5f9c1e2b7a4d3c0018e6b2a1';
const ID = '6a0f1c2b7a4d3c0018e6b2aa';
const WA_ID = '3EB0C767D26A8F8C5A2C';

const OPTIONS = { apiKey: 'secret-key', deviceId: DEVICE, webhookSecrets: [], clock: CONFORMANCE_CLOCK };

function create(options: { baseUrl: string; timeoutMs: number; officialApi?: boolean }): WassengerProvider {
  return createWassengerProvider({ ...OPTIONS, ...options });
}
describeConformance({
  name: 'Wassenger',
  create,
  accepted: ({ reference }) => ({
    body: { id: ID, waId: WA_ID, wid: '33612345678@c.us', phone: '+33612345678', reference, status: 'queued' },
    providerIds: [ID, WA_ID],
  }),
  knowsCode: isWassengerCode,
  refusals: [
    { status: 400, body: { errorCode: 'error:number:notfound', message: 'unknown' }, class: 'final_contact' },
    { status: 400, body: { errors: [{ code: 'contact:blocked', message: 'no' }] }, class: 'final_contact' },
    { status: 400, body: { errorCode: 'contact:excluded' }, class: 'final_contact' },
    { status: 400, body: { message: 'Invalid phone number' }, class: 'final_contact' },
    {
      status: 400,
      body: { message: 'Invalid request', errors: [{ reason: 'phone', message: 'bad' }] },
      class: 'final_contact',
    },
    { status: 403, body: { errorCode: 'error:message:forbidden' }, class: 'final_contact' },
    { status: 403, body: { errorCode: 'error:message:forbidden_first_message' }, class: 'final_contact' },
    { status: 403, body: { errorCode: 'chat:cannot_send' }, class: 'final_contact' },
    { status: 400, body: { errorCode: 'media:too_large' }, class: 'final_content' },
    { status: 404, body: { errorCode: 'file:not_found' }, class: 'final_content' },
    { status: 413, body: {}, class: 'final_content' },
    { status: 415, body: { errorCode: 'media:unsupported' }, class: 'final_content' },
    { status: 400, body: { message: 'message is too long' }, class: 'final_content' },
    { status: 401, body: { message: 'Invalid token' }, class: 'pause_line' },
    { status: 402, body: {}, class: 'pause_line' },
    { status: 403, body: {}, class: 'pause_line' },
    { status: 404, body: { message: 'device not found' }, class: 'pause_line' },
    { status: 409, body: { errorCode: 'session:offline' }, class: 'pause_line' },
    { status: 409, body: { errorCode: 'error:device:conflict' }, class: 'pause_line' },
    { status: 429, body: { errorCode: 'error:too_many_requests' }, class: 'retry' },
    { status: 400, body: { errorCode: 'max_retries' }, class: 'retry' },
    { status: 422, body: { errorCode: 'error:never:seen' }, class: 'retry' },
  ],
});

describe('the Wassenger client', () => {
  let server: RawServer;
  let provider: WassengerProvider;

  beforeEach(async () => {
    server = await startRawServer();
    server.onRequest = (request) => answerWith(request, { status: 201, body: { id: ID } });
    provider = create({ baseUrl: `${server.url}/v1/`, timeoutMs: 10_000 });
  });
  afterEach(async () => {
    await provider.close();
    await server.close();
  });
  const sentBody = (index = 0): Record<string, unknown> =>
    JSON.parse(server.requests[index]!.body) as Record<string, unknown>;

  it('sends device, phone, text, reference, priority and a bounded number of tries, with the key in a header', async () => {
    await provider.send({ ...MESSAGE, priority: 1 });
    expect(server.requests[0]!.head).toMatch(/^POST \/v1\/messages HTTP\/1.1/);
    expect(server.requests[0]!.head).toMatch(/\r\ntoken: secret-key\r\n/i);
    expect(sentBody()).toEqual({
      device: DEVICE,
      phone: '+33612345678',
      message: MESSAGE.body,
      reference: MESSAGE.reference,
      priority: 'urgent',
      retries: 3,
    });
  });

  it.each([
    [1, 'urgent'],
    [2, 'high'],
    [3, 'normal'],
    [4, 'normal'],
    [5, 'low'],
  ])('gives priority %i as %s (SND-3)', async (priority, expected) => {
    await provider.send({ ...MESSAGE, priority });
    expect(sentBody()['priority']).toBe(expected);
  });

  it('gives the end of the window as a date, so that a stuck queue cannot release a Message 2 late (CMP-6)', async () => {
    await provider.send({ ...MESSAGE, expiresAt: Date.parse('2026-11-21T08:00:00.000Z') });
    expect(sentBody()['expiration']).toEqual({ date: '2026-11-21T08:00:00.000Z' });
  });

  it('sends media with its format, and templates on lines of the official API only (SND-12)', async () => {
    const media = { url: 'https://example.org/a.ogg', format: 'ptt' as const };
    const template = { name: 'rappel', language: 'fr', parameters: ['Zoé'] };
    await provider.send({ ...MESSAGE, media, template });
    expect(sentBody()).toMatchObject({ message: MESSAGE.body, media });
    const official = create({ baseUrl: server.url, timeoutMs: 10_000, officialApi: true });
    await official.send({ ...MESSAGE, template });
    expect(sentBody(1)['template']).toEqual({
      ...{ name: 'rappel', language: 'fr' },
      components: [{ type: 'body', parameters: [{ type: 'text', text: 'Zoé' }] }],
    });
    expect(sentBody(1)).not.toHaveProperty('message');
    expect(official.capabilities.needsTemplate).toBe(true);
    await official.close();
  });

  it('does not believe an acceptance of another message (SND-6)', async () => {
    server.onRequest = (request) => answerWith(request, { body: { id: ID, reference: 'another:one:message_1' } });
    expect(await provider.send(MESSAGE)).toMatchObject({ kind: 'unknown', code: 'unreadable_answer' });
  });

  it('lets the look-up settle a 409 that speaks of a duplicate (SND-6)', async () => {
    server.onRequest = (request) => answerWith(request, { status: 409, body: { message: 'Message already exists' } });
    expect(await provider.send(MESSAGE)).toMatchObject({ kind: 'unknown' });
  });

  describe('looking up a reference (SND-6)', () => {
    const found = (fields: object = {}) => ({
      id: ID,
      waId: WA_ID,
      reference: MESSAGE.reference,
      createdAt: '2026-11-20T08:00:00.000Z',
      ...fields,
    });

    it('finds the message with its ids, its acceptance and how far it came', async () => {
      server.onRequest = (request) =>
        answerWith(request, { body: [found({ status: 'processed', deliveryStatus: 'delivered' })] });
      expect(await provider.lookUp(MESSAGE.reference)).toEqual({
        ...{ kind: 'found', providerIds: [ID, WA_ID], status: 'delivered', code: '' },
        acceptedAt: Date.parse('2026-11-20T08:00:00.000Z'),
      });
      const query = new URL(server.requests[0]!.head.split(' ')[1]!, server.url).searchParams;
      expect(Object.fromEntries(query)).toMatchObject({ reference: MESSAGE.reference, device: DEVICE, page: '0' });
    });

    it.each([
      [{ status: 'queued', deliveryStatus: 'queued' }, 'queued', ''],
      [{ status: 'processing' }, 'queued', ''],
      [{ status: 'processed' }, 'sent', ''],
      [{ deliveryStatus: 'readed' }, 'read', ''],
      [{ deliveryStatus: 'played' }, 'read', ''],
      [{ status: 'failed', failureReason: 'number:notfound' }, 'failed', 'number:notfound'],
      [{ status: 'expired' }, 'failed', 'expired'],
      [{ status: 'removed' }, 'failed', 'removed'],
      [{ status: 'failed', failureReason: 'it just did not work' }, 'failed', 'delivery_failed'],
    ])('reads %j as %s', async (fields, status, code) => {
      server.onRequest = (request) => answerWith(request, { body: [found(fields)] });
      expect(await provider.lookUp(MESSAGE.reference)).toMatchObject({ kind: 'found', status, code });
    });

    it('takes only the exact reference, from whatever page it is on', async () => {
      const others = (page: number) =>
        Array.from({ length: 10 }, (_, index) => ({
          id: `${page}-${index}`,
          reference: `${MESSAGE.reference}${index}`,
        }));
      server.onRequest = (request) => {
        const page = Number(/page=(\d+)/.exec(request.head)?.[1]);
        answerWith(request, { body: page < 3 ? others(page) : page === 3 ? [found()] : [] });
      };
      expect(await provider.lookUp(MESSAGE.reference)).toMatchObject({ kind: 'found', providerIds: [ID, WA_ID] });
      expect(server.requests).toHaveLength(4);
    });

    it('says absent only after an empty page', async () => {
      server.onRequest = (request, index) =>
        answerWith(request, { body: index === 0 ? [{ id: 'x', reference: 'other' }] : [] });
      expect(await provider.lookUp(MESSAGE.reference)).toEqual({ kind: 'absent' });
      expect(server.requests).toHaveLength(2);
    });

    it('claims nothing when the server goes on and on', async () => {
      server.onRequest = (request) => answerWith(request, { body: [{ id: 'x', reference: 'other' }] });
      expect(await provider.lookUp(MESSAGE.reference)).toMatchObject({ kind: 'unavailable' });
      expect(server.requests.length).toBeLessThanOrEqual(20);
    });

    it('takes the API’s own 404 for absence, and a web page’s for none', async () => {
      server.onRequest = (request, index) =>
        answerWith(request, { status: 404, body: index === 0 ? { message: 'Not found' } : '<html>' });
      expect(await provider.lookUp(MESSAGE.reference)).toEqual({ kind: 'absent' });
      expect(await provider.lookUp(MESSAGE.reference)).toMatchObject({ kind: 'unavailable' });
    });

    it('prefers the try that came furthest', async () => {
      const failed = found({ id: 'old', waId: null, status: 'failed' });
      server.onRequest = (request) => answerWith(request, { body: [failed, found({ deliveryStatus: 'sent' })] });
      expect(await provider.lookUp(MESSAGE.reference)).toMatchObject({ status: 'sent', providerIds: [ID, WA_ID] });
    });
  });

  it.each([
    [{ status: 'operative', session: { status: 'online' }, stats: { day: { sent: 42 } } }, 'online', 42],
    [{ status: 'operative', session: { status: 'timeout' } }, 'offline', null],
    [{ status: 'disabled', session: { status: 'online' } }, 'offline', null],
    [{ status: 'operative', session: { status: 'online', error: 'account restricted (463)' } }, 'restricted', null],
    [{}, 'offline', null],
  ])('reads the device %j as %s (OPS-1)', async (device, state, sentToday) => {
    server.onRequest = (request) => answerWith(request, { body: device });
    expect(await provider.health()).toMatchObject({ state, sentToday });
    expect(server.requests[0]!.head).toContain(`GET /v1/devices/${DEVICE} `);
  });

  it('pauses the queue at the provider, and says whether that was confirmed (SND-14)', async () => {
    server.onRequest = (request, index) => answerWith(request, { status: index === 0 ? 200 : 500, body: {} });
    expect(await provider.setQueue('pause')).toBe(true);
    expect(server.requests[0]!.head).toContain(`POST /v1/devices/${DEVICE}/queue `);
    expect(sentBody()).toEqual({ status: 'pause' });
    expect(await provider.setQueue('freeze')).toBe(false);
  });

  it('believes a webhook by its signature, or by its path alone where there is no secret (WHK-3)', () => {
    const body = Buffer.from('{}');
    const signature = `sha256=${createHmac('sha256', 'new').update(body).digest('hex')}`;
    const signed = createWassengerProvider({
      ...OPTIONS,
      baseUrl: server.url,
      timeoutMs: 1,
      webhookSecrets: ['old', 'new'],
    });
    expect(signed.verifyWebhook({ headers: { 'x-wassenger-signature': signature }, body })).toBe(true);
    expect(signed.verifyWebhook({ headers: {}, body })).toBe(false);
    expect(signed.capabilities.signsWebhooks).toBe(true);
    expect(provider.verifyWebhook({ headers: {}, body })).toBe(true);
    expect(provider.capabilities.signsWebhooks).toBe(false);
  });

  it('knows what several refusals running mean for the line (SND-14)', () => {
    expect(provider.whenRepeated('message:forbidden_first_message')).toBe('pause_message_1');
    expect(provider.whenRepeated('chat:cannot_send')).toBe('pause_line');
    expect(provider.whenRepeated('number:notfound')).toBeNull();
  });
});

it.each(Object.keys(WASSENGER_ERRORS))('has a sentence for %s that says what to do (SND-5)', (code) => {
  expect(isSentenceKey(providerSentenceKey('wassenger', code))).toBe(true);
  expect(isSentenceKey(providerSentenceKey('simulator', code))).toBe(true);
});
