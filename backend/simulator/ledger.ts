import { dayOf } from '../core/days.ts';
import type { Message } from './message.ts';

/** Which messages; every condition that is given must hold. */
export type LedgerQuery = {
  reference?: string;
  /** Beginning of the reference, e.g. a campaign. */
  referencePrefix?: string;
  phone?: string;
  ids?: string[];
  waIds?: string[];
  statuses?: string[];
  /** Accepted at or after. */
  since?: number;
  /** Accepted before. */
  until?: number;
};

/** Everything that the provider accepted, oldest first. Beyond `limit` messages the oldest are forgotten. */
export type Ledger = {
  add(message: Message): void;
  find(query?: LedgerQuery): Message[];
  /** By the provider's id or WhatsApp's. */
  byId(id: string): Message | undefined;
  last(): Message | undefined;
  /** Accepted on a UTC day, forgotten ones included. */
  acceptedOn(day: string): number;
  accepted(): number;
  forgotten(): number;
};

function matches(message: Message, query: LedgerQuery): boolean {
  if (query.reference !== undefined && message.reference !== query.reference) return false;
  if (query.referencePrefix !== undefined && !message.reference?.startsWith(query.referencePrefix)) return false;
  if (query.phone !== undefined && message.phone !== query.phone) return false;
  if (query.ids && !query.ids.includes(message.id)) return false;
  if (query.waIds && !query.waIds.includes(message.waId)) return false;
  if (query.statuses && !query.statuses.includes(message.status)) return false;
  if (query.since !== undefined && message.acceptedAt < query.since) return false;
  if (query.until !== undefined && message.acceptedAt >= query.until) return false;
  return true;
}

export function createLedger(limit: number): Ledger {
  const messages = new Map<string, Message>();
  const byWaId = new Map<string, Message>();
  const byReference = new Map<string, Set<Message>>();
  const days = new Map<string, number>();
  let accepted = 0;
  let last: Message | undefined;

  function forgetOldest(): void {
    const oldest = messages.values().next().value;
    if (!oldest) return;
    messages.delete(oldest.id);
    byWaId.delete(oldest.waId);
    const same = byReference.get(oldest.reference ?? '');
    same?.delete(oldest);
    if (same?.size === 0) byReference.delete(oldest.reference ?? '');
  }

  return {
    add(message) {
      messages.set(message.id, message);
      byWaId.set(message.waId, message);
      const same = byReference.get(message.reference ?? '') ?? new Set();
      byReference.set(message.reference ?? '', same.add(message));
      const day = dayOf(message.acceptedAt);
      days.set(day, (days.get(day) ?? 0) + 1);
      accepted += 1;
      last = message;
      if (messages.size > limit) forgetOldest();
    },
    find(query = {}) {
      const candidates = query.reference === undefined ? messages.values() : (byReference.get(query.reference) ?? []);
      return [...candidates].filter((message) => matches(message, query));
    },
    byId: (id) => messages.get(id) ?? byWaId.get(id),
    last: () => last,
    acceptedOn: (day) => days.get(day) ?? 0,
    accepted: () => accepted,
    forgotten: () => accepted - messages.size,
  };
}
