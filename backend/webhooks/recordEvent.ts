import { VigieError } from '../contract/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { ProviderEvent } from '../sending/provider.ts';
import type { Database } from '../storage/database.ts';
import { createEventApplier, idKey, phoneKey, referenceKey, senderKey, type Applied } from './applyEvent.ts';
import type { AnswerListener, ReportListener, SessionListener } from './dependencies.ts';
import type { EventChanges, EventRow, EventStore } from './eventStore.ts';
import type { InboxRow, WebhookInbox } from './inbox.ts';
import { describe, type StoredEvents } from './readInbox.ts';

/** An attempt as far as webhooks are concerned. */
export type SentMessage = { lineId: string; reference: string; phone: string; sendingAt: number | null };

type Dependencies = {
  database: Database;
  store: EventStore;
  inbox: WebhookInbox;
  readEvents: (row: InboxRow) => StoredEvents;
  attempts: ReportListener;
  answers: AnswerListener;
  lineHealth: SessionListener;
  clock: Clock;
  logger: Logger;
};

/** The file could not be written: that says nothing about the event. */
const STORAGE_TROUBLE = /^SQLITE_(FULL|IOERR|BUSY|LOCKED|CORRUPT|NOTADB|NOMEM|READONLY|CANTOPEN|PROTOCOL)/;

