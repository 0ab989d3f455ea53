import type { PullAnswer } from '../../backend/cli/command.ts';
import type { Attempt, AttemptDetail } from '../../backend/contract/attempts.ts';
import type { Protection } from '../../backend/contract/protection.ts';
import type { Backup } from '../../backend/contract/backups.ts';
import type { Campaign } from '../../backend/contract/campaigns.ts';
import type { Category, Contact } from '../../backend/contract/contacts.ts';
import type { ExportChunk } from '../../backend/contract/exports.ts';
import type { ContactImport } from '../../backend/contract/imports.ts';
import type { Line } from '../../backend/contract/lines.ts';
import type { MonitoringStats } from '../../backend/contract/monitoring.ts';
import type { Relay } from '../../backend/contract/relay.ts';
import type { WebhookEventDetail } from '../../backend/contract/webhookEvents.ts';
import type { SyncStatus } from '../../backend/contract/sync.ts';
import type { ScheduledJob, Settings } from '../../backend/contract/workspace.ts';

const AT = '2026-11-20T08:00:00.000Z';

export const someStats: MonitoringStats = {
  date: '2026-11-20',
  sent: 132,
  message1: 100,
  message2: 30,
  other: 2,
  errors: 3,
  limit: 180,
  canSend: true,
  blockedReason: '',
  blockedMessage: '',
  alertLevel: 'ok',
  badge: false,
  interactionRate: 0.3,
  remainingCapacity: 36,
  capacityWarning: false,
  heldForReplies: 0,
  errorRate: 0.02,
  errorAlert: false,
  rolling: { sent: 640, limit: 1000 },
  forecast: { exhaustedAt: null },
  paused: false,
  pauses: [],
  lines: [],
  clock: { heldUntil: null, offsetMinutes: null },
  shared: null,
  unknown: 0,
  toResolve: 0,
  updatedAt: AT,
};

export const someAttempt: Attempt = {
  id: 'attempt-1',
  to: '+33612345678',
  type: 'notification',
  state: 'pending',
  priority: 3,
  tries: 0,
  maxAttempts: 3,
  line: 'default',
  campaignId: null,
  contactId: null,
  reference: 'attempt:attempt-1',
  providerIds: [],
  errorCode: null,
  errorMessage: null,
  category: null,
  title: null,
  createdAt: AT,
  sentAt: null,
  deliveredAt: null,
  readAt: null,
  nextAttemptAt: AT,
  expiresAt: null,
  parkedAt: null,
};

export const someAttemptDetail: AttemptDetail = {
  ...someAttempt,
  body: 'Bonjour',
  media: null,
  context: null,
  unreadable: false,
  timeline: [{ at: AT, event: 'created', detail: null }],
};

export const someContact: Contact = {
  id: 'contact-1',
  name: 'Awa',
  phone: '+33612345678',
  attributes: {},
  categoryIds: [],
  optedOutAt: null,
  createdAt: AT,
  updatedAt: AT,
};

export const someCategory: Category = {
  id: 'category-1',
  name: 'Clients',
  color: null,
  contactCount: 1,
  createdAt: AT,
  updatedAt: AT,
};

export const someCampaign: Campaign = {
  id: 'campaign-1',
  name: 'Novembre',
  status: 'running',
  message1: { body: 'Bonjour {{prenom}}' },
  message2: { body: 'Merci' },
  categoryIds: ['category-1'],
  contactIds: [],
  line: null,
  sendsPerMinute: null,
  startAt: null,
  startedAt: AT,
  endedAt: null,
  preparation: null,
  finalFigures: null,
  createdAt: AT,
  updatedAt: AT,
  totalContacts: 60,
  messagesSent: 40,
  messagesDelivered: 38,
  messagesRead: 30,
  interactions: 12,
  message2Sent: 11,
  failures: 1,
  noInteraction: 0,
  late: 0,
  optedOut: 0,
  cancelled: 0,
  failedCount: 1,
};

export const someJob: ScheduledJob = {
  name: 'cleanup',
  schedule: '0 2 * * *',
  lastStartedAt: null,
  lastFinishedAt: null,
  lastResult: null,
  nextAt: AT,
};

