import { composeCampaigns } from './composeCampaigns.ts';
import { composeSync } from './composeSync.ts';
import { composeLines, type LineSetup } from './composeLines.ts';
import { NO_KEYS_YET } from './composeProtection.ts';
import { composeRelay } from './composeRelay.ts';
import { composeShared } from './composeShared.ts';
import { composeWork, timesOf } from './composeWork.ts';
import type { Config } from './config.ts';
import type { Clock } from './core/clock.ts';
import { createIds } from './core/ids.ts';
import type { Logger } from './core/logger.ts';
import type { Random } from './core/random.ts';
import { Cache } from './monitoring/cache/cache.ts';
import { droppingChanges, withCache } from './monitoring/cache/cachedServices.ts';
import { createMemoryStore } from './monitoring/cache/memoryStore.ts';
import { createRedisStore } from './monitoring/cache/redisStore.ts';
import { createClockService } from './monitoring/clockReset.ts';
import { ClockWatch } from './monitoring/clockWatch.ts';
import { Live } from './monitoring/live.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import { QuotaLedger } from './monitoring/quotaLedger.ts';
import { ReplyReserve } from './monitoring/replyReserve.ts';
import { createExports } from './exports.ts';
import { Preferences } from './preferences.ts';
import { askFirstOn, createMayHaveLeft } from './sending/askFirst.ts';
import { createAttemptJobs } from './sending/attemptJobs.ts';
import { createAttemptQueue } from './sending/attemptQueue.ts';
import { AttemptStore } from './sending/attemptStore.ts';
import { AttemptViews, codeSentence } from './sending/attemptViews.ts';
import { Claims } from './sending/claim.ts';
import { DeliverySweep } from './sending/deliverySweep.ts';
import { Dispatcher } from './sending/dispatcher.ts';
import { createMessageFigures } from './sending/figures.ts';
import { createLinePauses } from './sending/linePauses.ts';
import { createLineStandings } from './sending/lineStandings.ts';
import { Lines, type ConfiguredLine } from './sending/lines.ts';
import { createMessages } from './sending/messages.ts';
import { AttemptOperator } from './sending/operator.ts';
import { Outcomes } from './sending/outcomes.ts';
import { Pauses } from './sending/pauses.ts';
import { createPauseService } from './sending/pauseService.ts';
import { createQuotaForecast } from './sending/quotaForecast.ts';
import { RepeatedRefusals, watchReports } from './sending/repeatedRefusals.ts';
import { Reconciliation } from './sending/reconciliation.ts';
import { createSettingsService } from './settingsService.ts';
import type { BodyCipher } from './storage/encryption/bodyCipher.ts';
import { createAudit } from './storage/audit.ts';
import { workspaceId, type Store } from './storage/store.ts';
import { createTurns } from './storage/turns.ts';
import { VigieError } from './contract/errors.ts';
import { sentence } from './contract/messages/sentence.ts';
import { createWebhookLog } from './webhooks/log.ts';
import { createSilenceWatch } from './webhooks/silence.ts';
import { createWebhookProcessor } from './webhooks/processor.ts';

export type WorkspaceParts = {
  config: Config;
  store: Store;
  /** Absent: texts are written as they are. */
  cipher?: BodyCipher;
  clock: Clock;
  random: Random;
  logger: Logger;
  version: string;
  configuredLines: readonly ConfiguredLine[];
  /** Where lines are set while it runs; absent where they cannot be. */
  lineSetup?: LineSetup;
  addresses: () => { admin: string | null; webhooks: string | null };
};

export type Workspace = ReturnType<typeof composeWorkspace>;

