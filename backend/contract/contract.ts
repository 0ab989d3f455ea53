import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import * as attempts from './attempts.ts';
import * as backups from './backups.ts';
import { campaignRoutes } from './campaignRoutes.ts';
import { byId, pageInput, pageOf } from './common.ts';
import { contactRoutes } from './contactRoutes.ts';
import { lineRoutes } from './lineRoutes.ts';
import { liveEvent } from './liveEvents.ts';
import { protectionRoutes } from './protection.ts';
import * as monitoring from './monitoring.ts';
import * as sync from './sync.ts';
import { relay } from './relay.ts';
import * as webhooks from './webhookEvents.ts';
import * as workspace from './workspace.ts';

/**
 * Every call of Vigie, once: the REST route, the OpenAPI document and both typed clients come from here.
 * Paths are below `/api`.
 */
export const contract = {
  ...contactRoutes,
  ...campaignRoutes,
  ...protectionRoutes,
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
  relay: {
    get: oc.route({ method: 'GET', path: '/relay', tags: ['webhooks'] }).output(relay),
  },
  ...lineRoutes,
  scheduler: {
    list: oc.route({ method: 'GET', path: '/scheduler', tags: ['settings'] }).output(z.array(workspace.scheduledJob)),
    run: oc
      .route({ method: 'POST', path: '/scheduler/{job}/run', tags: ['settings'] })
      .input(workspace.runJobInput)
      .output(workspace.scheduledJob),
  },
  sync: {
    status: oc.route({ method: 'GET', path: '/sync', tags: ['settings'] }).output(sync.syncStatus),
    push: oc.route({ method: 'POST', path: '/sync/push', tags: ['settings'] }).output(sync.syncStatus),
    retry: oc
      .route({ method: 'POST', path: '/sync/set-aside/{id}/retry', tags: ['settings'] })
      .input(byId)
      .output(sync.syncStatus),
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
  /** Live events, for screens and the tray. */
  events: oc.route({ method: 'GET', path: '/events', tags: ['events'] }).output(eventIterator(liveEvent)),
};
export type Contract = typeof contract;
