import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { implement, type Router } from '@orpc/server';
import { contract, type Contract } from '../contract/contract.ts';
import type { Locale } from '../contract/common.ts';
import type { Logger } from '../core/logger.ts';
import type { AnsweringServices, Services } from '../services.ts';
import { createErrorRenderer } from './errors.ts';
import { followLive } from './liveStream.ts';

/** What every call brings along. */
export type RequestContext = {
  /** Who acts, for the audit trail: `interface`, `desktop`, `cli`, or what a token was made for. */
  actor: string;
  /** Language of the error's sentence; without it the one in the settings. */
  locale?: Locale | undefined;
};
export type VigieRouter = Router<Contract, RequestContext>;

/**
 * Answers every call of the contract from the services; HTTP, Electron IPC and the command line serve this one router.
 * Whatever is thrown leaves as an error of `contract/errors.ts` with its sentence.
 */
export function createRouter(services: AnsweringServices, deps: { locale: () => Locale; logger: Logger }): VigieRouter {
  const renderError = createErrorRenderer(deps);
  const os = implement(contract)
    .$context<RequestContext>()
    .use(async ({ next, context, path, signal }) => {
      try {
        return await next();
      } catch (error) {
        // Whoever asked is gone: nobody reads it.
        if (signal?.aborted === true) throw error;
        throw renderError(error, { locale: context.locale, place: path.join('.') });
      }
    });
  const { attempts, audit, backups, cache, campaigns, categories, clock, contacts, exports, imports } = services;
  const { lines, live, messages, monitoring, protection, relay, scheduler, sending } = services;
  const { settings, suppressions, sync, webhookEvents } = services;

  return os.router({
    monitoring: {
      stats: os.monitoring.stats.handler(() => monitoring.stats()),
      history: os.monitoring.history.handler(({ input }) => monitoring.history(input.days)),
      errors: os.monitoring.errors.handler(({ input }) => monitoring.errors(input.limit)),
    },
    messages: {
      send: os.messages.send.handler(({ input }) => answerSend(messages.send(input))),
      stats: os.messages.stats.handler(({ input }) => messages.stats(input.days)),
    },
    attempts: {
      list: os.attempts.list.handler(({ input }) => attempts.list(input)),
      get: os.attempts.get.handler(({ input }) => attempts.get(input.id)),
      retry: os.attempts.retry.handler(({ input, context }) => attempts.retry(input.id, context.actor)),
      cancel: os.attempts.cancel.handler(({ input, context }) => attempts.cancel(input.id, context.actor)),
      resolve: os.attempts.resolve.handler(({ input, context }) => attempts.resolve(input, context.actor)),
      retryMany: os.attempts.retryMany.handler(({ input, context }) => attempts.retryMany(input, context.actor)),
      cleanup: os.attempts.cleanup.handler(({ input, context }) => attempts.cleanup(input, context.actor)),
    },
    contacts: {
      list: os.contacts.list.handler(({ input }) => contacts.list(input)),
      create: os.contacts.create.handler(({ input }) => contacts.create(input)),
      get: os.contacts.get.handler(({ input }) => contacts.get(input.id)),
      update: os.contacts.update.handler(({ input }) => contacts.update(input)),
      remove: os.contacts.remove.handler(({ input }) => finished(contacts.remove(input.id))),
      // The file's bytes are handed on as they came: its encoding is the importer's to find out (CMP-1).
      import: os.contacts.import.handler(({ input: { query, body } }) =>
        contacts.import(body, { ...query, fileName: body.name }),
      ),
      merge: os.contacts.merge.handler(({ input, context }) => contacts.merge(input, context.actor)),
    },
    imports: {
      list: os.imports.list.handler(({ input }) => imports.list(input)),
      create: os.imports.create.handler(({ input }) => imports.create(input)),
      upload: os.imports.upload.handler(({ input: { query, body } }) => imports.upload(query, body)),
      get: os.imports.get.handler(({ input }) => imports.get(input.id)),
      preview: os.imports.preview.handler(({ input }) => imports.preview(input)),
      start: os.imports.start.handler(({ input, context }) => imports.begin(input, context.actor)),
      cancel: os.imports.cancel.handler(({ input, context }) => imports.cancel(input.id, context.actor)),
      resume: os.imports.resume.handler(({ input, context }) => imports.resume(input.id, context.actor)),
      undo: os.imports.undo.handler(({ input, context }) => imports.undo(input.id, context.actor)),
      refused: os.imports.refused.handler(({ input }) => imports.refused(input)),
      refusedFile: os.imports.refusedFile.handler(({ input }) => imports.refusedFile(input.id)),
    },
    categories: {
      list: os.categories.list.handler(({ input }) => categories.list(input)),
      create: os.categories.create.handler(({ input }) => categories.create(input)),
      update: os.categories.update.handler(({ input }) => categories.update(input)),
      remove: os.categories.remove.handler(({ input }) => finished(categories.remove(input.id))),
    },
    campaigns: {
      list: os.campaigns.list.handler(({ input }) => campaigns.list(input)),
      create: os.campaigns.create.handler(({ input }) => campaigns.create(input)),
      get: os.campaigns.get.handler(({ input }) => campaigns.get(input.id)),
      update: os.campaigns.update.handler(({ input }) => campaigns.update(input)),
      start: os.campaigns.start.handler(({ input, context }) => campaigns.start(input.id, context.actor)),
      pause: os.campaigns.pause.handler(({ input, context }) => campaigns.pause(input.id, context.actor)),
      resume: os.campaigns.resume.handler(({ input, context }) => campaigns.resume(input.id, context.actor)),
      cancel: os.campaigns.cancel.handler(({ input, context }) => campaigns.cancel(input.id, context.actor)),
      recipients: os.campaigns.recipients.handler(({ input }) => campaigns.recipients(input)),
      preview: os.campaigns.preview.handler(({ input, signal }) => campaigns.preview(input, signal)),
    },
    exports: {
      recipients: os.exports.recipients.handler(({ input }) => inTurns(exports.recipients(input))),
      attempts: os.exports.attempts.handler(({ input }) => inTurns(exports.attempts(input))),
      errors: os.exports.errors.handler(({ input }) => inTurns(exports.errors(input))),
    },
    webhookEvents: {
      list: os.webhookEvents.list.handler(({ input }) => webhookEvents.list(input)),
      get: os.webhookEvents.get.handler(({ input }) => webhookEvents.get(input.id)),
      assign: os.webhookEvents.assign.handler(({ input, context }) => webhookEvents.assign(input, context.actor)),
      replay: os.webhookEvents.replay.handler(({ input, context }) => webhookEvents.replay(input.id, context.actor)),
    },
    sending: {
      pause: os.sending.pause.handler(({ input, context }) => {
        sending.pause(input, context.actor);
        return monitoring.stats();
      }),
      resume: os.sending.resume.handler(({ input, context }) => {
        sending.resume(input, context.actor);
        return monitoring.stats();
      }),
    },
    settings: {
      get: os.settings.get.handler(() => settings.get()),
      update: os.settings.update.handler(({ input, context }) => settings.update(input, context.actor)),
    },
    backups: {
      list: os.backups.list.handler(() => backups.list()),
      create: os.backups.create.handler(({ context }) => backups.create('manual', context.actor)),
      restore: os.backups.restore.handler(async ({ input, context }) => ({
        restarting: true,
        backup: await backups.restore(input.name, context.actor),
      })),
    },
    protection: {
      get: os.protection.get.handler(() => protection.get()),
      update: os.protection.update.handler(({ input, context }) => protection.update(input, context.actor)),
      rotate: os.protection.rotate.handler(({ context }) => protection.rotate(context.actor)),
      setPassphrase: os.protection.setPassphrase.handler(({ input, context }) =>
        protection.setPassphrase(input, context.actor),
      ),
      removePassphrase: os.protection.removePassphrase.handler(({ input, context }) =>
        protection.removePassphrase(input, context.actor),
      ),
      export: os.protection.export.handler(({ context }) => protection.export(context.actor)),
    },
    clock: {
      get: os.clock.get.handler(() => clock.get()),
      reset: os.clock.reset.handler(({ context }) => clock.reset(context.actor)),
    },
    relay: { get: os.relay.get.handler(() => relay.get()) },
    lines: {
      list: os.lines.list.handler(() => lines.list()),
      add: os.lines.add.handler(({ input, context }) => lines.add(input, context.actor)),
      update: os.lines.update.handler(({ input, context }) => lines.update(input, context.actor)),
      remove: os.lines.remove.handler(({ input: { params, query }, context }) =>
        lines.remove({ ...params, ...query }, context.actor),
      ),
      test: os.lines.test.handler(({ input }) => lines.test(input.id)),
      leaveDemo: os.lines.leaveDemo.handler(({ context }) => {
        lines.leaveDemo(context.actor);
        return { restarting: true };
      }),
    },
    scheduler: {
      list: os.scheduler.list.handler(() => scheduler.list()),
      run: os.scheduler.run.handler(({ input, context }) => scheduler.run(input.job, context.actor)),
    },
    sync: {
      status: os.sync.status.handler(() => sync.status()),
      push: os.sync.push.handler(({ context }) => sync.push(context.actor)),
      retry: os.sync.retry.handler(({ input, context }) => sync.retry(input.id, context.actor)),
    },
    cache: { stats: os.cache.stats.handler(() => cache.stats()) },
    audit: { list: os.audit.list.handler(({ input }) => audit.list(input)) },
    suppressions: {
      list: os.suppressions.list.handler(({ input }) => suppressions.list(input)),
      remove: os.suppressions.remove.handler(({ input, context }) =>
        finished(suppressions.remove(input.phone, context.actor)),
      ),
    },
    events: os.events.handler(({ signal }) => followLive(live, signal)),
  });
}

/** The answer of a call that gives nothing back, once it has happened. */
function finished(_nothing: void): { done: true } {
  return { done: true };
}

/** Gives everything else its turn before each piece, however fast they are taken. */
async function* inTurns<Piece>(pieces: Iterable<Piece>): AsyncGenerator<Piece, void> {
  for (const piece of pieces) {
    await turnOfTheLoop();
    yield piece;
  }
}

function answerSend({ attempt, known }: ReturnType<Services['messages']['send']>): {
  status: 200 | 202;
  body: typeof attempt;
} {
  return { status: known ? 200 : 202, body: attempt };
}