/** Applies events and writes in the log what came of them. Everything here is part of the caller's transaction. */
export function createEventRecorder(dependencies: Dependencies) {
  const { database, store, inbox, readEvents, clock, logger } = dependencies;
  const apply = createEventApplier(dependencies);
  const inSavepoint = database.transaction((work: () => Applied) => work());

  /** What came of an event; an error of ours undoes its effects and becomes its verdict. */
  function outcomeOf(event: ProviderEvent, row: InboxRow): Applied | { failed: string } {
    const context = { lineId: row.lineId ?? '', receivedAt: row.receivedAt, now: clock.now() };
    try {
      return inSavepoint(() => apply(event, context));
    } catch (error) {
      if (isStorageTrouble(error)) throw error;
      logger.error({ error: describe(error), event: event.event, inboxId: row.id }, 'webhook event failed');
      return { failed: describe(error) };
    }
  }

  function base(row: InboxRow, position: number) {
    const { id: inboxId, provider, lineId, receivedAt } = row;
    return { inboxId, position, provider, lineId, receivedAt };
  }

  function logOnly(verdict: EventChanges['verdict'], reason: string): EventChanges {
    return { ...EMPTY, verdict, reason, processedAt: clock.now() };
  }

  function toChanges(event: ProviderEvent, row: InboxRow, outcome: Applied | { failed: string }): EventChanges {
    const named = { event: event.event, dedupeKey: scopedKey(event, row), processedAt: clock.now() };
    if ('failed' in outcome) return { ...EMPTY, ...named, verdict: 'failed', reason: outcome.failed };
    const { verdict, reason, changes, attemptId, phone, providerMessageId } = outcome;
    return { ...named, verdict, reason, changes: JSON.stringify(changes), attemptId, phone, providerMessageId };
  }

  function newEvent(event: ProviderEvent, row: InboxRow, position: number): void {
    const dedupeKey = scopedKey(event, row);
    if (store.firstWithKey(row.provider, dedupeKey) !== null) {
      const repeated = { ...logOnly('duplicate', 'repeated'), event: event.event, dedupeKey };
      store.insert({ ...base(row, position), ...repeated });
      return;
    }
    const outcome = outcomeOf(event, row);
    const id = store.insert({ ...base(row, position), ...toChanges(event, row, outcome) });
    if (!('failed' in outcome)) afterwards(id, row, outcome);
  }

  /** Keeps the keys of an event that found nothing, or matches what waited for what it taught. */
  function afterwards(id: number, row: InboxRow, { verdict, orphanKeys, learnt }: Applied): void {
    const lineId = row.lineId ?? '';
    if (verdict === 'unmatched') store.addOrphan(lineId, id, orphanKeys);
    if (learnt === null) return;
    // Only what came after a Message 1 can answer it: an older conversation is none of a campaign's business.
    const since = store.lastSentTo(lineId, learnt.phone);
    if (since !== null) applyOrphans(store.orphans(lineId, senderKey(learnt.senderId), since));
  }

  /** Applies a logged event again and writes the new outcome over the old one. */
  function applyAgain(row: InboxRow, logged: EventRow, event: ProviderEvent): void {
    const dedupeKey = scopedKey(event, row);
    const first = store.firstWithKey(row.provider, dedupeKey);
    if (first !== null && first !== logged.id) {
      store.update(logged.id, { ...logOnly('duplicate', 'repeated'), event: event.event, dedupeKey });
      return;
    }
    store.removeOrphan(logged.id);
    const outcome = outcomeOf(event, row);
    store.update(logged.id, withWhatItChanged(logged, toChanges(event, row, outcome)));
    if (!('failed' in outcome)) afterwards(logged.id, row, outcome);
  }

  function applyOrphans(eventIds: readonly number[]): number {
    let matched = 0;
    for (const eventId of [...new Set(eventIds)].sort((a, b) => a - b)) {
      const logged = store.get(eventId);
      const row = logged === null ? null : inbox.get(logged.inboxId);
      if (logged?.verdict !== 'unmatched' || row === null) continue;
      const events = readEvents(row);
      const event = Array.isArray(events) ? events[logged.position] : undefined;
      if (event === undefined) continue;
      applyAgain(row, logged, event);
      if (store.get(eventId)?.verdict === 'applied') matched += 1;
    }
    return matched;
  }

  return {
    /** Processes a stored request; returns how many rows it made in the log. */
    request(row: InboxRow): number {
      const events = row.rejected === null ? readEvents(row) : { problem: row.rejected };
      if (!Array.isArray(events) || events.length === 0) {
        const verdict = row.rejected === null ? (Array.isArray(events) ? 'ignored' : 'failed') : 'rejected';
        store.insert({ ...base(row, 0), ...logOnly(verdict, Array.isArray(events) ? 'empty' : events.problem) });
        return 1;
      }
      for (const [position, event] of events.entries()) newEvent(event, row, position);
      return events.length;
    },

    /** Applies what waited for a message that was accepted, or of which another id is known now. */
    matchOrphans({ lineId, reference, phone, sendingAt }: SentMessage, providerIds: readonly string[]): number {
      const own = [...providerIds.map(idKey), referenceKey(reference)];
      if (!store.hasOrphans(lineId, [...own, phoneKey(phone)])) return 0;
      const ids = own.flatMap((key) => store.orphans(lineId, key, 0));
      // An answer that overtook the record of the message it answers; an older one answers something else.
      if (sendingAt !== null) ids.push(...store.orphans(lineId, phoneKey(phone), sendingAt));
      return applyOrphans(ids);
    },

    /**
     * Takes the operator's word for who wrote an answer: its sender has this phone from now on, and its answers take
     * effect as if that had been known (CMP-8). Null when there is no such event.
     * @throws VigieError `not_assignable` unless it is an answer that found nobody and names its sender
     */
    assign(eventId: number, phone: string): EventRow | null {
      const logged = store.get(eventId);
      if (logged === null) return null;
      const row = logged.verdict === 'unmatched' ? inbox.get(logged.inboxId) : null;
      const events = row === null ? [] : readEvents(row);
      const event = Array.isArray(events) ? events[logged.position] : undefined;
      if (row === null || event?.kind !== 'answer' || event.senderId === null)
        throw new VigieError('not_assignable', { state: logged.verdict });
      const { senderId } = event;
      const lineId = row.lineId ?? '';
      store.learn({ lineId, senderId, phone, now: clock.now() });
      applyAgain(row, logged, event);
      const since = store.lastSentTo(lineId, phone);
      if (since !== null) applyOrphans(store.orphans(lineId, senderKey(senderId), since));
      return store.get(eventId);
    },

    /**
     * Applies an event of the log once more; null when there is no such event.
     * @throws VigieError `not_retryable` when it was never believed, or its body is no longer kept
     */
    again(eventId: number): EventRow | null {
      const logged = store.get(eventId);
      if (logged === null || logged.verdict === 'duplicate') return logged;
      const row = logged.verdict === 'rejected' ? null : inbox.get(logged.inboxId);
      if (row === null) throw new VigieError('not_retryable', { state: logged.verdict });
      const events = readEvents(row);
      if (!Array.isArray(events) || events.length === 0) {
        store.update(eventId, logOnly('failed', Array.isArray(events) ? 'empty' : events.problem));
        return store.get(eventId);
      }
      const event = events[logged.position];
      if (event !== undefined) applyAgain(row, logged, event);
      // A request that could not be read at all has one row; now it may hold several events.
      for (const [position, other] of events.entries()) {
        if (store.at(row.id, position) === null) newEvent(other, row, position);
      }
      return store.get(eventId);
    },
  };
}

const EMPTY = {
  event: '',
  dedupeKey: null,
  changes: '[]',
  attemptId: null,
  phone: null,
  providerMessageId: null,
} as const;

/** An event that took effect has none the second time: what it changed then is still what it changed. */
function withWhatItChanged(before: EventRow, after: EventChanges): EventChanges {
  if (before.verdict !== 'applied' || after.verdict !== 'applied' || after.changes !== '[]') return after;
  return { ...after, changes: before.changes, attemptId: before.attemptId };
}

/** One event can come to several lines of one account: each has its own. */
function scopedKey(event: ProviderEvent, row: InboxRow): string {
  return `${row.lineId ?? ''}|${event.dedupeKey}`;
}

function isStorageTrouble(error: unknown): boolean {
  if (error instanceof VigieError) return error.code === 'frozen';
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && STORAGE_TROUBLE.test(error.code)
  );
}
