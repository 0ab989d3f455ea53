import { toIso } from '../core/days.ts';
import { answerData, type Answer } from './answerPayload.ts';
import type { Device } from './device.ts';
import { chatId, messageJson, type Message } from './message.ts';
import type { Envelope, Rules } from './rules.ts';

/** One thing to tell by webhook, in both of the provider's envelopes. */
export type WebhookEvent = {
  name: string;
  /** The provider's id of the event, 24 hexadecimal digits; only the object envelope shows it. */
  id: string;
  /** How the provider itself sends it. */
  documented: Envelope;
  object: Record<string, unknown>;
  arrayItem: Record<string, unknown>;
};

export type StatusChange = 'sent' | 'delivered' | 'read' | 'failed' | 'expired';

type EventContext = { id: string; at: number; device: Device; rules: Rules };

function bothEnvelopes(
  context: EventContext,
  event: {
    name: string;
    documented: Envelope;
    sentence: string;
    entityId: string;
    objectData: Record<string, unknown>;
    arrayData: Record<string, unknown>;
  },
): WebhookEvent {
  const { id, at, device } = context;
  return {
    name: event.name,
    id,
    documented: event.documented,
    object: {
      id,
      object: 'message',
      event: event.name,
      created: Math.floor(at / 1000),
      device: { id: device.id, phone: device.phone, alias: device.alias },
      data: event.objectData,
    },
    arrayItem: {
      event: event.name,
      date: toIso(at),
      message: event.sentence,
      entity: 'message',
      entityId: event.entityId,
      data: event.arrayData,
    },
  };
}

/** Fields of an outgoing message in the object envelope: WhatsApp's id, no id of the provider's own. */
function outgoingData(message: Message, context: EventContext, ack: string): Record<string, unknown> {
  const { device, at } = context;
  return {
    id: message.waId,
    type: message.media ? 'image' : 'text',
    flow: 'outbound',
    status: 'active',
    ack,
    from: chatId(device.phone),
    fromNumber: device.phone,
    to: chatId(message.phone),
    toNumber: message.phone,
    date: toIso(at),
    timestamp: Math.floor(at / 1000),
    body: message.body,
    chat: {
      id: chatId(message.phone),
      type: 'chat',
      contact: { id: chatId(message.phone), phone: message.phone },
    },
    meta: { isGroup: false, isForwarded: false, containsEmoji: false },
    ...(context.rules.webhooks.reference === 'always' ? { reference: message.reference } : {}),
  };
}

/** Fields of an outgoing message in the array envelope: the provider's id, without WhatsApp's. */
function resourceData(message: Message, context: EventContext): Record<string, unknown> {
  const { waId: _hidden, reference, ...fields } = messageJson(message);
  return { ...fields, ...(context.rules.webhooks.reference === 'never' ? {} : { reference }) };
}

/** Tells what became of an outgoing message. The message already shows its new status. */
export function statusEvent(
  change: { message: Message; status: StatusChange; alias: boolean },
  context: EventContext,
): WebhookEvent {
  const { message, status } = change;
  const isAck = status === 'delivered' || status === 'read';
  return bothEnvelopes(context, {
    name: isAck && !change.alias ? 'message:out:ack' : `message:out:${status}`,
    documented: isAck ? 'object' : 'array',
    sentence: status === 'failed' ? 'Message delivery failed' : `Message ${status}`,
    entityId: message.id,
    objectData: {
      ...outgoingData(message, context, status),
      ...(status === 'failed' ? { status: 'failed', failureReason: message.failureReason } : {}),
    },
    arrayData: resourceData(message, context),
  });
}

/** Tells that an outgoing message stands in its chat. */
export function outNewEvent(message: Message, context: EventContext): WebhookEvent {
  return bothEnvelopes(context, {
    name: 'message:out:new',
    documented: 'object',
    sentence: 'New outbound message',
    entityId: message.id,
    objectData: outgoingData(message, context, 'sent'),
    arrayData: resourceData(message, context),
  });
}

/** Tells that a contact wrote, or reacted. */
export function answerEvent(answer: Answer, context: EventContext): WebhookEvent {
  const data = answerData(answer, context.device, context.rules.answers.voiceShape);
  return bothEnvelopes(context, {
    name: answer.type === 'reaction' ? 'message:reaction' : 'message:in:new',
    documented: 'object',
    sentence: 'New inbound message',
    entityId: answer.id,
    objectData: { id: answer.waId, ...data },
    arrayData: { id: answer.id, ...(answer.hiddenId === null ? { phone: answer.phone } : {}), ...data },
  });
}

/** Tells that the device's connection changed. */
export function sessionEvent(context: EventContext): WebhookEvent {
  const { device } = context;
  const data = { id: device.id, phone: device.phone, status: device.status, session: { status: device.session } };
  return bothEnvelopes(context, {
    name: 'number:session',
    documented: 'object',
    sentence: 'Device session changed',
    entityId: device.id,
    objectData: data,
    arrayData: data,
  });
}

/** An event that no documentation names. */
export function unknownEvent(message: Message, context: EventContext): WebhookEvent {
  const data = { chat: chatId(message.phone), labels: ['prospect'] };
  return bothEnvelopes(context, {
    name: 'chat:labels:shuffled',
    documented: 'object',
    sentence: 'Chat changed',
    entityId: message.id,
    objectData: data,
    arrayData: data,
  });
}
