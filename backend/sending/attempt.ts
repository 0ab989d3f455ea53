import type { AttemptState, Media, MessageType, Template } from '../contract/attempts.ts';
import type { StoredContent } from './attemptContent.ts';
import type { DeliveryStatus } from './provider.ts';

/**
 * One message to one phone, with all its tries, as it stands in the database. What it says may be sealed there:
 * `AttemptStore.content` opens it.
 */
export type AttemptRow = StoredContent & {
  id: string;
  lineId: string;
  type: MessageType;
  campaignId: string | null;
  contactId: string | null;
  phone: string;
  /** Time zone of the person it goes to; empty for that of its line (SND-13). */
  timeZone: string;
  category: string | null;
  priority: number;
  state: AttemptState;
  tries: number;
  maxAttempts: number;
  reference: string;
  idempotencyKey: string | null;
  contentHash: string | null;
  dueAt: number;
  expiresAt: number | null;
  errorCode: string | null;
  errorDetail: string | null;
  createdAt: number;
  sendingAt: number | null;
  sentAt: number | null;
  deliveredAt: number | null;
  readAt: number | null;
  finishedAt: number | null;
  unknownAt: number | null;
  lookups: number;
  absentSince: number | null;
  lookupAt: number | null;
  parkedAt: number | null;
  updatedAt: number;
};

/** What is needed to queue a message. */
export type NewAttempt = {
  lineId: string;
  type: MessageType;
  phone: string;
  body: string;
  priority: number;
  maxAttempts: number;
  dueAt: number;
  campaignId?: string;
  contactId?: string;
  timeZone?: string | null;
  media?: Media | null;
  template?: Template | null;
  category?: string | null;
  title?: string | null;
  context?: Record<string, unknown> | null;
  idempotencyKey?: string | null;
  contentHash?: string | null;
  expiresAt?: number | null;
};

/** Up to `most` first messages of a campaign leave from `dueAt` on. */
export type Advance = { campaignId: string; dueAt: number; now: number; most: number };

/** Where messages are queued; every call is part of the caller's transaction. */
export type AttemptQueue = {
  /** Campaign messages get the reference `CAMPAIGN:CONTACT:type`; a second one for the same step throws `conflict`. */
  add(attempt: NewAttempt): AttemptRow;
  /** Whether this step of this contact exists already, in whatever state. */
  exists(step: { campaignId: string; contactId: string; type: 'message_1' | 'message_2' }): boolean;
  /** Cancels up to `most` messages that have not left yet (pending, failed_retry); returns how many. */
  cancelOfCampaign(campaignId: string, reason: string, most: number): number;
  /** Cancels what has not left yet to a phone; returns how many. */
  cancelToPhone(phone: string, reason: string): number;
  /** The same for what was queued for a contact, whatever phone it had then. */
  cancelOfContact(contactId: string, reason: string): number;
  /** Lets up to `most` first messages that wait for a later hour leave from `dueAt` on; returns how many. */
  advanceOfCampaign(campaignId: string, dueAt: number, most: number): number;
};

/**
 * Something that happened to an attempt. Listeners run inside the transaction that records it,
 * so that what follows from it (a recipient's state, a campaign's figures) is committed with it or not at all.
 */
export type AttemptChange = {
  attempt: AttemptRow;
  kind: 'queued_again' | 'accepted' | 'ids_learnt' | DeliveryStatus | 'unknown' | 'cancelled' | 'expired';
  at: number;
  /**
   * Error code, for `failed`, `cancelled`, `expired`. `failed` is final here: a planned retry is not announced.
   * `sent` takes a `failed` back: a later report proved delivery. `queued_again`: the operator retries a failed one.
   * `ids_learnt`: more ids are known of one that was accepted.
   */
  code: string | null;
};
export type AttemptListener = (change: AttemptChange) => void;
