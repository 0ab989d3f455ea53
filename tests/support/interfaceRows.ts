import type { AttemptDetail, AttemptState } from '../../backend/contract/attempts.ts';
import type { Recipient, RecipientState } from '../../backend/contract/campaigns.ts';
import type { Contact } from '../../backend/contract/contacts.ts';
import type { WebhookEventDetail, WebhookVerdict } from '../../backend/contract/webhookEvents.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, toIso } from '../../backend/core/days.ts';
import { someAttemptDetail, someContact } from './samples.ts';

export const NOW = Date.parse('2026-11-20T13:42:00.000Z');
export const ago = (durationMs: number): string => toIso(NOW - durationMs);
export const of = <Item>(items: readonly Item[], index: number): Item => items[index % items.length]!;

const FIRST_NAMES = ['Amélie', 'Karim', 'Zoé', 'Thomas', 'Fatou', 'Léa', 'Nicolas', 'Inès', 'Hugo', 'Awa', 'Jules'];
const LAST_NAMES = ['Martin', 'Benali', 'Dubois', 'Nguyen', 'Diallo', 'Lefèvre', 'Moreau', 'Rossi', 'Petit', 'Garnier'];
const CITIES = ['Lyon', 'Nantes', 'Lille', 'Bordeaux', 'Marseille'];
const nameOf = (index: number): string => `${of(FIRST_NAMES, index)} ${of(LAST_NAMES, index * 7 + 3)}`;
export const phoneOf = (index: number): string => `+3363998${String((index * 73) % 10_000).padStart(4, '0')}`;

const ATTEMPT_STATES: AttemptState[] = [
  ...(['read', 'delivered', 'sent', 'read', 'delivered', 'read', 'pending'] as const),
  ...(['failed_retry', 'read', 'failed_final', 'sent', 'delivered', 'sending', 'cancelled'] as const),
];
const UNREACHABLE = {
  code: 'provider_unreachable',
  message: 'Le fournisseur est injoignable. Un nouvel essai est prévu.',
};
export const FAILURES = [
  { code: 'number:notfound', message: 'Ce numéro n’est pas sur WhatsApp. Corrigez-le ou retirez ce contact.' },
  { code: 'contact:blocked', message: 'Ce contact a bloqué la ligne. Aucun message ne lui parviendra.' },
  { code: 'media:unsupported', message: 'La pièce jointe n’est pas acceptée. Choisissez un autre format.' },
];

export const ENGLISH_FAILURES = [
  { code: 'number:notfound', message: 'This number is not on WhatsApp. Correct it or remove this contact.' },
  { code: 'contact:blocked', message: 'This contact blocked the line. No message will reach it.' },
  { code: 'media:unsupported', message: 'The attachment is not accepted. Choose another format.' },
];

export function attempt(index: number): AttemptDetail {
  const state = of(ATTEMPT_STATES, index);
  const failure = state === 'failed_retry' ? UNREACHABLE : state === 'failed_final' ? of(FAILURES, index) : null;
  const at = index * 4 * MINUTE_MS;
  const sent = ['sent', 'delivered', 'read'].includes(state);
  const steps = ['queued', 'sending', 'accepted', 'reported_delivered', 'reported_read'];
  const seen = { sent: 3, delivered: 4, read: 5, pending: 1, sending: 2 }[state as string] ?? 2;
  return {
    ...someAttemptDetail,
    id: `attempt-${index}`,
    to: phoneOf(index),
    type: index % 4 === 1 ? 'message_2' : 'message_1',
    state,
    tries: state === 'pending' ? 0 : 1,
    line: 'wassenger',
    campaignId: 'campaign-1',
    contactId: `contact-${index}`,
    reference: `campaign-1:contact-${index}:message_1`,
    providerIds: sent ? [`64f1c0ffee${String(index).padStart(14, '0')}`] : [],
    errorCode: failure?.code ?? null,
    errorMessage: failure?.message ?? null,
    createdAt: ago(at + MINUTE_MS),
    sentAt: sent ? ago(at) : null,
    deliveredAt: ['delivered', 'read'].includes(state) ? ago(at - 20_000) : null,
    readAt: state === 'read' ? ago(at - 40_000) : null,
    nextAttemptAt: state === 'failed_retry' ? toIso(NOW + 4 * MINUTE_MS) : null,
    body: `Bonjour ${of(FIRST_NAMES, index)}, votre rendez-vous est confirmé pour jeudi. Répondez OUI pour recevoir le plan d’accès.`,
    timeline: [
      ...steps.slice(0, seen).map((event, step) => ({ at: ago(at + MINUTE_MS - step * 20_000), event, detail: null })),
      ...(failure
        ? [
            {
              at: ago(at),
              event: state === 'failed_final' ? 'refused_for_good' : 'refused_will_retry',
              detail: { code: failure.code, try: 1 },
            },
          ]
        : []),
    ],
  };
}

