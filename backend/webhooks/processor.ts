import type { Clock } from '../core/clock.ts';
import { DAY_MS, SECOND_MS } from '../core/days.ts';
import type { Logger } from '../core/logger.ts';
import type { Service } from '../core/service.ts';
import { inSteps } from '../core/steps.ts';
import type { Notify } from '../monitoring/notify.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { BodyCipher } from '../storage/encryption/bodyCipher.ts';
import type { AnswerListener, ReportListener, SessionListener, WebhookLines } from './dependencies.ts';
import { createEventStore, type EventRow } from './eventStore.ts';
import { createWebhookInbox } from './inbox.ts';
import { createInboxReader } from './readInbox.ts';
import { createEventRecorder, type SentMessage } from './recordEvent.ts';

export type WebhookProcessor = Service & {
  /** Processes some waiting requests, in the order of their receipt; returns how many events they held, 0 for none left. */
  runOnce(): number;
  /** Something was received: looks now. */
  wake(): void;
  /**
   * A message of ours was recorded: applies what came for it before (WHK-4). Part of the caller's transaction.
   * Returns how many events found their message.
   */
  matchOrphans(sent: SentMessage, providerIds: readonly string[]): number;
  /** Applies an event of the log once more; null when there is no such event. */
  replay(eventId: number): EventRow | null;
  /** Says that the sender of an answer has this phone, and applies it; null when there is no such event (CMP-8). */
  assign(eventId: number, phone: string): EventRow | null;
  /** Forgets what is older than the time for which repetitions are recognised; returns how many events. */
  prune(signal?: AbortSignal): Promise<number>;
  /** When a contact last wrote to a line; null when it never did. */
  lastIncomingAt(lineId: string, phone: string): number | null;
};

export type WebhookProcessorDependencies = {
  database: Database;
  inbox: Database;
  /** Absent for a file without keys. */
  cipher?: BodyCipher | undefined;
  clock: Clock;
  logger: Logger;
  notify: Notify;
  lines: WebhookLines;
  attempts: ReportListener;
  answers: AnswerListener;
  lineHealth: SessionListener;
  /** Messages may have been queued. Called after the commit. */
  wake: () => void;
};

/** For each transaction: enough to share its sync, few enough not to keep a new request waiting. */
const BATCH_REQUESTS = 50;
const BATCH_EVENTS = 200;
/** While requests keep coming they are answered first: processing then takes a third of the time that it leaves to them. */
const REST_PER_WORK = 3;
/** No request for so long: the rush is over. */
const QUIET_MS = 10;
/** Pause after the database could not take a batch. */
const RETRY_MS = 2 * SECOND_MS;
/** The same event again is a no-op for at least 90 days (WHK-4). */
export const RETENTION_MS = 91 * DAY_MS;

/**
 * Turns stored requests into changes. A batch is one transaction of the main file, which holds its effects, its log and
 * the new position: after a crash it is done again as a whole or not at all. Within it each event has a savepoint: one
 * that fails is logged as `failed` and holds up nothing.
 */
export function createWebhookProcessor(dependencies: WebhookProcessorDependencies): WebhookProcessor {
  const { database, clock, logger, notify, wake: wakeSending } = dependencies;
  const inbox = createWebhookInbox(dependencies.inbox, dependencies.cipher);
  const store = createEventStore(database);
  const readEvents = createInboxReader(dependencies.lines);
  const record = createEventRecorder({ ...dependencies, store, inbox, readEvents });
  // A file of raw webhooks that was lost starts at 1 again, behind the position: what it received would never be processed.
  inbox.startAbove(store.cursor());

  let running = false;
  let cancelTurn: (() => void) | null = null;
  let receivedAt = -Infinity;
  let restUntil = -Infinity;

  function runOnce(): number {
    const rows = inbox.after(store.cursor(), BATCH_REQUESTS);
    if (rows.length === 0) return 0;
    const events = inTransaction(database, () => {
      let count = 0;
      for (const row of rows) {
        count += record.request(row);
        store.moveCursor(row.id);
        if (count >= BATCH_EVENTS) break;
      }
      return count;
    });
    notify.changed('webhook_events');
    wakeSending();
    return events;
  }

  function turn(): void {
    cancelTurn = null;
    const startedAt = clock.monotonic();
    if (startedAt < restUntil && startedAt < receivedAt + QUIET_MS) {
      cancelTurn = clock.after(Math.min(restUntil, receivedAt + QUIET_MS) - startedAt, turn);
      return;
    }
    try {
      if (runOnce() === 0) return;
      const endedAt = clock.monotonic();
      restUntil = endedAt + REST_PER_WORK * (endedAt - startedAt);
      schedule();
    } catch (error) {
      // Nothing of the batch was kept: it is processed again when the database can take it (REL-3).
      logger.error({ error }, 'webhooks could not be processed');
      if (running) cancelTurn = clock.after(RETRY_MS, turn);
    }
  }

  function schedule(): void {
    if (!running || cancelTurn !== null) return;
    const immediate = setImmediate(turn);
    cancelTurn = () => {
      clearImmediate(immediate);
    };
  }

  return {
    start() {
      running = true;
      schedule();
      return Promise.resolve();
    },
    stop() {
      running = false;
      cancelTurn?.();
      cancelTurn = null;
      return Promise.resolve();
    },
    runOnce,
    wake() {
      receivedAt = clock.monotonic();
      schedule();
    },
    matchOrphans: record.matchOrphans,
    replay(eventId) {
      const row = inTransaction(database, () => record.again(eventId));
      notify.changed('webhook_events');
      wakeSending();
      return row;
    },
    assign(eventId, phone) {
      const row = inTransaction(database, () => record.assign(eventId, phone));
      notify.changed('webhook_events');
      wakeSending();
      return row;
    },
    async prune(signal) {
      const than = clock.now() - RETENTION_MS;
      const older = { than, since: than - RETENTION_MS };
      const events = await inSteps(() => store.prune(older), signal, clock);
      await inSteps(() => inbox.prune({ ...older, upTo: store.cursor() }), signal, clock);
      return events;
    },
    lastIncomingAt: (lineId, phone) => store.lastIncomingAt(lineId, phone),
  };
}
