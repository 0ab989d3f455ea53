import type { InteractionType } from '../contract/campaigns.ts';
import type { DeliveryStatus, LineHealth, Provider } from '../sending/provider.ts';

/** A line as far as webhooks are concerned. `webhookToken`: the unguessable part of its path, or Meta's verify token. */
export type WebhookLine = {
  id: string;
  provider: Provider;
  webhookToken: string;
  /** Former parts of its path, and until when (epoch ms) they are taken too. */
  formerTokens?: readonly { token: string; until: number }[];
};

/** The lines configured on this machine. */
export type WebhookLines = { all(): readonly WebhookLine[] };

/** What a webhook says about a message of ours. */
export type DeliveryReport = {
  lineId: string;
  /** Any of them may match, else the reference. */
  providerIds: readonly string[];
  reference: string | null;
  status: DeliveryStatus;
  at: number;
  code: string;
};
/** Applies a report within the caller's transaction; null when no attempt is known by its ids or reference. */
export type ReportListener = { applyReport(report: DeliveryReport): { id: string; phone: string } | null };

/** A message that a contact wrote. */
export type Answer = {
  lineId: string;
  providerMessageId: string;
  /** E.164; null when the sender hides it and nothing was learnt about it. */
  phone: string | null;
  senderId: string | null;
  type: InteractionType;
  text: string | null;
  /** The provider's own stamp; the time of receipt where it gave none. */
  at: number;
  quotedProviderId: string | null;
  receivedAt: number;
};
/** What an event changed, for the log. */
export type Change = { kind: string; id: string };
/** Applies an answer within the caller's transaction, once however often it is called. */
export type AnswerListener = {
  onAnswer(answer: Answer): { changes: Change[]; verdict: 'applied' | 'unmatched' | 'ignored' };
};

export type SessionListener = { onSession(lineId: string, health: LineHealth): void };
