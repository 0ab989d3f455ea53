import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import { foldReports, nextAttemptState, type AttemptEvent } from '../domain/attemptStates.ts';
import { slotKind } from '../domain/quota.ts';
import { afterRefusal, type AfterRefusal } from '../domain/retry.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { QuotaLedger } from '../monitoring/quotaLedger.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { AttemptChange, AttemptListener, AttemptRow } from './attempt.ts';
import type { AttemptStore } from './attemptStore.ts';
import type { DeliveryStatus, ErrorClass, LookupOutcome, SendOutcome } from './provider.ts';

/** What an outcome can cause outside its attempt; part of the same transaction. */
export type OutcomeEffects = {
  pauseCampaign(campaignId: string, code: string): void;
  pauseLine(lineId: string, code: string): void;
  pauseAll(code: string): void;
  optOut(phone: string, code: string): void;
};

export type DeliveryReport = {
  lineId: string;
  providerIds: readonly string[];
  reference: string | null;
  status: DeliveryStatus;
  at: number;
  code: string;
};

type OutcomeDependencies = {
  database: Database;
  store: AttemptStore;
  ledger: QuotaLedger;
  clock: Clock;
  random: Random;
  notify: Notify;
  effects: OutcomeEffects;
  retryBaseMs: () => number;
  settlingMs: number;
};

/** First question to the provider about an unknown outcome: soon, but not before a slow answer had its chance. */
export const FIRST_LOOKUP_AFTER_MS = 5_000;

/**
 * Records what became of a message: one transaction for each outcome, which also settles or gives back the slot,
 * counts errors and tells the listeners. The states are those of `docs/states.md`.
 */
export class Outcomes {
  readonly #deps: OutcomeDependencies;
  readonly #listeners: AttemptListener[] = [];

  constructor(dependencies: OutcomeDependencies) {
    this.#deps = dependencies;
  }

  /** Adds a listener that runs inside the transactions. */
  onChange(listener: AttemptListener): void {
    this.#listeners.push(listener);
  }

  /** Tells open screens about a new attempt. */
  announceQueued(attempt: AttemptRow): void {
    this.#deps.notify.attempt(attempt);
  }

  /** The provider took the message. */
  accepted(attempt: AttemptRow, providerIds: readonly string[]): AttemptRow {
    return this.#recordAcceptance(attempt, { event: 'accepted', providerIds, at: this.#deps.clock.now() });
  }

  /** The provider said no; the slot is given back (MON-1) and the error's class says what comes next (SND-5). */
  refused(attempt: AttemptRow, outcome: Extract<SendOutcome, { kind: 'refused' }>): AttemptRow {
    return this.#recordFailure(attempt, outcome);
  }

  /** Nothing left this machine; the slot is given back and the try does not count against the contact. */
  notSent(attempt: AttemptRow, outcome: Extract<SendOutcome, { kind: 'not_sent' }>): AttemptRow {
    return this.#recordFailure(attempt, { ...outcome, class: 'retry' });
  }

