import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createIds } from '../../backend/core/ids.ts';
import { silentLogger } from '../../backend/core/logger.ts';
import { seededRandom } from '../../backend/core/random.ts';
import { silentNotify } from '../../backend/monitoring/notify.ts';
import { ReplyReserve } from '../../backend/monitoring/replyReserve.ts';
import { QuotaLedger, type Limits } from '../../backend/monitoring/quotaLedger.ts';
import { createAttemptJobs } from '../../backend/sending/attemptJobs.ts';
import { createAttemptQueue } from '../../backend/sending/attemptQueue.ts';
import { AttemptStore } from '../../backend/sending/attemptStore.ts';
import type { AttemptChange, AttemptRow, NewAttempt } from '../../backend/sending/attempt.ts';
import { AttemptViews } from '../../backend/sending/attemptViews.ts';
import { MESSAGE_1_PRIORITY, MESSAGE_2_PRIORITY } from '../../backend/domain/pick.ts';
import { Claims } from '../../backend/sending/claim.ts';
import { Dispatcher } from '../../backend/sending/dispatcher.ts';
import { Lines } from '../../backend/sending/lines.ts';
import { Outcomes, type OutcomeEffects } from '../../backend/sending/outcomes.ts';
import { Pauses } from '../../backend/sending/pauses.ts';
import type { LookupOutcome, OutgoingMessage, Provider, SendOutcome } from '../../backend/sending/provider.ts';
import { RepeatedRefusals } from '../../backend/sending/repeatedRefusals.ts';
import type { BodyCipher } from '../../backend/storage/encryption/bodyCipher.ts';
import { openStore, type Store } from '../../backend/storage/store.ts';
import { createTurns } from '../../backend/storage/turns.ts';
import { createFakeClock } from './fakeClock.ts';

export const MIGRATIONS = path.resolve(import.meta.dirname, '../../migrations');

