import type { DeliveryStatus } from '../../provider.ts';
import { textAt } from '../reading.ts';

/** Wassenger's words, and the numbers of WhatsApp Web, for how far a message came. `revoked` was sent, then withdrawn. */
const DELIVERY: Record<string, DeliveryStatus> = {
  sent: 'sent',
  server: 'sent',
  revoked: 'sent',
  '1': 'sent',
  delivered: 'delivered',
  device: 'delivered',
  '2': 'delivered',
  read: 'read',
  readed: 'read',
  played: 'read',
  '3': 'read',
  '4': 'read',
  failed: 'failed',
  cancelled: 'failed',
  canceled: 'failed',
  error: 'failed',
  '-1': 'failed',
};
/** States of the provider's own queue. `processed` means that it was handed to WhatsApp. */
const QUEUE: Record<string, DeliveryStatus> = {
  processed: 'sent',
  failed: 'failed',
  invalid: 'failed',
  removed: 'failed',
  expired: 'failed',
};

/** How far a message came, by its delivery status, its acknowledgement, or its state in the queue; null when on its way. */
export function toDeliveryStatus(message: unknown): DeliveryStatus | null {
  for (const path of ['deliveryStatus', 'ack']) {
    const status = lookUp(DELIVERY, textAt(message, path));
    if (status !== null) return status;
  }
  return lookUp(QUEUE, textAt(message, 'status'));
}

/** The same for acknowledgements, whose `status` may hold the delivery status itself. */
export function toAckStatus(message: unknown): DeliveryStatus | null {
  return toDeliveryStatus(message) ?? lookUp(DELIVERY, textAt(message, 'status'));
}

function lookUp(table: Record<string, DeliveryStatus>, word: string | null): DeliveryStatus | null {
  const key = (word ?? '').trim().toLowerCase();
  return Object.hasOwn(table, key) ? (table[key] ?? null) : null;
}
