import type { LiveEvent } from '../../backend/contract/liveEvents.ts';
import { createEmitter } from '../../backend/core/emitter.ts';
import type { Services } from '../../backend/services.ts';
import {
  someAttempt,
  someAttemptDetail,
  someBackup,
  someProtection,
  someCampaign,
  someCategory,
  someChunk,
  someContact,
  someImport,
  someJob,
  someLine,
  someRelay,
  someSettings,
  someStats,
  someSync,
  someWebhookEvent,
} from './samples.ts';

const NO_PAGE = { items: [], nextCursor: null };

/** An importer that keeps the bytes of the file it was given: they are gone once the call is answered. */
export function readingImporter() {
  const read: { bytes: Buffer; query: object }[] = [];
  const importFile: Services['contacts']['import'] = async (file, query) => {
    read.push({ bytes: Buffer.from(await file.arrayBuffer()), query });
    return stubServices().contacts.import(file, query);
  };
  return { read, import: importFile };
}

type Overrides = { [Name in keyof Services]?: Partial<Services[Name]> };

/** Services that answer every call with a plausible value and do nothing; a test gives those that it looks at. */
export function stubServices(overrides: Overrides = {}): Services {
  const services: Services = {
    monitoring: { stats: () => someStats, history: () => [], errors: () => [] },
    messages: {
      send: () => ({ attempt: someAttempt, known: false }),
      stats: () => ({
        totalContacts: 60,
        messagesSent: 40,
        messagesDelivered: 38,
        messagesRead: 30,
        interactions: 12,
        failures: 1,
        successRate: 0.97,
        meanDelayMs: 1200,
        p95DelayMs: 2500,
        pendingRetries: 0,
        finalFailures: 1,
        byState: {
          pending: 0,
          sending: 0,
          sent: 2,
          delivered: 8,
          read: 30,
          failed_retry: 0,
          failed_final: 1,
          unknown: 0,
          cancelled: 0,
        },
      }),
    },
    attempts: {
      list: () => ({ items: [someAttempt], nextCursor: null }),
      get: () => someAttemptDetail,
      retry: () => someAttempt,
      cancel: () => ({ ...someAttempt, state: 'cancelled' }),
      resolve: ({ outcome }) => ({ ...someAttempt, state: outcome === 'sent' ? 'sent' : 'failed_final' }),
      retryMany: ({ dryRun }) => ({ retried: dryRun ? 0 : 2, candidates: 2, dryRun }),
      cleanup: ({ dryRun }) => ({ cleaned: 4, dryRun }),
    },
    contacts: {
      list: () => ({ items: [someContact], nextCursor: null }),
      create: () => someContact,
      get: () => someContact,
      update: () => someContact,
      remove() {},
      merge: () => someContact,
      import: (_file, { dryRun }) => ({
        id: dryRun === true ? null : 'import-1',
        imported: 1,
        updated: 0,
        refused: [],
        refusedCount: 0,
        total: 1,
        categoryId: null,
        dryRun: dryRun ?? false,
      }),
    },
    imports: {
      list: () => ({ items: [someImport], nextCursor: null }),
      get: () => someImport,
      create: ({ fileName, size }) => ({ ...someImport, fileName, size, state: 'uploading' }),
      upload: () => ({ ...someImport, state: 'ready' }),
      preview: () => ({
        ...{ encoding: 'utf-8', delimiter: ';', header: ['nom', 'tel'], mapping: ['name', 'phone'] },
        rows: [{ line: 2, cells: ['Awa', '0612345678'], phone: '+33612345678', name: 'Awa', refusal: null }],
      }),
      begin: ({ dryRun }) => ({ ...someImport, state: dryRun === true ? 'checked' : 'done' }),
      cancel: () => ({ ...someImport, state: 'stopped' }),
      resume: () => ({ ...someImport, state: 'running' }),
      undo: () => ({ ...someImport, state: 'undone', removed: 56 }),
      refused: () => NO_PAGE,
      refusedFile: () => new File(['Ligne;Raison;Valeur\r\n'], 'clients-refus.csv', { type: 'text/csv' }),
    },
    categories: {
      list: () => ({ items: [someCategory], nextCursor: null }),
      create: () => someCategory,
      update: () => someCategory,
      remove() {},
    },
    campaigns: {
      list: () => ({ items: [someCampaign], nextCursor: null }),
      create: () => ({ ...someCampaign, status: 'draft' }),
      get: () => someCampaign,
      update: () => someCampaign,
      start: () => someCampaign,
      pause: () => ({ ...someCampaign, status: 'paused' }),
      resume: () => someCampaign,
      cancel: () => ({ ...someCampaign, status: 'cancelled' }),
      recipients: () => NO_PAGE,
      preview: () => ({ eligible: 60, optedOut: 0, daysNeeded: 1, unknownVariables: [], samples: [] }),
    },
    exports: { recipients: () => [someChunk], attempts: () => [someChunk], errors: () => [someChunk] },
    webhookEvents: {
      list: () => NO_PAGE,
      get: () => someWebhookEvent,
      replay: () => someWebhookEvent,
      assign: () => someWebhookEvent,
    },
    sending: { pause() {}, resume() {} },
    settings: { get: () => someSettings, update: () => someSettings },
    protection: {
      get: () => someProtection,
      update: () => someProtection,
      rotate: () => someProtection,
      setPassphrase: async () => someProtection,
      removePassphrase: async () => someProtection,
      export: () => ({ id: someProtection.key.id, dataKey: 'key' }),
    },
    backups: { list: () => [someBackup], create: async () => someBackup, restore: async () => someBackup, stop() {} },
    clock: { get: () => someStats.clock, reset: () => Promise.resolve(someStats.clock) },
    relay: { get: () => someRelay },
    lines: {
      list: () => [],
      add: () => someLine,
      update: () => someLine,
      remove: async () => ({ moved: 0, cancelled: 0 }),
      test: async () => ({ state: 'online', code: 'ready', message: 'La ligne répond.', sentToday: 3 }),
      leaveDemo() {},
    },
    scheduler: { list: () => [someJob], run: async () => someJob },
    sync: { status: () => someSync, push: async () => someSync, retry: async () => someSync },
    cache: { stats: () => ({ hits: 3, misses: 1, hitRate: 0.75, warning: false }) },
    audit: { list: () => NO_PAGE },
    suppressions: { list: () => NO_PAGE, remove() {} },
    live: { events: createEmitter<LiveEvent>(), snapshot: () => [{ type: 'stats', stats: someStats }] },
  };
  for (const name of Object.keys(overrides) as (keyof Services)[]) Object.assign(services[name], overrides[name]);
  return services;
}
