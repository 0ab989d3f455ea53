import type { Media, Template } from '../contract/attempts.ts';
import type { InteractionType } from '../contract/campaigns.ts';
import type { Capabilities, ProviderName } from '../contract/lines.ts';
import type { DeliveryStatus } from '../domain/attemptStates.ts';
import type { ErrorClass } from '../domain/retry.ts';

export type { DeliveryStatus, ErrorClass };

/** A message as a provider gets it. A repeated try is the same, byte for byte. */
export type OutgoingMessage = {
  reference: string;
  phone: string;
  body: string;
  media: Media | null;
  template: Template | null;
  /** 1 (highest) to 5. */
  priority: number;
  /** The provider must not let it leave after this instant. */
  expiresAt: number | null;
};

/** Outcome of one try (SND-6). Only `accepted` and `unknown` keep their slot. */
export type SendOutcome =
  | { kind: 'accepted'; providerIds: string[] }
  /** The provider said no: it provably did not take the message. */
  | { kind: 'refused'; code: string; class: ErrorClass; detail: string; retryAfterMs?: number }
  /**
   * Nothing left this machine: connection refused, DNS or TLS failure before the first byte; or another machine is at it;
   * or it was with the other hosts and came back, and may no longer leave.
   */
  | { kind: 'not_sent'; code: 'provider_unreachable' | 'follow_up_locked' | 'taken_back'; detail: string }
  /** The request may have left and no usable answer came. */
  | {
      kind: 'unknown';
      code: 'timeout' | 'connection_lost' | 'server_error' | 'unreadable_answer' | 'sent_before_restore';
      detail: string;
    };

/** Answer to "do you know this reference?". */
export type LookupOutcome =
  | { kind: 'found'; providerIds: string[]; acceptedAt: number | null; status: DeliveryStatus | 'queued'; code: string }
  | { kind: 'absent' }
  /** No answer, or one that says nothing: ask again later. */
  | { kind: 'unavailable'; detail: string };

/** State of the sender at the provider. */
export type LineHealth = { state: 'online' | 'offline' | 'restricted'; detail: string; sentToday: number | null };

/** One event read from a webhook, in our words. */
export type ProviderEvent = {
  /** The provider's name of the event, kept for the log. */
  event: string;
  /** The same event again has the same key. */
  dedupeKey: string;
} & (
  | {
      kind: 'status';
      /** Every id that the event carries; any may match. */
      providerIds: string[];
      reference: string | null;
      status: DeliveryStatus;
      /** 0 when the event names no time of its own: then it counts from its receipt. */
      at: number;
      /** Error code of a failure, else empty. */
      code: string;
      /** What the provider calls the contact, where that is not the phone: how answers that hide it are matched. */
      recipientId?: string;
    }
  | {
      kind: 'answer';
      providerMessageId: string;
      /** E.164; null when the sender hides it. */
      phone: string | null;
      /** What the provider calls the sender, e.g. `123@lid`. */
      senderId: string | null;
      type: InteractionType;
      text: string | null;
      at: number;
      quotedProviderId: string | null;
    }
  | { kind: 'session'; state: LineHealth['state']; detail: string }
  /** Known and without consequence, or not known at all: kept and counted. */
  | { kind: 'ignored'; reason: 'unknown_event' | 'own_message' | 'group' | 'not_an_answer' }
);

/** What the public port checks before it believes a request (WHK-3). */
export type WebhookRequest = {
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
};

/** One sender at one provider. Implementations keep no state of ours. */
export type Provider = {
  readonly name: ProviderName;
  readonly capabilities: Capabilities;
  /** How many ids it gives to one message; a webhook may carry any of them alone. Absent: one. */
  readonly idsPerMessage?: number;
  send(message: OutgoingMessage): Promise<SendOutcome>;
  /** Only where `capabilities.lookupByReference`. */
  lookUp(reference: string): Promise<LookupOutcome>;
  health(): Promise<LineHealth>;
  /** Class of an error code that arrives later, by webhook or look-up. */
  classify(code: string): ErrorClass;
  /** What a code on several contacts running says about the line; absent where no code says anything. */
  whenRepeated?(code: string): 'pause_line' | 'pause_message_1' | null;
  /** True when the signature is right, or when the line has no secret. */
  verifyWebhook(request: WebhookRequest): boolean;
  /**
   * Reads a webhook's parsed body, tolerantly.
   * @throws VigieError `bad_request` when it is not one of the provider's envelopes
   */
  readWebhook(body: unknown): ProviderEvent[];
  /** Whether a body is about this very sender; absent where the address of the webhook says it. */
  isNamedIn?(body: unknown): boolean;
};