/** Wires everything that works on an open store; nothing runs yet. */
export function composeWorkspace(parts: WorkspaceParts) {
  const { config, clock, random, logger } = parts;
  const database = parts.store.main;
  const ids = createIds(clock);
  const preferences = new Preferences({ config, database, clock });
  const locale = () => preferences.values.locale;
  const limits = () => preferences.values;
  const audit = createAudit(database, clock);
  const attempts = new AttemptStore(database, parts.cipher);
  const ledger = new QuotaLedger(database);
  const reserve = new ReplyReserve(database);
  const pauses = new Pauses(database, clock);
  const mayHaveLeft = createMayHaveLeft(database);
  const work = composeWork({
    ...{ config, database, clock, ids, logger },
    later: () => ({ lines, pauses, attempts, jobs, campaigns, dispatcher }),
  });
  const times = timesOf(config);
  const asking = (line: ConfiguredLine) => askFirstOn(work?.share(line) ?? line, mayHaveLeft);
  const lines = new Lines(database, parts.configuredLines.map(asking), clock.now());
  const views = new AttemptViews({
    ...{ database, store: attempts, lines, locale },
    defaultCountry: () => preferences.values.defaultCountry,
  });
  const explain = (code: string, lineId: string | null): string =>
    codeSentence(locale(), code, views.providerOf(lineId ?? lines.byDefault()?.id ?? ''));

  const heldForReplies = (): number => {
    const now = ledger.effectiveNow(clock.now());
    const first = lines.byDefault();
    if (first === null) return 0;
    const settings = sendingSettings();
    return reserve.held({
      ...{ lineId: first.id, now, used: ledger.usage(now).used, limits: settings.limits },
      sendsPerMinute: lines.sendsPerMinute(settings),
    }).daily.message1;
  };
  const shared = composeShared({
    ...{ config, database, clock, ids, logger, ledger, limits, locale },
    ...{ held: heldForReplies, notify: () => notify, wake: () => dispatcher.wake() },
  });
  const clockWatch = new ClockWatch({ clock, ledger, notify: () => live.notify, locale });
  const monitoring = new Monitoring({
    ...{ database, ledger, clock, limits, locale, timeZone: () => preferences.values.timeZone },
    pauses: () => pauses.list(),
    lines: createLineStandings({ lines, ledger, clock, timeZone: () => preferences.values.timeZone }),
    unknown: () => attempts.countUnknown(),
    clockStanding: () => clockWatch.standing(),
    forecast: () => forecast(),
    heldForReplies,
    shared: () => shared && { standing: shared.standing(), refusal: shared.refusal() },
    codeSentence: explain,
  });
  const live: Live = new Live({
    ...{ clock, logger, locale, stats: () => monitoring.stats() },
    errors: (limit) => monitoring.errors(limit),
    campaign: (id) => (campaigns.stores.campaigns.byId(id) === null ? null : campaigns.campaigns.get(id)),
    activeCampaigns: () =>
      (['preparing', 'running'] as const).flatMap((status) => campaigns.campaigns.list({ limit: 50, status }).items),
  });
  const cache = new Cache({
    ...{ ids, logger, workspaceId: workspaceId(database) },
    store:
      config.redisUrl === null ? createMemoryStore(clock) : createRedisStore({ url: config.redisUrl, clock, logger }),
  });
  const notify = droppingChanges(cache, live.notify);
  const wake = (): void => {
    work?.recall();
    dispatcher.wake();
  };

  const { pauseLine, pauseMessage1 } = createLinePauses({
    ...{ pauses, audit, notify, locale, explain },
    labelOf: (lineId) => lines.labelOf(lineId),
  });
  // Who is restricted may often still answer in open chats, but start no new ones (SND-14).
  lines.onRestricted = (id) => pauseMessage1(id, 'account_restricted');
  const outcomes = new Outcomes({
    ...{ database, store: attempts, ledger, clock, random, notify, settlingMs: times.settlingMs },
    retryBaseMs: () => config.retryBaseMs,
    classify: (code, lineId) => lines.find(lineId)?.provider.classify(code) ?? 'retry',
    effects: {
      pauseLine,
      pauseAll: (code) => {
        pauses.set({ scope: 'all', reason: code });
      },
      pauseCampaign: (id, code) => {
        campaigns.launch.pauseForError(id, code);
      },
      optOut: (phone, reason) => {
        campaigns.suppressions.add({ phone, reason });
      },
      ended: (attempt) => campaigns.endedMeanwhile(attempt),
    },
  });
  const queue = createAttemptQueue({ store: attempts, outcomes, clock, ids });
  const campaigns = composeCampaigns({
    ...{ database, clock, ids, logger, notify, audit, attempts: queue, locale },
    settings: () => ({ ...preferences.values, maxAttempts: config.maxAttempts }),
    interactionRate: () => monitoring.stats().interactionRate,
    chooseLine: (id) => lines.choose(id).id,
    reasonMessage: explain,
    wake,
  });
  outcomes.onChange(campaigns.recipientListener);
  outcomes.onChange(watchReports(lines, { pauseLine, pauseMessage1 }));

  const sendingSettings = () => ({ ...config, ...times, ...preferences.values, limits: preferences.values });
  const claims = new Claims({ database, store: attempts, ledger, reserve, shared });
  const jobs = createAttemptJobs({ database, store: attempts, queue, claims, outcomes });
  const dispatcher = new Dispatcher({
    repeatedRefusals: new RepeatedRefusals({ pauseLine, pauseMessage1 }),
    ...{ lines, store: attempts, outcomes, pauses, ledger, clock, random, logger },
    ...{ jobs, shared, placesElsewhere: (lineId) => work?.placesElsewhere(lineId) ?? 0 },
    turns: createTurns(database),
    settings: sendingSettings,
    campaignPace: (id) => campaigns.stores.campaigns.byId(id)?.sendsPerMinute ?? null,
  });
  const forecast = createQuotaForecast({ database, clock, lines, pauses, ledger, reserve, settings: sendingSettings });
  const reconciliation = new Reconciliation({
    ...{ database, store: attempts, outcomes, lines, clock, logger, notify, settlingMs: times.settlingMs },
    parked: () => {
      notify.notice({
        ...{ kind: 'unknown_outcome', level: null, page: '/resolve' },
        title: sentence(locale(), 'notice.unknown_outcome'),
        body: sentence(locale(), 'notice.unknown_outcome.body'),
      });
    },
  });
  const deliverySweep = new DeliverySweep({ database, store: attempts, outcomes, lines, clock, logger });
  const webhooks = {
    ...{ database, inbox: parts.store.inbox, cipher: parts.cipher, clock, logger, notify },
    ...{ lines, attempts: outcomes, answers: campaigns.followUp },
    lineHealth: {
      onSession: (lineId: string, health: Parameters<Lines['setHealth']>[1]) => lines.setHealth(lineId, health),
    },
  };
  const processor = createWebhookProcessor({ ...webhooks, wake });
  const relay = composeRelay({ ...parts, lines, notify, locale, stored: processor.wake });
  outcomes.onChange(({ kind, attempt }) => {
    if (kind !== 'accepted' && kind !== 'ids_learnt') return;
    const providerIds = attempts.providerIds(attempt.id);
    if (kind === 'accepted') reconciliation.accepted(attempt, providerIds);
    processor.matchOrphans(attempt, providerIds);
  });

  const wakeAfter =
    <Arguments extends unknown[], Result>(call: (...given: Arguments) => Result) =>
    (...given: Arguments): Result => {
      const result = call(...given);
      wake();
      return result;
    };
  const operator = new AttemptOperator({
    ...{ database, store: attempts, jobs, outcomes, views, audit, clock, wake, isUnderWay: dispatcher.isUnderWay },
    ...{ isSuppressed: campaigns.suppressions.has, sendTimeoutMs: times.sendTimeoutMs },
  });
  const { sync, service: syncService } = composeSync({ ...parts, database, notify, audit, pauses, lines, locale });
  const { service: lineService, emptying } = composeLines({
    ...{ database, clock, logger, lines, asking, outcomes, dispatcher, pauses, audit, notify, locale, processor, wake },
    setup: parts.lineSetup,
  });
  const services = withCache(cache, {
    monitoring,
    messages: {
      ...createMessages({
        ...{ database, store: attempts, queue, views, lines, clock, queued: wake },
        defaultCountry: () => preferences.values.defaultCountry,
        maxAttempts: () => config.maxAttempts,
        blocked: () => monitoring.usedUp(),
        isSuppressed: (phone) => campaigns.suppressions.has(phone),
      }),
      ...createMessageFigures(database, clock),
    },
    attempts: {
      list: (input) => views.list(input),
      get: (id) => views.get(id),
      retry: (id, actor) => operator.retry(id, actor),
      cancel: (id, actor) => operator.cancel(id, actor),
      resolve: (input, actor) => operator.resolve(input, actor),
      retryMany: (input, actor) => operator.retryMany(input, actor),
      cleanup: (input, actor, signal) => operator.cleanup(input, actor, signal),
    },
    contacts: campaigns.contacts,
    imports: campaigns.imports,
    categories: campaigns.categories,
    campaigns: {
      ...campaigns.campaigns,
      start: wakeAfter(campaigns.campaigns.start),
      cancel: wakeAfter(campaigns.campaigns.cancel),
      pause: wakeAfter(campaigns.campaigns.pause),
      resume: wakeAfter(campaigns.campaigns.resume),
    },
    exports: createExports({ ...campaigns, attempts: views, errors: (page) => monitoring.errorPage(page) }),
    webhookEvents: createWebhookLog({
      ...{ ...webhooks, audit, processor },
      phoneOfContact: (id) => campaigns.stores.contacts.byId(id)?.phone ?? null,
    }),
    sending: createPauseService({
      ...{ database, pauses, lines, audit, campaigns: campaigns.campaigns, clock, changed: wake },
    }),
    clock: createClockService({
      ...{ database, clock, audit, wake, watch: clockWatch },
      askProviders: () => Promise.all(lines.all().map(({ provider }) => provider.health())),
    }),
    relay,
    lines: lineService,
    settings: createSettingsService({ ...parts, preferences, lines: lineService, audit, notify, wake }),
    cache,
    // Until the keys are known.
    protection: NO_KEYS_YET,
    sync: syncService,
    // Until the clock's jobs are known.
    scheduler: { list: () => [], run: () => Promise.reject(new VigieError('not_found')) },
    audit,
    suppressions: campaigns.suppressions,
    live: { events: live.events, snapshot: () => live.snapshot() },
  });
  const reporting = () => lines.all().filter(({ provider }) => provider.capabilities.deliveryReports);
  const silence = createSilenceWatch({
    ...{ database, clock, notify, locale, reportingLines: () => reporting().map(({ id }) => id) },
  });
  return {
    ...{ services, preferences, lines, audit, live, cache, dispatcher, reconciliation, deliverySweep, processor },
    ...{ campaigns, emptying, operator, ledger, silence, sync, clockWatch, relay, wake, shared, work },
  };
}
