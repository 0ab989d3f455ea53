import type { AttemptDetail, AttemptState } from '../../backend/contract/attempts.ts';
import type { Campaign, Recipient, RecipientState } from '../../backend/contract/campaigns.ts';
import type { Category, Contact, Suppression } from '../../backend/contract/contacts.ts';
import type { DayCounts, MessageError, MonitoringStats } from '../../backend/contract/monitoring.ts';
import type { WebhookEventDetail, WebhookVerdict } from '../../backend/contract/webhookEvents.ts';
import type { AuditEntry, Settings } from '../../backend/contract/workspace.ts';
import { DAY_MS, dayOf, HOUR_MS, MINUTE_MS, toIso } from '../../backend/core/days.ts';
import { someAttemptDetail, someCampaign, someContact, someSettings, someStats } from './stubServices.ts';

/** What the interface shows, all of it, at one moment. */
export type Scene = {
  stats: MonitoringStats;
  history: DayCounts[];
  errors: MessageError[];
  attempts: AttemptDetail[];
  contacts: Contact[];
  categories: Category[];
  campaigns: Campaign[];
  recipients: Recipient[];
  webhooks: WebhookEventDetail[];
  suppressions: Suppression[];
  audit: AuditEntry[];
  settings: Settings;
};

const NOW = Date.parse('2026-11-20T13:42:00.000Z');
const ago = (durationMs: number): string => toIso(NOW - durationMs);
const of = <Item>(items: readonly Item[], index: number): Item => items[index % items.length]!;

const FIRST_NAMES = ['Amélie', 'Karim', 'Zoé', 'Thomas', 'Fatou', 'Léa', 'Nicolas', 'Inès', 'Hugo', 'Awa', 'Jules'];
const LAST_NAMES = ['Martin', 'Benali', 'Dubois', 'Nguyen', 'Diallo', 'Lefèvre', 'Moreau', 'Rossi', 'Petit', 'Garnier'];
const CITIES = ['Lyon', 'Nantes', 'Lille', 'Bordeaux', 'Marseille'];
const nameOf = (index: number): string => `${of(FIRST_NAMES, index)} ${of(LAST_NAMES, index * 7 + 3)}`;
const phoneOf = (index: number): string => `+336${String(12_000_000 + index * 7_919).padStart(8, '0')}`;

const ATTEMPT_STATES: AttemptState[] = [
  ...(['read', 'delivered', 'sent', 'read', 'delivered', 'read', 'pending'] as const),
  ...(['failed_retry', 'read', 'failed_final', 'sent', 'delivered', 'sending', 'cancelled'] as const),
];
const FAILURES = [
  { code: 'number:notfound', message: 'Ce numéro n’est pas sur WhatsApp. Corrigez-le ou retirez ce contact.' },
  { code: 'provider_unreachable', message: 'Le fournisseur est injoignable. Un nouvel essai est prévu.' },
  { code: 'contact:blocked', message: 'Ce contact a bloqué la ligne. Aucun message ne lui parviendra.' },
  { code: 'media:unsupported', message: 'La pièce jointe n’est pas acceptée. Choisissez un autre format.' },
];

function attempt(index: number): AttemptDetail {
  const state = of(ATTEMPT_STATES, index);
  const failure = state.startsWith('failed') ? of(FAILURES, index) : null;
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
      ...(failure ? [{ at: ago(at), event: 'refused_for_good', detail: { code: failure.code, try: 1 } }] : []),
    ],
  };
}

const unknownAttempt = (index: number, parked: boolean): AttemptDetail => ({
  ...attempt(index),
  state: 'unknown',
  sentAt: null,
  parkedAt: parked ? ago(2 * HOUR_MS) : null,
  errorCode: 'timeout',
  errorMessage: 'Le fournisseur n’a pas confirmé l’envoi. Le message n’est pas renvoyé ; Vigie vérifie s’il est parti.',
});

