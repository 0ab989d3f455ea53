import { toIso } from '../core/days.ts';
import type { FaultKind } from './rules.ts';

/** One message that the provider accepted, and what became of it. */
export type Message = {
  /** The provider's id, 24 hexadecimal digits. */
  id: string;
  /** WhatsApp's id. */
  waId: string;
  device: string;
  phone: string;
  reference: string | null;
  /** Text of the message; empty for media or a template alone. */
  body: string;
  media: unknown;
  template: unknown;
  quote: string | null;
  priority: string;
  acceptedAt: number;
  /** SHA-256 of the request's body: repeated requests must be the same, byte for byte. */
  requestHash: string;
  /** What the sender of the request got to see; `none` is an ordinary answer. */
  fault: FaultKind;
  status: 'queued' | 'processed' | 'failed' | 'expired';
  deliveryStatus: 'queued' | 'sent' | 'delivered' | 'read' | 'failed';
  failureReason: string | null;
  deliverAt: number;
  expiresAt: number | null;
  sentAt: number | null;
  deliveredAt: number | null;
  readAt: number | null;
  failedAt: number | null;
  /** Look-ups that could have found it. */
  lookups: number;
  visibleAt: number;
};

/** WhatsApp's name of a chat with one phone. */
export function chatId(phone: string): string {
  return `${phone.slice(1)}@c.us`;
}

/** The provider's JSON for a message. */
export function messageJson(message: Message): Record<string, unknown> {
  return {
    id: message.id,
    waId: message.waId,
    phone: message.phone,
    wid: chatId(message.phone),
    device: message.device,
    reference: message.reference,
    message: message.body,
    ...(message.media ? { media: message.media } : {}),
    ...(message.template ? { template: message.template } : {}),
    ...(message.quote ? { quote: message.quote } : {}),
    status: message.status,
    deliveryStatus: message.deliveryStatus,
    failureReason: message.failureReason,
    priority: message.priority,
    retentionPolicy: 'plan_defaults',
    createdAt: toIso(message.acceptedAt),
    deliverAt: toIso(message.deliverAt),
    expiresAt: toIso(message.expiresAt),
    processedAt: toIso(message.sentAt),
    sentAt: toIso(message.sentAt),
    deliveredAt: toIso(message.deliveredAt),
    readAt: toIso(message.readAt),
    failedAt: toIso(message.failedAt),
    retry: { max: 25, count: 0, lastRetryAt: null },
    webhookStatus: 'pending',
  };
}

/** A line of `GET /ledger`. */
export function ledgerJson(message: Message): Record<string, unknown> {
  return {
    ...messageJson(message),
    body: message.body,
    acceptedAt: toIso(message.acceptedAt),
    requestHash: message.requestHash,
    fault: message.fault,
  };
}
