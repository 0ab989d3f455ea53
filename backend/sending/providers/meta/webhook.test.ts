import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envelope, META, metadata, signedHeaders } from '../../../../tests/support/metaServer.ts';
import { systemClock } from '../../../core/clock.ts';
import type { ProviderEvent } from '../../provider.ts';
import { createMetaProvider } from './client.ts';
import { readMetaWebhook } from './webhook.ts';

type Json = Record<string, unknown>;

const message = (fields: Json = {}): Json => ({
  ...metadata(),
  contacts: [{ profile: { name: 'Zoé' }, wa_id: '33612345678' }],
  messages: [
    { from: '33612345678', id: 'wamid.in', timestamp: '1795161600', type: 'text', text: { body: 'Oui' }, ...fields },
  ],
});
const status = (fields: Json = {}): Json => ({
  ...metadata(),
  statuses: [
    {
      id: 'wamid.out',
      status: 'delivered',
      timestamp: '1795161600',
      recipient_id: '33612345678',
      biz_opaque_callback_data: 'c:k:message_1',
      ...fields,
    },
  ],
});
const read = (value: Json, field = 'messages'): ProviderEvent[] =>
  readMetaWebhook(envelope(value, field), META.phoneNumberId);

describe('a message (CMP-5)', () => {
  it('is an answer with sender, time, text, id and quoted message', () => {
    expect(read(message({ context: { from: '33639980000', id: 'wamid.out' } }))).toEqual([
      {
        ...{ kind: 'answer', event: 'message:text', dedupeKey: 'message|wamid.in', providerMessageId: 'wamid.in' },
        ...{ phone: '+33612345678', senderId: '33612345678', type: 'text', text: 'Oui', at: 1_795_161_600_000 },
        quotedProviderId: 'wamid.out',
      },
    ]);
  });

  it.each([
    [{ text: { body: '👍' } }, 'emoji', '👍'],
    [{ type: 'image', text: undefined, image: { id: '1', caption: 'moi' } }, 'image', 'moi'],
    [{ type: 'video', text: undefined, video: {} }, 'video', null],
    [{ type: 'audio', text: undefined, audio: { voice: true } }, 'voice', null],
    [{ type: 'audio', text: undefined, audio: { voice: false } }, 'audio', null],
    [{ type: 'document', text: undefined, document: {} }, 'document', null],
    [{ type: 'sticker', text: undefined, sticker: {} }, 'sticker', null],
    [{ type: 'button', text: undefined, button: { text: 'Oui, merci' } }, 'text', 'Oui, merci'],
    [{ type: 'interactive', text: undefined, interactive: { button_reply: { id: '1', title: 'Oui' } } }, 'text', 'Oui'],
    [
      { type: 'interactive', text: undefined, interactive: { list_reply: { id: '1', title: 'Demain' } } },
      'text',
      'Demain',
    ],
    [{ type: 'reaction', text: undefined, reaction: { message_id: 'wamid.out', emoji: '❤️' } }, 'reaction', '❤️'],
  ])('%j is %s', (fields, type, text) => {
    expect(read(message(fields))).toMatchObject([{ kind: 'answer', type, text }]);
  });

  it.each([
    [{ type: 'reaction', text: undefined, reaction: { message_id: 'wamid.out' } }, 'not_an_answer'],
    [{ type: 'location' }, 'not_an_answer'],
    [{ type: 'unsupported' }, 'not_an_answer'],
    [{ type: 'system' }, 'not_an_answer'],
    [{ id: undefined }, 'not_an_answer'],
    [{ group_id: 'g1' }, 'group'],
  ])('%j is ignored as %s', (fields, reason) => {
    expect(read(message(fields))).toMatchObject([{ kind: 'ignored', reason }]);
  });

  it('of a contact who hides the phone keeps the id that the provider gives', () => {
    const hidden = { ...message({ from: undefined }), contacts: [{ user_id: 'FR.1234567890' }] };
    expect(read(hidden)).toMatchObject([{ kind: 'answer', phone: null, senderId: 'FR.1234567890' }]);
  });
});

