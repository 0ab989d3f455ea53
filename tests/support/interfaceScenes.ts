import type { AttemptDetail } from '../../backend/contract/attempts.ts';
import type { Campaign, Recipient } from '../../backend/contract/campaigns.ts';
import type { Category, Contact, Suppression } from '../../backend/contract/contacts.ts';
import type { Locale } from '../../backend/contract/common.ts';
import type { DayCounts, MessageError, MonitoringStats } from '../../backend/contract/monitoring.ts';
import type { WebhookEventDetail } from '../../backend/contract/webhookEvents.ts';
import type { AuditEntry, Settings } from '../../backend/contract/workspace.ts';
import { DAY_MS, dayOf, HOUR_MS, MINUTE_MS, toIso } from '../../backend/core/days.ts';
import {
  ago,
  attempt,
  contact,
  ENGLISH_FAILURES,
  FAILURES,
  NOW,
  of,
  phoneOf,
  recipient,
  unknownAttempt,
  webhook,
} from './interfaceRows.ts';
import { someCampaign, someLine, someSettings, someStats } from './samples.ts';

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
  lines: [someLine],
};

/** A working day: the attention level, three campaigns, something to resolve. */
export function workingDay(language: Locale = 'fr'): Scene {
  const attempts = [
    unknownAttempt(301, true),
    unknownAttempt(302, false),
    ...Array.from({ length: 260 }, (_, index) => attempt(index)),
  ];
  return structuredClone({
    stats: {
      ...someStats,
      ...history.at(-1)!,
      alertLevel: 'attention',
      badge: true,
      interactionRate: 0.342,
      remainingCapacity: 23,
      heldForReplies: 12,
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
      ...of(language === 'fr' ? FAILURES : ENGLISH_FAILURES, index),
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
      reason: 'stop',
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
    settings: { ...settings, locale: language },
  });
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