export const unknownAttempt = (index: number, parked: boolean): AttemptDetail => ({
  ...attempt(index),
  state: 'unknown',
  sentAt: null,
  parkedAt: parked ? ago(2 * HOUR_MS) : null,
  errorCode: 'outcome_unknown',
  errorMessage: 'Le fournisseur n’a pas confirmé l’envoi. Le message n’est pas renvoyé ; Vigie vérifie s’il est parti.',
});

export const contact = (index: number): Contact => ({
  ...someContact,
  id: `contact-${index}`,
  name: index % 23 === 5 ? '' : nameOf(index),
  phone: phoneOf(index),
  attributes: { prenom: of(FIRST_NAMES, index), ville: of(CITIES, index) },
  categoryIds: index % 5 === 4 ? ['category-1', 'category-3'] : [`category-${(index % 3) + 1}`],
  optedOutAt: index % 37 === 11 ? ago(3 * DAY_MS) : null,
  createdAt: ago(index * 11 * MINUTE_MS),
});

const RECIPIENT_STATES: RecipientState[] = [
  ...(['message_2_sent', 'message_1_sent', 'no_interaction', 'answered', 'message_1_sent'] as const),
  ...(['failed', 'pending', 'late_interaction', 'opted_out', 'message_2_sent'] as const),
];

export function recipient(index: number): Recipient {
  const state = of(RECIPIENT_STATES, index);
  const left = state !== 'pending' && state !== 'failed';
  const answered = ['answered', 'message_2_sent', 'late_interaction'].includes(state);
  return {
    contactId: `contact-${index}`,
    name: nameOf(index),
    phone: phoneOf(index),
    state,
    reason: state === 'failed' ? 'number:notfound' : null,
    reasonMessage: state === 'failed' ? FAILURES[0]!.message : null,
    message1SentAt: left ? ago(5 * HOUR_MS + index * MINUTE_MS) : null,
    deliveredAt: left ? ago(5 * HOUR_MS + index * MINUTE_MS - 9_000) : null,
    readAt: answered ? ago(4 * HOUR_MS + index * MINUTE_MS) : null,
    interactionAt: answered ? ago(3 * HOUR_MS + index * MINUTE_MS) : null,
    interactionType: answered ? of(['text', 'voice', 'emoji', 'image'] as const, index) : null,
    within24h: answered ? state !== 'late_interaction' : null,
    message2SentAt: state === 'message_2_sent' ? ago(3 * HOUR_MS + index * MINUTE_MS - 4_000) : null,
  };
}

const VERDICTS: WebhookVerdict[] = [
  'applied',
  'applied',
  'duplicate',
  'applied',
  'unmatched',
  'ignored',
  'failed',
  'rejected',
];
const EVENTS = [
  'message:out:ack',
  'message:in:new',
  'message:out:sent',
  'message:out:ack',
  'message:reaction',
  'number:session',
];

export function webhook(index: number): WebhookEventDetail {
  const verdict = of(VERDICTS, index);
  return {
    id: `${1_000 - index}`,
    provider: 'wassenger',
    event: of(EVENTS, index),
    verdict,
    reason: verdict === 'rejected' ? 'invalid_signature' : verdict === 'failed' ? 'database_busy' : null,
    changes: verdict === 'applied' ? [{ kind: 'attempt', id: `attempt-${index}` }] : [],
    attemptId: verdict === 'applied' ? `attempt-${index}` : null,
    phoneMasked: '+33*******42',
    receivedAt: ago(index * 41_000),
    processedAt: ago(index * 41_000 - 12),
    body: JSON.stringify({
      object: 'message',
      event: of(EVENTS, index),
      data: { fromNumber: '+33*******42', ack: 'read' },
    }),
  };
}
