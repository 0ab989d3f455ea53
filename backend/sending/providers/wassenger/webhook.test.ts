import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AT, incoming, report } from '../../../../tests/support/wassengerEvents.ts';
import type { ProviderEvent } from '../../provider.ts';
import { readWassengerWebhook } from './webhook.ts';

function readOne(body: unknown): ProviderEvent {
  const events = readWassengerWebhook(body);
  expect(events).toHaveLength(1);
  return events[0]!;
}

describe('a report on a message of ours (WHK-4)', () => {
  it.each([
    [report('message:out:sent'), 'sent', ''],
    [report('message:out:delivered'), 'delivered', ''],
    [report('message:out:read'), 'read', ''],
    [report('message:out:ack', { deliveryStatus: 'delivered' }), 'delivered', ''],
    [report('message:out:ack', { deliveryStatus: 'readed' }), 'read', ''],
    [report('message:out:ack', { ack: 'read' }), 'read', ''],
    [report('message:out:ack', { ack: 'played' }), 'read', ''],
    [report('message:out:ack', { ack: 2 }), 'delivered', ''],
    [report('message:out:ack', { status: 'delivered' }), 'delivered', ''],
    [report('message:out:failed', { failureReason: 'number:notfound' }), 'failed', 'number:notfound'],
    [report('message:out:failed', { error: { code: 'error:media:download' } }), 'failed', 'media:*'],
    [report('message:out:failed'), 'failed', 'delivery_failed'],
    [report('message:out:expired'), 'failed', 'expired'],
    [report('message:out:removed'), 'failed', 'removed'],
    [report('message:out:new', { ack: 'pending' }), 'sent', ''],
  ])('%j is %s %s', (body, status, code) => {
    expect(readOne([body])).toMatchObject({
      kind: 'status',
      status,
      code,
      reference: 'c:k:message_1',
      at: Date.parse(AT),
    });
  });

  it('carries both ids, and never the id of a chat', () => {
    const both = report('message:out:sent', { waId: '3EB0AA', wid: '33612345678@c.us' });
    expect(readOne([both])).toMatchObject({ providerIds: ['6a0f1c2b7a4d3c0018e6b2aa', '3EB0AA'] });
  });

  it('in the object envelope carries the WhatsApp id and the time of the event, not of the message', () => {
    const ack = incoming(
      { flow: 'outbound', ack: 'delivered', date: '2026-11-20T08:00:00.000Z' },
      { event: 'message:out:ack' },
    );
    expect(readOne(ack)).toMatchObject({
      kind: 'status',
      providerIds: ['3EB0AA'],
      status: 'delivered',
      at: Date.parse(AT) + 3_000,
    });
  });

  it('teaches the hidden id of the contact', () => {
    const ack = incoming({ flow: 'outbound', ack: 'read', to: '123456789012345@lid' }, { event: 'message:out:ack' });
    expect(readOne(ack)).toMatchObject({ kind: 'status', recipientId: '123456789012345@lid' });
  });

  it('on its way, or on a message that a person wrote, is of no consequence', () => {
    expect(readOne([report('message:out:ack', { ack: 'pending' })])).toMatchObject({ kind: 'ignored' });
    expect(readOne([report('message:out:retry')])).toMatchObject({ kind: 'ignored' });
    expect(readOne(incoming({ flow: 'outbound' }, { event: 'message:out:new' }))).toMatchObject({
      reason: 'own_message',
    });
    expect(readOne(report('message:update', { ack: 'read' }))).toMatchObject({
      kind: 'ignored',
      reason: 'not_an_answer',
    });
  });
});

