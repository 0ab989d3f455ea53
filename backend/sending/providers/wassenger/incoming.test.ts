import { describe, expect, it } from 'vitest';
import { AT, incoming } from '../../../../tests/support/wassengerEvents.ts';
import type { ProviderEvent } from '../../provider.ts';
import { readWassengerWebhook } from './webhook.ts';

type Json = Record<string, unknown>;

function readOne(body: unknown): ProviderEvent {
  const events = readWassengerWebhook(body);
  expect(events).toHaveLength(1);
  return events[0]!;
}

describe('an incoming message', () => {
  it('is an answer with its sender, time, text and id (CMP-5)', () => {
    expect(readOne(incoming({ quoted: { id: '3EB0BB', type: 'text' } }))).toEqual({
      ...{ kind: 'answer', event: 'message:in:new', dedupeKey: 'message:in:new|evt-1|' },
      ...{ providerMessageId: '3EB0AA', phone: '+33612345678', senderId: '33612345678@c.us' },
      ...{ type: 'text', text: 'Bonjour', at: Date.parse(AT), quotedProviderId: '3EB0BB' },
    });
  });

  it.each([
    [{ type: 'text', body: 'Oui 👍' }, 'text'],
    [{ type: 'chat' }, 'text'],
    [{ type: 'text', body: '👍' }, 'emoji'],
    [{ type: 'text', body: ' ❤️ 👩‍👩‍👧 🇫🇷 1️⃣ ' }, 'emoji'],
    [{ type: 'text', body: '❤' }, 'emoji'],
    [{ type: 'text', body: '2' }, 'text'],
    [{ type: 'text', body: '#' }, 'text'],
    [{ type: 'text', body: '', meta: { containsEmoji: true } }, 'emoji'],
    [{ type: 'audio', media: { type: 'audio', format: 'ptt' } }, 'voice'],
    [{ type: 'audio', media: { type: 'ptt' } }, 'voice'],
    [{ type: 'audio', subtype: 'voice' }, 'voice'],
    [{ type: 'ptt' }, 'voice'],
    [{ type: 'voice' }, 'voice'],
    [{ type: 'audio', media: { type: 'audio', mime: 'audio/mpeg' } }, 'audio'],
    [{ type: 'image', body: '', media: { type: 'image', caption: 'moi' } }, 'image'],
    [{ type: 'video' }, 'video'],
    [{ type: 'document' }, 'document'],
    [{ type: 'sticker' }, 'sticker'],
    [{ type: 'buttons', subtype: 'response', body: 'Oui' }, 'text'],
    [{ type: 'list', subtype: 'response', body: 'Choix 1' }, 'text'],
    [{ type: undefined, body: 'sans type' }, 'text'],
    [{ type: 'IMAGE' }, 'image'],
  ])('%j is %s (CMP-5)', (data, type) => {
    expect(readOne(incoming(data))).toMatchObject({ kind: 'answer', type });
  });

  it.each(['contacts', 'location', 'poll', 'event', 'order', 'revoked', '__proto__', 'constructor'])(
    'of type %s is no answer',
    (type) => {
      expect(readOne(incoming({ type }))).toMatchObject({ kind: 'ignored', reason: 'not_an_answer' });
    },
  );

  it.each([
    ['by its mark', { meta: { isGroup: true } }],
    ['by the type of its chat', { chat: { id: '1234@g.us', type: 'group' } }],
    ['by its sender', { from: '120363041234567890@g.us' }],
  ])('of a group is known %s', (_how, data) => {
    expect(readOne(incoming(data))).toMatchObject({ kind: 'ignored', reason: 'group' });
  });

  it.each([{ flow: 'outbound' }, { fromMe: true }])('of our own is known by %j', (data) => {
    expect(readOne(incoming(data))).toMatchObject({ kind: 'ignored', reason: 'own_message' });
  });

  it('of a status or a channel is no answer', () => {
    expect(readOne(incoming({ from: 'status@broadcast' }))).toMatchObject({ reason: 'not_an_answer' });
  });

  describe('shows its sender', () => {
    it.each([
      ['the number', { fromNumber: '+33612345678', from: 'x', chat: {} }],
      [
        'the contact of the chat',
        { fromNumber: undefined, from: undefined, chat: { contact: { phone: '33612345678' } } },
      ],
      ['the digits of the chat id', { fromNumber: undefined, from: '33612345678@c.us', chat: {} }],
      ['the device of a phone', { fromNumber: undefined, from: '33612345678:12@s.whatsapp.net', chat: {} }],
      ['a number with spaces', { fromNumber: '+33 6 12 34 56 78' }],
      ['a number with zeros', { fromNumber: '0033612345678' }],
      ['a number as a number', { fromNumber: 33_612_345_678 }],
    ])('by %s', (_how, data) => {
      expect(readOne(incoming(data))).toMatchObject({ phone: '+33612345678' });
    });

    it.each([
      ['alone', { from: '123456789012345@lid', fromNumber: undefined, chat: { id: '123456789012345@lid' } }],
      ['with its digits as a number', { from: '123456789012345@lid', fromNumber: '+123456789012345', chat: {} }],
      ['with nonsense as a number', { from: '123456789012345@lid', fromNumber: 'null', chat: {} }],
    ])('only by a hidden id, %s', (_how, data) => {
      expect(readOne(incoming(data))).toMatchObject({ phone: null, senderId: '123456789012345@lid' });
    });

    it('by a hidden id and the phone, which teaches the id', () => {
      const data = { from: '123456789012345@lid', fromNumber: '+33612345678' };
      expect(readOne(incoming(data))).toMatchObject({ phone: '+33612345678', senderId: '123456789012345@lid' });
    });
  });

  it.each([
    [{ date: AT }, Date.parse(AT)],
    [{ date: undefined, timestamp: 1_795_161_600 }, 1_795_161_600_000],
    [{ date: undefined, timestamp: '1795161600' }, 1_795_161_600_000],
    [{ date: undefined, timestamp: 1_795_161_600_123 }, 1_795_161_600_123],
    [{ date: undefined }, Date.parse(AT) + 3_000],
    [{ date: 'yesterday', timestamp: -1 }, Date.parse(AT) + 3_000],
  ])('has the time of %j', (data, at) => {
    expect(readOne(incoming(data))).toMatchObject({ at });
  });

  it('names no time where the event has none', () => {
    expect(readOne(incoming({ date: undefined }, { created: undefined }))).toMatchObject({ at: 0 });
  });

  it('is read with its message nested, and its device as text', () => {
    const nested = incoming(
      {},
      {
        ...{ device: 'D1', createdAt: AT, created: undefined },
        data: {
          message: {
            id: 'msg_1',
            chat: '33612345678@c.us',
            from: '33612345678',
            fromMe: false,
            type: 'text',
            body: 'Hi',
            timestamp: AT,
          },
          chat: { id: '33612345678@c.us', contact: { phone: '+33612345678' } },
        },
      },
    );
    expect(readOne(nested)).toMatchObject({
      kind: 'answer',
      phone: '+33612345678',
      text: 'Hi',
      at: Date.parse(AT),
      providerMessageId: 'msg_1',
    });
  });

  it('is read in an array too (CMP-5)', () => {
    const events = readWassengerWebhook([
      incoming({ id: 'a' }, { id: undefined }),
      incoming({ id: 'b' }, { id: undefined }),
    ]);
    expect(events.map((event) => event.kind)).toEqual(['answer', 'answer']);
    expect(new Set(events.map(({ dedupeKey }) => dedupeKey)).size).toBe(2);
  });

  it('for a device of another line is left to that line', () => {
    expect(readWassengerWebhook(incoming(), ['5f9c1e2b7a4d3c0018e6b2a1'])).toMatchObject([{ kind: 'ignored' }]);
    expect(readWassengerWebhook(incoming(), ['another'])).toMatchObject([{ kind: 'answer' }]);
  });
});

describe('a reaction', () => {
  const reaction = (data: Json): Json =>
    incoming({ type: 'reaction', body: undefined, ...data }, { event: 'message:reaction' });

  it.each([
    [{ reaction: { emoji: '❤️', messageId: '3EB0BB' } }],
    [{ reaction: '❤️', messageId: '3EB0BB' }],
    [{ body: '❤️', quoted: { id: '3EB0BB' } }],
    [{ flow: 'outbound', id: '3EB0BB', reaction: { emoji: '❤️', fromNumber: '+33612345678' } }],
  ])('is read from %j', (data) => {
    expect(readOne(reaction(data))).toMatchObject({
      kind: 'answer',
      type: 'reaction',
      text: '❤️',
      phone: '+33612345678',
      quotedProviderId: '3EB0BB',
    });
  });

  it('that is taken back, or ours, is no answer', () => {
    expect(readOne(reaction({ reaction: { emoji: '', messageId: '3EB0BB' } }))).toMatchObject({ kind: 'ignored' });
    expect(readOne(reaction({ flow: 'outbound', reaction: { emoji: '❤️' } }))).toMatchObject({ reason: 'own_message' });
  });
});