export const somePull: PullAnswer = {
  ...{ source: 'machine-1', rows: 1200, leftOut: 0, missing: 0, pushedAt: AT },
  ...{ usedKeys: [], missingKeys: [], unreadable: 0, linesWithoutKeys: [], keepDataKey: false },
};

export const someSync: SyncStatus = {
  state: 'up_to_date',
  problem: null,
  message: 'Tout est copié dans Supabase.',
  waiting: 0,
  waitingSince: null,
  lastPushAt: AT,
  copying: false,
  source: 'machine-1',
  setAsideCount: 0,
  setAside: [],
};

export const someChunk: ExportChunk = { csv: "phone\r\n'+33612345678\r\n", rows: 1 };

export const someImport: ContactImport = {
  id: 'import-1',
  fileName: 'clients.csv',
  state: 'done',
  size: 2_400,
  total: 60,
  expectedTotal: 60,
  imported: 56,
  updated: 0,
  refused: 4,
  categoryId: null,
  removed: 0,
  restored: 0,
  kept: 0,
  canUndo: true,
  canResume: false,
  problem: null,
  createdAt: AT,
  startedAt: AT,
  finishedAt: AT,
};

export const someWebhookEvent: WebhookEventDetail = {
  id: 'event-1',
  provider: 'simulator',
  event: 'message:in:new',
  verdict: 'applied',
  reason: null,
  changes: [],
  attemptId: null,
  phoneMasked: null,
  receivedAt: AT,
  processedAt: AT,
  body: '{}',
};

export const someSettings: Settings = {
  version: '0.1.0',
  demo: false,
  locale: 'fr',
  timeZone: 'Europe/Paris',
  defaultCountry: 'FR',
  dailyLimit: 180,
  rollingLimit: 1000,
  sendsPerMinute: 20,
  sendGapMs: { min: 500, max: 2500 },
  retryBaseMs: 300_000,
  maxAttempts: 3,
  sendTimeoutMs: 15_000,
  countReactions: false,
  countStickers: false,
  stopWords: ['STOP'],
  dataDir: '/tmp/vigie',
  adminAddress: null,
  webhookAddress: null,
  lines: [],
};

export const someBackup: Backup = {
  name: 'vigie-20261120T030000000Z-daily.tar.gz',
  kind: 'daily',
  createdAt: '2026-11-20T03:00:00.000Z',
  bytes: 4_200_000,
  path: '/tmp/vigie/backups/vigie-20261120T030000000Z-daily.tar.gz',
};
export const someRelay: Relay = {
  state: 'live',
  message: 'Le relais répond. Les événements arrivent ici en quelques secondes.',
  problem: null,
  since: null,
  waiting: 0,
  setAside: 0,
  lastPulledAt: '2026-11-20T08:00:00.000Z',
  address: 'https://abcdefghij.supabase.co/functions/v1/relay',
};
export const someLine: Line = {
  id: 'wassenger',
  provider: 'wassenger',
  label: 'Ligne principale',
  isDefault: true,
  source: 'app',
  use: 'active',
  state: 'online',
  account: {
    sender: '5f4e3d2c1b0a5f4e3d2c1b0a',
    baseUrl: 'https://api.wassenger.com/v1',
    secrets: [{ name: 'apiKey', ending: 'x7Qd' }],
  },
  webhookPath: '/webhooks/wassenger/kq3v9x2m7c1b8n5z',
  formerWebhookUntil: null,
  capabilities: {
    deliveryReports: true,
    readReports: true,
    reactions: true,
    lookupByReference: true,
    needsTemplate: false,
    signsWebhooks: true,
  },
  sendsPerMinute: null,
  gapMs: null,
  warmup: null,
  quietHours: null,
};

export const someProtection: Protection = {
  encryptAll: false,
  progress: { running: false, done: 120, total: 120 },
  cleanedAtNextStart: false,
  key: { id: '3f9c01ab', from: 'folder', usedSince: '2026-11-20T08:00:00.000Z', earlier: 0 },
  secrets: 'none',
};