describe('other events', () => {
  it.each([
    [{ status: 'online' }, 'online'],
    [{ status: 'operative', session: { status: 'online' } }, 'online'],
    [{ status: 'timeout' }, 'offline'],
    [{ session: { status: 'offline' } }, 'offline'],
    [{ status: 'conflict', reason: 'account restricted' }, 'restricted'],
    [{}, 'offline'],
  ])('session %j is %s (OPS-1)', (data, state) => {
    expect(readOne({ id: 'e', event: 'number:session', data })).toMatchObject({ kind: 'session', state });
  });

  it('that nobody knows are kept and counted (WHK-4)', () => {
    expect(readOne({ id: 'e', event: 'chat:labels:shuffled:twice!', data: {} })).toMatchObject({
      kind: 'ignored',
      reason: 'unknown_event',
    });
    expect(readOne({ id: 'e', event: 'chat:update', data: {} })).toMatchObject({
      kind: 'ignored',
      reason: 'not_an_answer',
    });
  });

  it('that cannot be read do not take the good ones with them', () => {
    expect(readWassengerWebhook([null, 7, { a: 1 }, incoming()]).map(({ kind }) => kind)).toEqual([
      'ignored',
      'ignored',
      'ignored',
      'answer',
    ]);
  });

  it.each([null, 7, 'text', {}, [null], [[]], { event: 'no colon' }, { event: 7 }])(
    '%j is no envelope (WHK-5)',
    (body) => {
      expect(() => readWassengerWebhook(body)).toThrowError(expect.objectContaining({ code: 'bad_request' }));
    },
  );

  it('are none in an empty array', () => {
    expect(readWassengerWebhook([])).toEqual([]);
  });
});

describe('the key of an event (WHK-4)', () => {
  const key = (body: unknown): string => readOne(body).dedupeKey;

  it('is the same for the same event, and another for each status under one event id', () => {
    expect(key(incoming())).toBe(key(structuredClone(incoming())));
    const ack = (status: string) => incoming({ flow: 'outbound', ack: status }, { event: 'message:out:ack' });
    expect(key(ack('delivered'))).not.toBe(key(ack('read')));
  });

  it('is the same for an event with the same id and another body', () => {
    expect(key(incoming({ id: 'forged', body: 'another', fromNumber: '+33699999999' }))).toBe(key(incoming()));
  });

  it('without an event id tells statuses, times and messages apart', () => {
    const keys = [
      report('message:out:sent'),
      report('message:out:sent', { id: 'other' }),
      report('message:out:failed'),
      { ...report('message:out:sent'), date: '2026-11-20T09:31:00.000Z' },
    ].map((item) => key([item]));
    expect(new Set(keys).size).toBe(4);
    expect(key([report('message:out:sent')])).toBe(keys[0]);
  });
});

it('never throws anything but bad_request, whatever the JSON (WHK-5)', () => {
  const names = fc.constantFrom(
    'message:in:new',
    'message:reaction',
    'message:out:ack',
    'message:out:failed',
    'message:out:new',
    'number:session',
    'x:y',
  );
  const data = fc.dictionary(
    fc.constantFrom(
      'id',
      'type',
      'flow',
      'body',
      'date',
      'from',
      'fromNumber',
      'chat',
      'meta',
      'media',
      'reaction',
      'quoted',
      'ack',
      '__proto__',
      'message',
    ),
    fc.jsonValue({ maxDepth: 3 }),
  );
  const envelope = fc.record(
    { id: fc.jsonValue(), event: fc.oneof(names, fc.jsonValue()), data: fc.oneof(data, fc.jsonValue()) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(envelope, fc.array(envelope, { maxLength: 5 }), fc.jsonValue()), (body) => {
      try {
        for (const event of readWassengerWebhook(body)) {
          expect(event.dedupeKey.length).toBeGreaterThan(0);
          if (event.kind === 'answer' && event.phone !== null) expect(event.phone).toMatch(/^\+[1-9]\d{6,14}$/);
          if (event.kind === 'answer' || event.kind === 'status') expect(event.at).toBeGreaterThanOrEqual(0);
        }
      } catch (error) {
        expect(error).toMatchObject({ code: 'bad_request' });
      }
    }),
    { numRuns: 1000 },
  );
});
