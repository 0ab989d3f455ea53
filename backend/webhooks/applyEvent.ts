import type { WebhookVerdict } from '../contract/webhookEvents.ts';
import type { ProviderEvent } from '../sending/provider.ts';
import type { AnswerListener, Change, ReportListener, SessionListener } from './dependencies.ts';
import type { EventStore } from './eventStore.ts';

/** What came of one event. */
export type Applied = {
  verdict: Extract<WebhookVerdict, 'applied' | 'unmatched' | 'ignored'>;
  reason: string | null;
  changes: Change[];
  attemptId: string | null;
  phone: string | null;
  providerMessageId: string | null;
  /** Under what it may be matched later. */
  orphanKeys: string[];
  /** A sender whose phone is now known: its earlier answers can be matched. */
  learnt: { senderId: string; phone: string } | null;
};

export type EventContext = { lineId: string; receivedAt: number; now: number };

type StatusEvent = Extract<ProviderEvent, { kind: 'status' }>;
type AnswerEvent = Extract<ProviderEvent, { kind: 'answer' }>;

type Dependencies = {
  store: EventStore;
  attempts: ReportListener;
  answers: AnswerListener;
  lineHealth: SessionListener;
};

const NOTHING: Omit<Applied, 'verdict'> = {
  reason: null,
  changes: [],
  attemptId: null,
  phone: null,
  providerMessageId: null,
  orphanKeys: [],
  learnt: null,
};

/** Applies one event of a provider to attempts, campaigns and lines; part of the caller's transaction. */
export function createEventApplier({ store, attempts, answers, lineHealth }: Dependencies) {
  /** Remembers what the provider calls a phone, where that is not the phone itself. */
  function learn(senderId: string | null, phone: string, context: EventContext): Applied['learnt'] {
    // Empty: the message was so old that its phone is gone (SND-9).
    if (senderId === null || phone === '' || isPhone(senderId, phone)) return null;
    const { lineId, now } = context;
    return store.learn({ lineId, senderId, phone, now }) ? { senderId, phone } : null;
  }

  function applyStatus(event: StatusEvent, context: EventContext): Applied {
    const { providerIds, reference, status, code, recipientId } = event;
    const at = event.at === 0 ? context.receivedAt : event.at;
    const attempt = attempts.applyReport({ lineId: context.lineId, providerIds, reference, status, at, code });
    const providerMessageId = providerIds[0] ?? null;
    if (attempt === null) {
      const keys = [...providerIds.map(idKey), ...(reference === null ? [] : [referenceKey(reference)])];
      return { ...NOTHING, verdict: 'unmatched', reason: 'unknown_message', providerMessageId, orphanKeys: keys };
    }
    return {
      ...NOTHING,
      verdict: 'applied',
      changes: [{ kind: 'attempt', id: attempt.id }],
      attemptId: attempt.id,
      providerMessageId,
      learnt: learn(recipientId ?? null, attempt.phone, context),
    };
  }

  function applyAnswer(event: AnswerEvent, context: EventContext): Applied {
    const { lineId, receivedAt } = context;
    const { senderId, providerMessageId, quotedProviderId, type, text } = event;
    // What was learnt goes first: an id that looks like a phone can differ from the one that was written to.
    const known = senderId === null ? null : store.phoneOf(lineId, senderId);
    const quoted = quotedProviderId === null ? null : store.phoneOfMessage(lineId, quotedProviderId);
    const phone = known ?? event.phone ?? quoted;
    const at = event.at === 0 ? receivedAt : event.at;
    // A reaction does not start Meta's 24 hours.
    if (phone !== null && type !== 'reaction') store.noteIncoming(lineId, phone, Math.min(at, receivedAt));
    const answer = { lineId, providerMessageId, phone, senderId, type, text, at, quotedProviderId, receivedAt };
    const { verdict, changes } = answers.onAnswer(answer);
    const attemptId = changes.find(({ kind }) => kind === 'attempt')?.id ?? null;
    const applied = { ...NOTHING, verdict, changes, attemptId, phone, providerMessageId };
    if (verdict === 'unmatched') {
      const keys = [
        // Under both: what looks like the sender's phone can turn out to be another one's name at the provider.
        ...(phone === null || senderId !== null ? [senderKey(senderId ?? '')] : []),
        ...(phone === null ? [] : [phoneKey(phone)]),
        ...(quotedProviderId === null ? [] : [idKey(quotedProviderId)]),
      ];
      return { ...applied, reason: phone === null ? 'hidden_sender' : 'unknown_contact', orphanKeys: keys };
    }
    return {
      ...applied,
      reason: verdict === 'ignored' ? 'not_counted' : null,
      learnt: phone === null || known !== null ? null : learn(senderId, phone, context),
    };
  }

  return function apply(event: ProviderEvent, context: EventContext): Applied {
    switch (event.kind) {
      case 'status':
        return applyStatus(event, context);
      case 'answer':
        return applyAnswer(event, context);
      case 'session': {
        const { state, detail } = event;
        lineHealth.onSession(context.lineId, { state, detail, sentToday: null });
        return { ...NOTHING, verdict: 'applied', changes: [{ kind: 'line', id: context.lineId }] };
      }
      case 'ignored':
        return { ...NOTHING, verdict: 'ignored', reason: event.reason };
    }
  };
}

export const idKey = (id: string): string => `id:${id}`;
export const referenceKey = (reference: string): string => `ref:${reference}`;
export const phoneKey = (phone: string): string => `phone:${phone}`;
export const senderKey = (senderId: string): string => `sender:${senderId}`;

function isPhone(senderId: string, phone: string): boolean {
  const [user = '', domain] = senderId.split('@');
  return domain !== 'lid' && user.split(':')[0]?.replace(/\D/g, '') === phone.slice(1);
}
