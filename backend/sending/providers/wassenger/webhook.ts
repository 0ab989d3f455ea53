import { VigieError } from '../../../contract/errors.ts';
import type { DeliveryStatus, ProviderEvent } from '../../provider.ts';
import { instantAt, isObject, textAt, valueAt } from '../reading.ts';
import { eventTime, fingerprint, ignored, type Envelope, type Reading } from './envelope.ts';
import { readFailureCode } from './errors.ts';
import { readIds } from './ids.ts';
import { readIncoming, readReaction } from './incoming.ts';
import { readSessionEvent } from './session.ts';
import { toAckStatus, toDeliveryStatus } from './status.ts';

const STATUS_EVENTS: Record<string, DeliveryStatus> = {
  'message:out:sent': 'sent',
  'message:out:delivered': 'delivered',
  'message:out:read': 'read',
  'message:out:played': 'read',
  'message:out:failed': 'failed',
  'message:out:expired': 'failed',
  'message:out:removed': 'failed',
};
const ACK_EVENTS = ['message:out:ack', 'message:ack'];
const SESSION_EVENTS = ['number:session', 'device:session', 'device:status:changed'];
/** Known, and of no consequence here; `message:update` tells of edits and polls, never of delivery. */
const SILENT_EVENTS = /^(message:update|message:out:retry|(chat|contact|group|channel|status|campaign):[a-z:]+)$/;
const STATUS_TIMES = { sent: 'sentAt', delivered: 'deliveredAt', read: 'readAt', failed: 'failedAt' } as const;
const LONGEST_NAME = 64;

/**
 * Reads a webhook of Wassenger: one object, or an array of them. `at: 0` means that the event names no time of its own.
 * @param otherDevices devices whose events belong to another line
 * @throws VigieError `bad_request` when nothing in it is an event
 */
export function readWassengerWebhook(body: unknown, otherDevices: readonly string[] = []): ProviderEvent[] {
  const parts = Array.isArray(body) ? body : [body];
  const envelopes = parts.map(toEnvelope);
  if (parts.length > 0 && envelopes.every((envelope) => envelope === null)) {
    throw new VigieError('bad_request', { detail: 'not_an_envelope' });
  }
  return envelopes.map((envelope, index) => {
    if (envelope === null) return unreadable(parts[index]);
    const device = textAt(envelope.whole, 'device.id', 'device');
    const foreign = device !== null && otherDevices.includes(device);
    return withKeys(envelope, foreign ? ignored('not_an_answer') : read(envelope));
  });
}

function toEnvelope(part: unknown): Envelope | null {
  if (!isObject(part)) return null;
  const named = textAt(part, 'event') ?? textAt(part, 'type');
  const event = (named ?? '').trim().toLowerCase().slice(0, LONGEST_NAME);
  if (!event.includes(':')) return null;
  const data = isObject(part['data']) ? part['data'] : part;
  const nested = valueAt(data, 'message');
  const content = isObject(nested) ? nested : data;
  const chat = isObject(content['chat']) ? content['chat'] : valueAt(data, 'chat');
  return { event, id: data === part ? null : textAt(part, 'id'), whole: part, content, chat };
}

function read(envelope: Envelope): Reading {
  const { event, content } = envelope;
  if (event === 'message:in:new') return readIncoming(envelope);
  if (event === 'message:reaction') return readReaction(envelope);
  if (event === 'message:out:new') return readOutgoing(envelope);
  if (ACK_EVENTS.includes(event)) return readStatus(envelope, toAckStatus(content));
  if (Object.hasOwn(STATUS_EVENTS, event)) return readStatus(envelope, STATUS_EVENTS[event] ?? null);
  if (SESSION_EVENTS.includes(event)) {
    const session = readSessionEvent(content);
    return { event: { kind: 'session', ...session }, identity: [session.state, eventTime(envelope)] };
  }
  return ignored(SILENT_EVENTS.test(event) ? 'not_an_answer' : 'unknown_event');
}

/** A message of ours that the provider took proves its acceptance; one that a person wrote on the phone has no reference. */
function readOutgoing(envelope: Envelope): Reading {
  if (readReference(envelope) === null) return ignored('own_message');
  return readStatus(envelope, toDeliveryStatus(envelope.content) ?? 'sent');
}

function readStatus(envelope: Envelope, status: DeliveryStatus | null): Reading {
  if (status === null) return ignored('own_message');
  const { content, whole } = envelope;
  const providerIds = readIds(content, textAt(whole, 'entityId'));
  const at =
    instantAt(content, STATUS_TIMES[status], 'ackAt') ?? eventTime(envelope) ?? instantAt(content, 'date', 'timestamp');
  const reference = readReference(envelope);
  const to = [textAt(content, 'to'), textAt(envelope.chat, 'id')].find((id) => id?.endsWith('@lid'));
  const event = {
    kind: 'status' as const,
    providerIds,
    reference,
    status,
    at: at ?? 0,
    code: status === 'failed' ? failureCode(envelope) : '',
    ...(to === undefined || to === null ? {} : { recipientId: to }),
  };
  return { event, identity: [status, reference, at, ...providerIds] };
}

function failureCode({ event, content }: Envelope): string {
  const named = readFailureCode(content);
  if (named !== 'delivery_failed') return named;
  return event === 'message:out:expired' ? 'expired' : event === 'message:out:removed' ? 'removed' : named;
}

function readReference({ content, whole }: Envelope): string | null {
  return textAt(content, 'reference', 'meta.reference') ?? textAt(whole, 'reference');
}

/** By the provider's id of the event where it has one, else by all that it says. */
function withKeys(envelope: Envelope, { event, identity }: Reading): ProviderEvent {
  const status = event.kind === 'status' ? event.status : '';
  const key =
    envelope.id !== null
      ? `${envelope.event}|${envelope.id}|${status}`
      : `${envelope.event}|${fingerprint(identity.length > 0 ? identity : envelope.whole)}`;
  return { ...event, event: envelope.event, dedupeKey: key };
}

function unreadable(part: unknown): ProviderEvent {
  return {
    kind: 'ignored',
    reason: 'unknown_event',
    event: 'unreadable',
    dedupeKey: `unreadable|${fingerprint(part)}`,
  };
}