/** A data folder of its own with both files open; `remove` closes and deletes it. */
export function createTestStore(): { dataDir: string; store: Store; remove: () => void } {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'vigie-test-'));
  const store = openStore(dataDir, MIGRATIONS);
  return {
    dataDir,
    store,
    remove() {
      store.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A provider in the process whose answers a test writes; it keeps a ledger of what it took. */
export type ScriptedProvider = Provider & {
  sent: OutgoingMessage[];
  /** What `send` does; a test replaces it. By default everything is accepted. */
  onSend: (message: OutgoingMessage) => SendOutcome | Promise<SendOutcome>;
  onLookUp: (reference: string) => LookupOutcome;
};

export function createScriptedProvider(): ScriptedProvider {
  let count = 0;
  const provider: ScriptedProvider = {
    name: 'wassenger',
    capabilities: {
      deliveryReports: true,
      readReports: true,
      reactions: true,
      lookupByReference: true,
      needsTemplate: false,
      signsWebhooks: true,
    },
    sent: [],
    onSend: () => ({ kind: 'accepted', providerIds: [`id-${++count}`, `wa-${count}`] }),
    onLookUp: () => ({ kind: 'absent' }),
    send(message) {
      provider.sent.push(message);
      return Promise.resolve(provider.onSend(message));
    },
    lookUp: (reference) => Promise.resolve(provider.onLookUp(reference)),
    health: () => Promise.resolve({ state: 'online', detail: '', sentToday: null }),
    classify: () => 'retry',
    verifyWebhook: () => true,
    readWebhook: () => [],
  };
  return provider;
}

export type TestEngine = ReturnType<typeof createTestEngine>;

/** The sending engine on a real SQLite file, with a clock that stands still and a scripted provider. */
export function createTestEngine(
  options: { limits?: Limits; now?: string; sendsPerMinute?: number; cipher?: BodyCipher } = {},
) {
  const { dataDir, store: files, remove } = createTestStore();
  const database = files.main;
  const clock = createFakeClock(options.now ?? '2026-11-20T08:00:00.000Z');
  const ids = createIds(clock);
  const random = seededRandom(1);
  const limits = { dailyLimit: 180, rollingLimit: 1000, ...options.limits };
  const provider = createScriptedProvider();
  const effects = { paused: [] as string[], optedOut: [] as string[] };
  const changes: AttemptChange[] = [];
  /** What campaigns say of a message that came back. */
  const campaignSide: Pick<OutcomeEffects, 'ended'> = { ended: () => null };
  const outcomeEffects: OutcomeEffects = {
    pauseCampaign: (id) => effects.paused.push(`campaign:${id}`),
    pauseLine: (id) => effects.paused.push(`line:${id}`),
    pauseAll: () => effects.paused.push('all'),
    optOut: (phone) => effects.optedOut.push(phone),
    ended: (attempt) => campaignSide.ended(attempt),
  };
  const store = new AttemptStore(database, options.cipher);
  const ledger = new QuotaLedger(database);
  const outcomes = new Outcomes({
    database,
    store,
    ledger,
    clock,
    random,
    notify: silentNotify,
    effects: outcomeEffects,
    classify: (code) => provider.classify(code),
    retryBaseMs: () => 300_000,
    settlingMs: 120_000,
  });
  outcomes.onChange((change) => changes.push(change));
  const line = { id: 'line', label: 'Line', provider, webhookToken: 'token' };
  const lines = new Lines(database, [line], clock.now());
  const queue = createAttemptQueue({ store, outcomes, clock, ids });
  const pauses = new Pauses(database, clock);
  const claims = new Claims({ database, store, ledger, reserve: new ReplyReserve(database) });
  const jobs = createAttemptJobs({ database, store, queue, claims, outcomes });
  const repeatedRefusals = new RepeatedRefusals({
    pauseLine: (id) => effects.paused.push(`line:${id}`),
    pauseMessage1: (id) => effects.paused.push(`message_1:${id}`),
  });
  /** Messages a minute that campaigns allow themselves, by id. */
  const campaignPace = new Map<string, number>();
  const dispatcher = new Dispatcher({
    repeatedRefusals,
    lines,
    store,
    jobs,
    turns: createTurns(database),
    outcomes,
    pauses,
    ledger,
    clock,
    random,
    logger: silentLogger,
    settings: () => ({
      limits,
      sendsPerMinute: options.sendsPerMinute ?? 60_000,
      sendGapMs: { min: 0, max: 0 },
      sendTimeoutMs: 15_000,
      timeZone: 'UTC',
      sendsAtOnce: 4,
    }),
    campaignPace: (id) => campaignPace.get(id) ?? null,
  });
  const views = new AttemptViews({ database, store, lines, locale: () => 'fr', defaultCountry: () => 'FR' });

  /** Queues a message by hand; a builder with overrides. */
  const add = (overrides: Partial<NewAttempt> = {}): AttemptRow =>
    queue.add({
      lineId: 'line',
      type: 'notification',
      phone: '+33639980001',
      body: 'Bonjour',
      priority: 3,
      maxAttempts: 3,
      dueAt: clock.now(),
      ...overrides,
    });
  const runningCampaign = (id = 'campaign'): string => {
    database
      .prepare(
        `INSERT INTO campaigns (id, name, status, message_1, message_2, audience, created_at, updated_at)
         VALUES (@id, @id, 'running', '{}', '{}', '{}', @now, @now)`,
      )
      .run({ id, now: clock.now() });
    return id;
  };
  const addStep = (
    type: 'message_1' | 'message_2',
    contactId: string,
    overrides: Partial<NewAttempt> = {},
  ): AttemptRow =>
    add({
      type,
      campaignId: 'campaign',
      contactId,
      priority: type === 'message_1' ? MESSAGE_1_PRIORITY : MESSAGE_2_PRIORITY,
      ...overrides,
    });
  /** Claims the next message without sending it. */
  const claim = () =>
    claims.next({
      lineId: 'line',
      now: clock.now(),
      limits,
      sendTimeoutMs: 15_000,
      options: lines.options('line'),
      heldBack: pauses.heldBack('line'),
      slowedCampaigns: new Set(),
      sendsPerMinute: options.sendsPerMinute ?? 60_000,
      timeZone: 'UTC',
    });
  const attempt = (id: string): AttemptRow => {
    const found = store.get(id);
    if (found === null) throw new Error(`no attempt ${id}`);
    return found;
  };
  return {
    ...{ dataDir, files, database, clock, ids, random, limits, provider, effects, changes, store, ledger, outcomes },
    ...{ campaignSide, campaignPace },
    ...{ lines, queue, jobs, pauses, claims, dispatcher, views, add, addStep, runningCampaign, claim, attempt, remove },
  };
}