describe('a status (WHK-4)', () => {
  it.each([
    [{ status: 'sent' }, 'sent', ''],
    [{ status: 'delivered' }, 'delivered', ''],
    [{ status: 'read' }, 'read', ''],
    [{ status: 'failed', errors: [{ code: 131026, title: 'Message undeliverable' }] }, 'failed', '131026'],
    [{ status: 'failed', errors: [{ code: 215 }] }, 'failed', '2xx'],
    [{ status: 'failed', errors: [{ code: 424242 }] }, 'failed', 'delivery_failed'],
    [{ status: 'failed' }, 'failed', 'delivery_failed'],
  ])('%j is %s %s', (fields, expected, code) => {
    expect(read(status(fields))).toEqual([
      {
        ...{ kind: 'status', event: `status:${expected}`, providerIds: ['wamid.out'], reference: 'c:k:message_1' },
        ...{ status: expected, code, at: 1_795_161_600_000, recipientId: '33612345678' },
        dedupeKey: `status|wamid.out|${expected}|1795161600`,
      },
    ]);
  });

  it('that nobody knows is kept', () => {
    expect(read(status({ status: 'warning' }))).toMatchObject([{ kind: 'ignored', reason: 'unknown_event' }]);
  });
});

it('reads several changes at once, and those of its own number only', () => {
  const other = { ...status(), metadata: { phone_number_id: 'another' } };
  const body = {
    object: 'whatsapp_business_account',
    entry: [
      {
        changes: [
          { field: 'messages', value: message() },
          { field: 'messages', value: other },
        ],
      },
      { changes: [{ field: 'messages', value: status() }] },
    ],
  };
  expect(readMetaWebhook(body, META.phoneNumberId).map(({ kind }) => kind)).toEqual(['answer', 'status']);
  expect(readMetaWebhook(body, 'another').map(({ kind }) => kind)).toEqual(['status']);
});

it('takes a restriction of the account for one of the line (SND-14)', () => {
  expect(read({ event: 'ACCOUNT_RESTRICTION' }, 'account_update')).toMatchObject([
    { kind: 'session', state: 'restricted' },
  ]);
  expect(read({ event: 'VERIFIED_ACCOUNT' }, 'account_update')).toMatchObject([
    { kind: 'ignored', reason: 'not_an_answer' },
  ]);
  expect(read({}, 'never_seen')).toMatchObject([{ kind: 'ignored', reason: 'unknown_event' }]);
});

it('never throws anything but bad_request, whatever the JSON (WHK-5)', () => {
  const value = fc.record({
    metadata: fc.jsonValue(),
    messages: fc.jsonValue(),
    statuses: fc.oneof(
      fc.jsonValue(),
      fc.array(fc.record({ id: fc.jsonValue(), status: fc.jsonValue(), errors: fc.jsonValue() })),
    ),
    contacts: fc.jsonValue(),
  });
  const changes = fc.array(
    fc.record({ field: fc.oneof(fc.constant('messages'), fc.jsonValue()), value: fc.oneof(value, fc.jsonValue()) }),
    { maxLength: 3 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.record({ entry: fc.oneof(fc.array(fc.record({ changes }), { maxLength: 3 }), fc.jsonValue()) }),
        fc.jsonValue(),
      ),
      (body) => {
        try {
          readMetaWebhook(body, META.phoneNumberId);
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad_request' });
        }
      },
    ),
    { numRuns: 1000 },
  );
});

it('believes nothing without a right signature, nor without a secret (WHK-3)', () => {
  const provider = (appSecrets: string[]) =>
    createMetaProvider({ ...META, appSecrets, baseUrl: 'http://127.0.0.1:9', timeoutMs: 1, clock: systemClock });
  const body = Buffer.from(JSON.stringify(envelope(message())));
  expect(provider([META.appSecret]).verifyWebhook({ headers: signedHeaders(body), body })).toBe(true);
  expect(provider(['older', META.appSecret]).verifyWebhook({ headers: signedHeaders(body), body })).toBe(true);
  expect(provider([META.appSecret]).verifyWebhook({ headers: signedHeaders(body, 'other'), body })).toBe(false);
  expect(provider([META.appSecret]).verifyWebhook({ headers: {}, body })).toBe(false);
  expect(provider([]).verifyWebhook({ headers: signedHeaders(body), body })).toBe(false);
});