  #recordFailure(
    attempt: AttemptRow,
    failure: { code: string; class: ErrorClass; detail: string; retryAfterMs?: number },
  ): AttemptRow {
    const { database, store, ledger, clock, random, retryBaseMs } = this.#deps;
    const now = clock.now();
    return inTransaction(database, () => {
      ledger.release(attempt.id);
      const { tries, maxAttempts, errorCode: previousCode } = attempt;
      const { retryAfterMs } = failure;
      const next = afterRefusal(
        { ...failure, tries, maxAttempts, baseMs: retryBaseMs(), retryAfterMs, now, previousCode },
        random,
      );
      const final = next.kind === 'final';
      const updated = this.#move(attempt, final ? 'refused_final' : 'refused_retry', {
        errorCode: failure.code,
        errorDetail: failure.detail,
        // A try that failed for no fault of the message is not counted against it.
        ...(final ? { finishedAt: now } : { dueAt: next.at, tries: next.pause === 'none' ? tries : tries - 1 }),
      });
      store.addEvent(attempt.id, now, final ? 'refused_for_good' : 'refused_will_retry', {
        code: failure.code,
        detail: failure.detail,
        ...(final ? {} : { nextAttemptAt: next.at }),
      });
      this.#countError(updated, failure.code, failure.detail);
      this.#spread(updated, { ...next, code: failure.code });
      if (final) this.#tell({ attempt: updated, kind: 'failed', at: now, code: failure.code });
      return updated;
    });
  }

  /** What a refusal stops besides its own message. */
  #spread(attempt: AttemptRow, next: { pause: AfterRefusal['pause']; suppress: boolean; code: string }): void {
    const { effects } = this.#deps;
    if (next.suppress) effects.optOut(attempt.phone, next.code);
    if (next.pause === 'line') effects.pauseLine(attempt.lineId, next.code);
    if (next.pause === 'all') effects.pauseAll(next.code);
    if (next.pause === 'campaign' && attempt.campaignId !== null) effects.pauseCampaign(attempt.campaignId, next.code);
  }

  /** The request may have left: the slot is kept and nothing is sent again before this is known (SND-6). */
  unknown(attempt: AttemptRow, reason: { code: string; detail: string }): AttemptRow {
    const { database, store, ledger, clock } = this.#deps;
    const now = clock.now();
    return inTransaction(database, () => {
      ledger.settle(attempt.id, now);
      const updated = this.#move(attempt, 'outcome_unknown', {
        unknownAt: now,
        lookups: 0,
        absentSince: null,
        lookupAt: now + Math.min(FIRST_LOOKUP_AFTER_MS, this.#deps.settlingMs),
        parkedAt: null,
        errorCode: 'outcome_unknown',
        errorDetail: reason.code,
      });
      store.addEvent(attempt.id, now, 'outcome_unknown', reason);
      this.#tell({ attempt: updated, kind: 'unknown', at: now, code: 'outcome_unknown' });
      // A report that came before the answer settles the matter.
      return store.reports(attempt.id).length > 0
        ? this.#recordAcceptance(updated, { event: 'found', providerIds: [], at: attempt.sendingAt ?? now })
        : updated;
    });
  }

  /** A look-up or the operator says that it left. */
  found(attempt: AttemptRow, lookup: Extract<LookupOutcome, { kind: 'found' }>): AttemptRow {
    const { database, store, clock } = this.#deps;
    const now = clock.now();
    return inTransaction(database, () => {
      if (lookup.status !== 'queued') {
        store.addReport(attempt.id, { status: lookup.status, at: lookup.acceptedAt ?? now, code: lookup.code });
      }
      const at = plausible(lookup.acceptedAt, attempt, now);
      return this.#recordAcceptance(attempt, { event: 'found', providerIds: lookup.providerIds, at });
    });
  }

  /** Applies what a webhook says about a message; null when no attempt is known by its ids or reference. */
  applyReport(report: DeliveryReport): AttemptRow | null {
    const { database, store } = this.#deps;
    return inTransaction(database, () => {
      const attempt =
        store.withProviderId(report.lineId, report.providerIds) ??
        (report.reference === null ? null : store.withReference(report.reference));
      if (attempt === null) return null;
      store.addReport(attempt.id, { status: report.status, at: report.at, code: report.code });
      store.addProviderIds(attempt, report.providerIds);
      if (attempt.state === 'sending') return attempt;
      if (attempt.sentAt !== null) return this.#fold(attempt);
      if (report.status === 'failed' && attempt.state !== 'unknown') return attempt;
      const at = plausible(report.at, attempt, this.#deps.clock.now());
      return this.#recordAcceptance(attempt, { event: 'found', providerIds: report.providerIds, at });
    });
  }

  #recordAcceptance(
    attempt: AttemptRow,
    acceptance: { event: 'accepted' | 'found'; providerIds: readonly string[]; at: number },
  ): AttemptRow {
    const { database, store, ledger, clock } = this.#deps;
    const now = clock.now();
    return inTransaction(database, () => {
      if (ledger.hasSlot(attempt.id)) ledger.settle(attempt.id, now);
      else {
        const kind = slotKind(attempt.type);
        ledger.takeAfterTheFact({ attemptId: attempt.id, lineId: attempt.lineId, kind, now });
      }
      store.addProviderIds(attempt, acceptance.providerIds);
      const updated = this.#move(attempt, acceptance.event, {
        sentAt: acceptance.at,
        finishedAt: now,
        errorCode: null,
        errorDetail: null,
      });
      store.addEvent(attempt.id, now, acceptance.event === 'accepted' ? 'accepted' : 'found_at_provider', {
        providerIds: [...acceptance.providerIds],
      });
      this.#tell({ attempt: updated, kind: 'accepted', at: acceptance.at, code: null });
      // A listener can have applied reports that waited for this attempt: go on from what is on disk.
      return this.#fold(store.get(updated.id) ?? updated);
    });
  }

  /** State of an accepted attempt from all its reports, whatever their order and repetition (WHK-4). */
  #fold(attempt: AttemptRow): AttemptRow {
    const { store, clock } = this.#deps;
    const folded = foldReports(store.reports(attempt.id), attempt.sentAt);
    const { state, deliveredAt, readAt } = folded;
    if (state === attempt.state && deliveredAt === attempt.deliveredAt && readAt === attempt.readAt) return attempt;
    const now = clock.now();
    const failed = state === 'failed_final';
    const updated = store.update(
      attempt,
      { state, deliveredAt, readAt, errorCode: failed ? folded.code : null, errorDetail: null, finishedAt: now },
      now,
    );
    this.#deps.notify.attempt(updated);
    store.addEvent(attempt.id, now, `reported_${failed ? 'failed' : state}`, failed ? { code: folded.code } : undefined);
    if (deliveredAt !== null && attempt.deliveredAt === null) {
      this.#tell({ attempt: updated, kind: 'delivered', at: deliveredAt, code: null });
    }
    if (readAt !== null && attempt.readAt === null) this.#tell({ attempt: updated, kind: 'read', at: readAt, code: null });
    if (failed && attempt.state !== 'failed_final') {
      const code = folded.code === null || folded.code === '' ? 'reported_failed' : folded.code;
      this.#countError(updated, code, null);
      this.#tell({ attempt: updated, kind: 'failed', at: folded.failedAt ?? now, code });
    }
    if (!failed && attempt.state === 'failed_final') {
      this.#tell({ attempt: updated, kind: 'sent', at: attempt.sentAt ?? now, code: null });
    }
    return updated;
  }

  /** Queues a failed message again, on the operator's word (SND-8). */
  queueAgain(attempt: AttemptRow): AttemptRow {
    const { database, store, clock } = this.#deps;
    const now = clock.now();
    return inTransaction(database, () => {
      const maxAttempts = Math.max(attempt.maxAttempts, attempt.tries + 1);
      const updated = this.#move(attempt, 'retried', { dueAt: now, finishedAt: null, maxAttempts });
      store.addEvent(attempt.id, now, 'retried_by_operator');
      this.#tell({ attempt: updated, kind: 'queued_again', at: now, code: null });
      return updated;
    });
  }

  /** Takes a message that has not left out of the queue. */
  cancel(attempt: AttemptRow, reason: string): AttemptRow {
    return this.#end(attempt, 'cancelled', reason);
  }

  /** The window of a Message 2 closed before it left (CMP-6). */
  expire(attempt: AttemptRow): AttemptRow {
    return this.#end(attempt, 'expired', 'window_closed');
  }

  #end(attempt: AttemptRow, event: 'cancelled' | 'expired', code: string): AttemptRow {
    const { database, store, clock } = this.#deps;
    const now = clock.now();
    return inTransaction(database, () => {
      const updated = this.#move(attempt, event, { errorCode: code, errorDetail: null, finishedAt: now });
      store.addEvent(attempt.id, now, event, { code });
      this.#tell({ attempt: updated, kind: event, at: now, code });
      return updated;
    });
  }

  /**
   * The provider provably does not have the message, or the operator says so: the slot is given back.
   * @param retry queue it again at once, else it has failed for good
   */
  absent(attempt: AttemptRow, decision: { retry: boolean; code: string }): AttemptRow {
    const { database, store, ledger, clock } = this.#deps;
    const now = clock.now();
    return inTransaction(database, () => {
      ledger.release(attempt.id);
      const updated = this.#move(attempt, decision.retry ? 'proved_absent_retry' : 'proved_absent_final', {
        errorCode: decision.code,
        errorDetail: null,
        ...(decision.retry ? { dueAt: now } : { finishedAt: now }),
      });
      store.addEvent(attempt.id, now, 'proved_absent', { code: decision.code, retried: decision.retry });
      if (!decision.retry) {
        this.#countError(updated, decision.code, null);
        this.#tell({ attempt: updated, kind: 'failed', at: now, code: decision.code });
      }
      return updated;
    });
  }

  /** Moves an attempt to the state that an event leads to; leaving `unknown` clears what belongs to it. */
  #move(attempt: AttemptRow, event: AttemptEvent, changes: Parameters<AttemptStore['update']>[1]): AttemptRow {
    const state = nextAttemptState(attempt.state, event);
    if (state === null) throw new Error(`attempt ${attempt.id}: no ${event} in state ${attempt.state}`);
    const cleared = state === 'unknown' ? {} : { unknownAt: null, lookupAt: null, absentSince: null, parkedAt: null };
    const updated = this.#deps.store.update(attempt, { ...cleared, ...changes, state }, this.#deps.clock.now());
    this.#deps.notify.attempt(updated);
    return updated;
  }

  #countError(attempt: AttemptRow, code: string, detail: string | null): void {
    const at = this.#deps.clock.now();
    this.#deps.store.addError({ attempt, code, detail, day: this.#deps.ledger.countError(at), at });
  }

  #tell(change: AttemptChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** The provider's own time of acceptance, as long as it lies between our sending and now. */
function plausible(reported: number | null, attempt: AttemptRow, now: number): number {
  const earliest = attempt.sendingAt ?? attempt.createdAt;
  return Math.min(Math.max(reported ?? earliest, earliest), now);
}
