type Json = Record<string, unknown>;

/** When the message of `incoming` was written; its event follows three seconds later. */
export const AT = '2026-11-20T09:30:00.000Z';
const SENDER = { from: '33612345678@c.us', fromNumber: '+33612345678' };

/** An incoming message in the object envelope. */
export function incoming(data: Json = {}, envelope: Json = {}): Json {
  return {
    ...{ id: 'evt-1', object: 'message', event: 'message:in:new', created: Date.parse(AT) / 1000 + 3 },
    device: { id: '5f9c1e2b7a4d3c0018e6b2a1', phone: '+33639980000' },
    data: {
      ...{ id: '3EB0AA', type: 'text', flow: 'inbound', body: 'Bonjour', date: AT, ...SENDER },
      chat: { id: '33612345678@c.us', type: 'chat', contact: { phone: '+33612345678', name: 'Zoé' } },
      meta: { isGroup: false, containsEmoji: false },
      ...data,
    },
    ...envelope,
  };
}

/** A report on an outgoing message in the array envelope. */
export function report(event: string, data: Json = {}): Json {
  const item = { id: '6a0f1c2b7a4d3c0018e6b2aa', phone: '+33612345678', reference: 'c:k:message_1', ...data };
  return { event, date: AT, entity: 'message', entityId: '6a0f1c2b7a4d3c0018e6b2aa', data: item };
}