const contact = (index: number): Contact => ({
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

function recipient(index: number): Recipient {
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

function webhook(index: number): WebhookEventDetail {
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

const COUNTS = [96, 141, 168, 58, 12, 155, 148];
const history = COUNTS.map((sent, index): DayCounts => {
  const message2 = Math.round(sent * 0.24);
  const other = index % 3 === 1 ? 4 : 2;
  const date = dayOf(NOW - (COUNTS.length - 1 - index) * DAY_MS);
  return { date, sent, message1: sent - message2 - other, message2, other, errors: [3, 6, 9, 1, 0, 7, 5][index]! };
});

const categories: Category[] = [
  ['Clients', '#4A63D8', 184],
  ['Prospects', '#0F8A8A', 96],
  ['Abonnés à la lettre', '#B7791F', 420],
].map(([name, color, contactCount], index) => ({
  id: `category-${index + 1}`,
  name: name as string,
  color: color as string,
  contactCount: contactCount as number,
  createdAt: ago(DAY_MS),
  updatedAt: ago(DAY_MS),
}));

const message1 = { body: 'Bonjour {{prenom|}}, nos portes ouvertes ont lieu samedi à {{ville|Lyon}}. Viendrez-vous ?' };
const message2 = { body: 'Merci pour votre réponse, {{prenom|}}. Voici le programme : https://exemple.fr/programme' };
const figures = { ...someCampaign, message1, message2, createdAt: ago(6 * HOUR_MS), startedAt: ago(5 * HOUR_MS) };
const campaigns: Campaign[] = [
  {
    ...figures,
    name: 'Portes ouvertes de novembre',
    totalContacts: 184,
    messagesSent: 118,
    messagesDelivered: 112,
    messagesRead: 87,
    interactions: 36,
    message2Sent: 33,
    failures: 4,
    noInteraction: 9,
    late: 2,
    optedOut: 1,
    failedCount: 13,
  },
  {
    ...figures,
    id: 'campaign-2',
    name: 'Rappel de fin de saison',
    status: 'paused',
    totalContacts: 96,
    messagesSent: 22,
    messagesDelivered: 21,
    messagesRead: 14,
    interactions: 5,
    message2Sent: 5,
    failures: 1,
    createdAt: ago(30 * HOUR_MS),
  },
  {
    ...figures,
    id: 'campaign-3',
    name: 'Enquête de satisfaction',
    status: 'completed',
    totalContacts: 120,
    messagesSent: 117,
    messagesDelivered: 114,
    messagesRead: 96,
    interactions: 51,
    message2Sent: 51,
    failures: 3,
    noInteraction: 63,
    late: 3,
    endedAt: ago(3 * DAY_MS),
    createdAt: ago(6 * DAY_MS),
  },
  {
    ...figures,
    id: 'campaign-4',
    name: 'Vœux de la nouvelle année',
    status: 'draft',
    totalContacts: 0,
    messagesSent: 0,
    messagesDelivered: 0,
    messagesRead: 0,
    interactions: 0,
    message2Sent: 0,
    failures: 0,
    startedAt: null,
    createdAt: ago(HOUR_MS),
  },
];

const settings: Settings = {
  ...someSettings,
  dataDir: '/home/operateur/.local/share/vigie',
  adminAddress: 'http://127.0.0.1:4780',
  webhookAddress: 'http://127.0.0.1:4781',
  stopWords: ['STOP', 'ARRET', 'DESINSCRIRE'],
  lines: [
    {
      id: 'wassenger',
      provider: 'wassenger',
      label: 'Ligne principale',
      isDefault: true,
      state: 'online',
      webhookPath: '/webhooks/wassenger/kq3v9x2m7c1b8n5z',
      capabilities: {
        deliveryReports: true,
        readReports: true,
        reactions: true,
        lookupByReference: true,
        needsTemplate: false,
        signsWebhooks: true,
      },
    },
  ],
};

/** A working day: the attention level, three campaigns, something to resolve. */
export function workingDay(): Scene {
  const attempts = [
    unknownAttempt(301, true),
    unknownAttempt(302, false),
    ...Array.from({ length: 260 }, (_, index) => attempt(index)),
  ];
  return {
    stats: {
      ...someStats,
      ...history.at(-1)!,
      alertLevel: 'attention',
      badge: true,
      interactionRate: 0.342,
      remainingCapacity: 23,
      errorRate: 0.033,
      forecast: { exhaustedAt: toIso(NOW + 2.4 * HOUR_MS) },
      unknown: 2,
      toResolve: 1,
      updatedAt: toIso(NOW),
    },
    history,
    errors: Array.from({ length: 10 }, (_, index) => ({
      id: `${index}`,
      attemptId: `attempt-${9 + 14 * index}`,
      ...of(FAILURES, index),
      phoneMasked: `+33*******${10 + index * 7}`,
      occurredAt: ago(index * 23 * MINUTE_MS),
    })),
    attempts,
    contacts: Array.from({ length: 700 }, (_, index) => contact(index)),
    categories,
    campaigns,
    recipients: Array.from({ length: 184 }, (_, index) => recipient(index)),
    webhooks: Array.from({ length: 240 }, (_, index) => webhook(index)),
    suppressions: [3, 9, 14].map((index) => ({
      phone: phoneOf(index),
      reason: 'STOP',
      createdAt: ago(index * HOUR_MS),
    })),
    audit: ['campaign.start', 'sending.pause', 'sending.resume', 'settings.update', 'attempt.retry'].map(
      (action, index) => ({
        id: `${index}`,
        at: ago(index * 50 * MINUTE_MS),
        actor: 'interface',
        action,
        target: action.startsWith('settings') ? 'dailyLimit' : 'campaign-1',
        detail: null,
      }),
    ),
    settings,
  };
}

/** A workspace that nobody has used yet. */
export function emptyWorkspace(): Scene {
  const zeros = { sent: 0, message1: 0, message2: 0, other: 0, errors: 0 };
  return {
    ...workingDay(),
    stats: {
      ...someStats,
      ...zeros,
      date: dayOf(NOW),
      interactionRate: 0,
      remainingCapacity: 180,
      errorRate: 0,
      rolling: { sent: 0, limit: 1000 },
      updatedAt: toIso(NOW),
    },
    history: history.map(({ date }) => ({ date, ...zeros })),
    errors: [],
    attempts: [],
    contacts: [],
    categories: [],
    campaigns: [],
    recipients: [],
    webhooks: [],
    suppressions: [],
    audit: [],
    settings: { ...settings, lines: [] },
  };
}

/** The day's figures at `sent` messages of 180, as the backend would tell them. */
export function statsAt(sent: number): Partial<MonitoringStats> {
  const alertLevel = sent > 180 ? 'blocked' : sent > 162 ? 'danger' : sent > 135 ? 'attention' : 'ok';
  const canSend = sent < 180;
  const remainingCapacity = Math.max(0, Math.floor((180 - sent) / 1.342));
  return {
    sent,
    message1: Math.round(sent * 0.74),
    message2: sent - Math.round(sent * 0.74) - 2,
    alertLevel,
    badge: sent > 135,
    canSend,
    blockedReason: canSend ? '' : 'daily_limit_reached',
    blockedMessage: canSend
      ? ''
      : `Limite quotidienne atteinte (${sent} sur 180). Les envois reprennent à 00:00 UTC (01:00 chez vous).`,
    remainingCapacity,
    capacityWarning: remainingCapacity < 10,
  };
}
