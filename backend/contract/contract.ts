import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import * as attempts from './attempts.ts';
import * as backups from './backups.ts';
import * as campaigns from './campaigns.ts';
import { byId, done, pageInput, pageOf } from './common.ts';
import * as contacts from './contacts.ts';
import * as exports from './exports.ts';
import * as imports from './imports.ts';
import * as lines from './lines.ts';
import { liveEvent } from './liveEvents.ts';
import * as monitoring from './monitoring.ts';
import * as webhooks from './webhookEvents.ts';
import * as workspace from './workspace.ts';

/**
 * Every call of Vigie, once: the REST route, the OpenAPI document and both typed clients come from here.
 * Paths are below `/api`.
 */
export const contract = {
  monitoring: {
    stats: oc
      .route({ method: 'GET', path: '/monitoring/stats', tags: ['monitoring'] })
      .output(monitoring.monitoringStats),
    history: oc
      .route({ method: 'GET', path: '/monitoring/history', tags: ['monitoring'] })
      .input(monitoring.historyInput)
      .output(z.array(monitoring.dayCounts)),
    errors: oc
      .route({ method: 'GET', path: '/monitoring/errors', tags: ['monitoring'] })
      .input(monitoring.errorsInput)
      .output(z.array(monitoring.messageError)),
  },
  messages: {
    send: oc
      .route({
        method: 'POST',
        path: '/messages',
        tags: ['messages'],
        successStatus: 202,
        outputStructure: 'detailed',
        description: '202: accepted for sending. 200: the idempotency key was known and stands for the same message.',
      })
      .input(attempts.sendInput)
      .output(
        z.discriminatedUnion('status', [
          z.object({ status: z.literal(202), body: attempts.attempt }),
          z.object({ status: z.literal(200), body: attempts.attempt }),
        ]),
      ),
    stats: oc
      .route({ method: 'GET', path: '/messages/stats', tags: ['messages'] })
      .input(monitoring.historyInput)
      .output(attempts.messageStats),
  },
  attempts: {
    list: oc
      .route({ method: 'GET', path: '/attempts', tags: ['attempts'] })
      .input(attempts.attemptListInput)
      .output(pageOf(attempts.attempt)),
    get: oc
      .route({ method: 'GET', path: '/attempts/{id}', tags: ['attempts'] })
      .input(byId)
      .output(attempts.attemptDetail),
    retry: oc
      .route({ method: 'POST', path: '/attempts/{id}/retry', tags: ['attempts'] })
      .input(byId)
      .output(attempts.attempt),
    cancel: oc
      .route({ method: 'POST', path: '/attempts/{id}/cancel', tags: ['attempts'] })
      .input(byId)
      .output(attempts.attempt),
    resolve: oc
      .route({ method: 'POST', path: '/attempts/{id}/resolve', tags: ['attempts'] })
      .input(attempts.resolveInput)
      .output(attempts.attempt),
    retryMany: oc
      .route({ method: 'POST', path: '/attempts/retry', tags: ['attempts'] })
      .input(attempts.retryManyInput)
      .output(attempts.retryManyOutput),
    cleanup: oc
      .route({ method: 'POST', path: '/attempts/cleanup', tags: ['attempts'] })
      .input(attempts.cleanupInput)
      .output(attempts.cleanupOutput),
  },
  contacts: {
    list: oc
      .route({ method: 'GET', path: '/contacts', tags: ['contacts'] })
      .input(contacts.contactListInput)
      .output(pageOf(contacts.contact)),
    create: oc
      .route({ method: 'POST', path: '/contacts', tags: ['contacts'], successStatus: 201 })
      .input(contacts.contactInput)
      .output(contacts.contact),
    get: oc
      .route({ method: 'GET', path: '/contacts/{id}', tags: ['contacts'] })
      .input(byId)
      .output(contacts.contact),
    update: oc
      .route({ method: 'PATCH', path: '/contacts/{id}', tags: ['contacts'] })
      .input(contacts.contactPatch)
      .output(contacts.contact),
    remove: oc
      .route({ method: 'DELETE', path: '/contacts/{id}', tags: ['contacts'] })
      .input(byId)
      .output(done),
    import: oc
      .route({
        method: 'POST',
        path: '/contacts/import',
        tags: ['contacts'],
        inputStructure: 'detailed',
        description: 'The body is the file itself, sent as `text/csv`, with a header line.',
      })
      .input(z.object({ query: imports.importQuery, body: z.file().max(imports.MAX_IMPORT_BYTES) }))
      .output(imports.importReport),
    merge: oc
      .route({ method: 'POST', path: '/contacts/{id}/merge', tags: ['contacts'] })
      .input(contacts.contactMerge)
      .output(contacts.contact),
  },
  imports: {
    list: oc
      .route({ method: 'GET', path: '/imports', tags: ['imports'] })
      .input(imports.importListInput)
      .output(pageOf(imports.contactImport)),
    create: oc
      .route({
        method: 'POST',
        path: '/imports',
        tags: ['imports'],
        successStatus: 201,
        description: 'The file follows in parts by `POST /imports/content`; when it is whole, the import is `ready`.',
      })
      .input(imports.importCreate)
      .output(imports.contactImport),
    upload: oc
      .route({ method: 'POST', path: '/imports/content', tags: ['imports'], inputStructure: 'detailed' })
      .input(imports.importPart)
      .output(imports.contactImport),
    get: oc
      .route({ method: 'GET', path: '/imports/{id}', tags: ['imports'] })
      .input(byId)
      .output(imports.contactImport),
    preview: oc
      .route({ method: 'POST', path: '/imports/{id}/preview', tags: ['imports'] })
      .input(imports.importPreviewInput)
      .output(imports.importPreview),
    start: oc
      .route({ method: 'POST', path: '/imports/{id}/start', tags: ['imports'] })
      .input(imports.importStart)
      .output(imports.contactImport),
    cancel: oc
      .route({
        method: 'POST',
        path: '/imports/{id}/cancel',
        tags: ['imports'],
        description: 'What is written stays, until the import is continued or undone.',
      })
      .input(byId)
      .output(imports.contactImport),
    resume: oc
      .route({ method: 'POST', path: '/imports/{id}/resume', tags: ['imports'] })
      .input(byId)
      .output(imports.contactImport),
    undo: oc
      .route({
        method: 'POST',
        path: '/imports/{id}/undo',
        tags: ['imports'],
        description: 'Contacts that a campaign or a person used since stay; opt-outs stay.',
      })
      .input(byId)
      .output(imports.contactImport),
    refused: oc
      .route({ method: 'GET', path: '/imports/{id}/refused', tags: ['imports'] })
      .input(imports.refusedListInput)
      .output(pageOf(imports.refusedLine)),
    refusedFile: oc
      .route({ method: 'GET', path: '/imports/{id}/refused.csv', tags: ['imports'] })
      .input(byId)
      .output(z.file()),
  },
  categories: {
    list: oc
      .route({ method: 'GET', path: '/categories', tags: ['categories'] })
      .input(pageInput)
      .output(pageOf(contacts.category)),
    create: oc
      .route({ method: 'POST', path: '/categories', tags: ['categories'], successStatus: 201 })
      .input(contacts.categoryInput)
      .output(contacts.category),
    update: oc
      .route({ method: 'PATCH', path: '/categories/{id}', tags: ['categories'] })
      .input(contacts.categoryPatch)
      .output(contacts.category),
    remove: oc
      .route({ method: 'DELETE', path: '/categories/{id}', tags: ['categories'] })
      .input(byId)
      .output(done),
  },
  campaigns: {
    list: oc
      .route({ method: 'GET', path: '/campaigns', tags: ['campaigns'] })
      .input(campaigns.campaignListInput)
      .output(pageOf(campaigns.campaign)),
    create: oc
      .route({ method: 'POST', path: '/campaigns', tags: ['campaigns'], successStatus: 201 })
      .input(campaigns.campaignInput)
      .output(campaigns.campaign),
    get: oc
      .route({ method: 'GET', path: '/campaigns/{id}', tags: ['campaigns'] })
      .input(byId)
      .output(campaigns.campaign),
    update: oc
      .route({ method: 'PATCH', path: '/campaigns/{id}', tags: ['campaigns'] })
      .input(campaigns.campaignPatch)
      .output(campaigns.campaign),
    start: oc
      .route({ method: 'POST', path: '/campaigns/{id}/start', tags: ['campaigns'] })
      .input(byId)
      .output(campaigns.campaign),
    pause: oc
      .route({ method: 'POST', path: '/campaigns/{id}/pause', tags: ['campaigns'] })
      .input(byId)
      .output(campaigns.campaign),
    resume: oc
      .route({ method: 'POST', path: '/campaigns/{id}/resume', tags: ['campaigns'] })
      .input(byId)
      .output(campaigns.campaign),
    cancel: oc
      .route({ method: 'POST', path: '/campaigns/{id}/cancel', tags: ['campaigns'] })
      .input(byId)
      .output(campaigns.campaign),
    recipients: oc
      .route({ method: 'GET', path: '/campaigns/{id}/recipients', tags: ['campaigns'] })
      .input(campaigns.recipientListInput)
      .output(pageOf(campaigns.recipient)),
    preview: oc
      .route({ method: 'POST', path: '/campaigns/preview', tags: ['campaigns'] })
      .input(campaigns.campaignPreviewInput)
      .output(campaigns.campaignPreview),
  },
  /** CSV files, piece by piece; over REST each is one file. */
  exports: {
    recipients: oc
      .route({ method: 'GET', path: '/campaigns/{id}/export.csv', tags: ['campaigns'] })
      .input(exports.recipientExportInput)
      .output(eventIterator(exports.exportChunk)),
    attempts: oc
      .route({ method: 'GET', path: '/exports/attempts.csv', tags: ['attempts'] })
      .input(exports.attemptExportInput)
      .output(eventIterator(exports.exportChunk)),
    errors: oc
      .route({ method: 'GET', path: '/exports/errors.csv', tags: ['monitoring'] })
      .input(exports.errorExportInput)
      .output(eventIterator(exports.exportChunk)),
  },
  webhookEvents: {
    list: oc
      .route({ method: 'GET', path: '/webhook-events', tags: ['webhooks'] })
      .input(webhooks.webhookEventListInput)
      .output(pageOf(webhooks.webhookEvent)),
    get: oc
      .route({ method: 'GET', path: '/webhook-events/{id}', tags: ['webhooks'] })
      .input(byId)
      .output(webhooks.webhookEventDetail),
    replay: oc
      .route({ method: 'POST', path: '/webhook-events/{id}/replay', tags: ['webhooks'] })
      .input(byId)
      .output(webhooks.webhookEvent),
    assign: oc
      .route({ method: 'POST', path: '/webhook-events/{id}/assign', tags: ['webhooks'] })
      .input(webhooks.webhookAssignInput)
      .output(webhooks.webhookEvent),
  },
  sending: {
    pause: oc
      .route({ method: 'POST', path: '/sending/pause', tags: ['sending'] })
      .input(monitoring.sendingPauseInput)
      .output(monitoring.monitoringStats),
    resume: oc
      .route({ method: 'POST', path: '/sending/resume', tags: ['sending'] })
      .input(monitoring.sendingResumeInput)
      .output(monitoring.monitoringStats),
  },
  settings: {
    get: oc.route({ method: 'GET', path: '/settings', tags: ['settings'] }).output(workspace.settings),
    update: oc
      .route({ method: 'PATCH', path: '/settings', tags: ['settings'] })
      .input(workspace.settingsPatch)
      .output(workspace.settings),
  },
  /** The way back is open also while the application is frozen (REL-2). */
  backups: {
    list: oc.route({ method: 'GET', path: '/backups', tags: ['backups'] }).output(z.array(backups.backup)),
    create: oc
      .route({ method: 'POST', path: '/backups', tags: ['backups'], successStatus: 201 })
      .output(backups.backup),
    restore: oc
      .route({ method: 'POST', path: '/backups/{name}/restore', tags: ['backups'], successStatus: 202 })
      .input(backups.byBackupName)
      .output(backups.restoreStarted),
  },
  clock: {
    get: oc.route({ method: 'GET', path: '/clock', tags: ['monitoring'] }).output(monitoring.clockStanding),
    reset: oc.route({ method: 'POST', path: '/clock/reset', tags: ['monitoring'] }).output(monitoring.clockStanding),
  },
  lines: {
    list: oc.route({ method: 'GET', path: '/settings/lines', tags: ['settings'] }).output(z.array(lines.line)),
    update: oc
      .route({ method: 'PATCH', path: '/settings/lines/{id}', tags: ['settings'] })
      .input(lines.linePatch)
      .output(lines.line),
  },
  scheduler: {
    list: oc.route({ method: 'GET', path: '/scheduler', tags: ['settings'] }).output(z.array(workspace.scheduledJob)),
    run: oc
      .route({ method: 'POST', path: '/scheduler/{job}/run', tags: ['settings'] })
      .input(workspace.runJobInput)
      .output(workspace.scheduledJob),
  },
  cache: {
    stats: oc.route({ method: 'GET', path: '/cache/stats', tags: ['monitoring'] }).output(monitoring.cacheStats),
  },
  audit: {
    list: oc
      .route({ method: 'GET', path: '/audit', tags: ['settings'] })
      .input(pageInput)
      .output(pageOf(workspace.auditEntry)),
  },
  suppressions: {
    list: oc
      .route({ method: 'GET', path: '/suppressions', tags: ['contacts'] })
      .input(pageInput)
      .output(pageOf(contacts.suppression)),
    remove: oc
      .route({ method: 'DELETE', path: '/suppressions/{phone}', tags: ['contacts'] })
      .input(z.object({ phone: z.string().min(1).max(40) }))
      .output(done),
  },
  /** Live events, for screens and the tray. */
  events: oc.route({ method: 'GET', path: '/events', tags: ['events'] }).output(eventIterator(liveEvent)),
};
export type Contract = typeof contract;
