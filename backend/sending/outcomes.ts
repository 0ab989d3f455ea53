import { MOST_TRIES } from '../contract/attempts.ts';
import type { Clock } from '../core/clock.ts';
import { HOUR_MS } from '../core/days.ts';
import type { Random } from '../core/random.ts';
import { nextAttemptState } from '../domain/attemptStates.ts';
import { afterRefusal, consequencesOf, type Consequences } from '../domain/retry.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { QuotaLedger } from '../monitoring/quotaLedger.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import { Acceptances, type DeliveryReport } from './acceptances.ts';
import type { AttemptListener, AttemptRow } from './attempt.ts';
import { AttemptRecorder } from './attemptRecorder.ts';
import type { AttemptStore } from './attemptStore.ts';
import type { ErrorClass, LookupOutcome, SendOutcome } from './provider.ts';

/** What an outcome can cause outside its attempt; part of the same transaction. */
export type OutcomeEffects = {
  pauseCampaign(campaignId: string, code: string): void;
  pauseLine(lineId: string, code: string): void;
  pauseAll(code: string): void;
  optOut(phone: string, code: string): void;
  /** Why a message that came back must not be tried again, as a code: its contact opted out or was removed meanwhile. */
  ended(attempt: AttemptRow): string | null;
};

type OutcomeDependencies = {
  database: Database;
  store: AttemptStore;
  ledger: QuotaLedger;
  clock: Clock;
  random: Random;
  notify: Notify;
  effects: OutcomeEffects;
  /** What a code means on a line. */
  classify: (code: string, lineId: string) => ErrorClass;
  retryBaseMs: () => number;
  settlingMs: number;
};

/** First question to the provider about an unknown outcome: soon, but not before a slow answer had its chance. */
export const FIRST_LOOKUP_AFTER_MS = 5_000;

/** A failure that was reported longer ago pauses nothing: what stood in the way then may be settled by now. */
export const LATE_FAILURE_MS = HOUR_MS;

/**
 * Records what became of a message: one transaction for each outcome, which also settles or gives back the slot,
 * counts errors and tells the listeners. The states are those of `docs/states.md`.
 */
export class Outcomes {
  readonly #deps: OutcomeDependencies;
  readonly #recorder: AttemptRecorder;
  readonly #acceptances: Acceptances;

  constructor(dependencies: OutcomeDependencies) {
    this.#deps = dependencies;
    this.#recorder = new AttemptRecorder(dependencies);
    const failedLater = this.#failedLater.bind(this);
    this.#acceptances = new Acceptances({ ...dependencies, failedLater }, this.#recorder);
  }

  /** Adds a listener that runs inside the transactions. */
  onChange(listener: AttemptListener): void {
    this.#recorder.onChange(listener);
  }

  /** Tells open screens about a new attempt. */
  announceQueued(attempt: AttemptRow): void {
    this.#deps.notify.attempt(attempt);
  }

  /** Records what a try came to. */
  record(attempt: AttemptRow, outcome: SendOutcome): void {
    switch (outcome.kind) {
      case 'accepted':
        this.accepted(attempt, outcome.providerIds);
        return;
      case 'refused':
        this.refused(attempt, outcome);
        return;
      case 'not_sent':
        this.notSent(attempt, outcome);
        return;
      case 'unknown':
        this.unknown(attempt, outcome);
        return;
    }
  }

  /** The provider took the message. */
  accepted(attempt: AttemptRow, providerIds: readonly string[]): AttemptRow {
    return this.#acceptances.record(attempt, { event: 'accepted', providerIds, at: this.#deps.clock.now() });
  }

  /** The provider said no; the slot is given back (MON-1) and the error's class says what comes next (SND-5). */
  refused(attempt: AttemptRow, outcome: Extract<SendOutcome, { kind: 'refused' }>): AttemptRow {
    return this.#recordFailure(attempt, outcome);
  }

  /** Nothing left this machine; the slot is given back and the try does not count, however long the outage (REL-5). */
  notSent(attempt: AttemptRow, outcome: Extract<SendOutcome, { kind: 'not_sent' }>): AttemptRow {
    return this.#recordFailure(attempt, { ...outcome, class: 'retry', uncounted: true });
  }

  #recordFailure(
    attempt: AttemptRow,
    failure: { code: string; class: ErrorClass; detail: string; retryAfterMs?: number; uncounted?: true },
  ): AttemptRow {
    const { database, store, ledger, clock, random, retryBaseMs } = this.#deps;
    const now = clock.now();
    return inTransaction(database, () => {
      // Whatever the answer says: the provider has told of the message, so it took it (I4).
      if (store.reports(attempt.id).some(({ status }) => status !== 'failed')) return this.#foundByReports(attempt);
      ledger.release(attempt.id);
      const { tries, errorCode: previousCode } = attempt;
      const { retryAfterMs, uncounted = false } = failure;
      const maxAttempts = uncounted ? Infinity : attempt.maxAttempts;
      const next = afterRefusal(
        { ...failure, tries, maxAttempts, baseMs: retryBaseMs(), retryAfterMs, now, previousCode },
        random,
      );
      const final = next.kind === 'final';
      const updated = this.#recorder.move(attempt, final ? 'refused_final' : 'refused_retry', {
        errorCode: failure.code,
        errorDetail: failure.detail,
        // A try that failed for no fault of the message is not counted against it.
        ...(final
          ? { finishedAt: now }
          : { dueAt: next.at, tries: next.pause === 'none' && !uncounted ? tries : tries - 1 }),
      });
      store.addEvent(attempt.id, {
        at: now,
        event: final ? 'refused_for_good' : 'refused_will_retry',
        detail: {
          code: failure.code,
          detail: failure.detail,
          ...(final ? {} : { nextAttemptAt: next.at }),
        },
      });
      this.#recorder.countError(updated, failure.code, failure.detail);
      this.#spread(updated, { ...next, code: failure.code });
      if (!final) return this.#unlessEnded(updated);
      this.#recorder.tell({ attempt: updated, kind: 'failed', at: now, code: failure.code });
      return updated;
    });
  }

  /** What ended while the message was on its way could not be taken out of the queue then; now it can (SND-13). */
  #unlessEnded(attempt: AttemptRow): AttemptRow {
    const reason = this.#deps.effects.ended(attempt);
    return reason === null ? attempt : this.cancel(attempt, reason);
  }

  /** What a refusal stops besides its own message. */
  #spread(attempt: AttemptRow, next: Consequences & { code: string }): void {
    const { effects } = this.#deps;
    if (next.suppress) effects.optOut(attempt.phone, next.code);
    if (next.pause === 'line') effects.pauseLine(attempt.lineId, next.code);
    if (next.pause === 'all') effects.pauseAll(next.code);
    if (next.pause === 'campaign' && attempt.campaignId !== null) effects.pauseCampaign(attempt.campaignId, next.code);
  }

  /** The provider took it and reports that it failed: it is not sent again (I4), but others may be concerned (SND-5). */
  #failedLater(attempt: AttemptRow, { code, at }: { code: string; at: number }): void {
    const consequences = consequencesOf(this.#deps.classify(code, attempt.lineId));
    const isNews = this.#deps.clock.now() - at <= LATE_FAILURE_MS;
    this.#spread(attempt, { ...consequences, ...(!isNews && { pause: 'none' }), code });
  }

  /** The request may have left: the slot is kept and nothing is sent again before this is known (SND-6). */
  unknown(attempt: AttemptRow, reason: { code: string; detail: string }): AttemptRow {
    const { database, store, ledger, clock } = this.#deps;
    const now = clock.now();
    // It is known by now that the provider took it.
    if (nextAttemptState(attempt.state, 'outcome_unknown') === attempt.state) return attempt;
    return inTransaction(database, () => {
      ledger.settle(attempt.id, now);
      const updated = this.#recorder.move(attempt, 'outcome_unknown', {
        unknownAt: now,
        lookups: 0,
        absentSince: null,
        lookupAt: now + Math.min(FIRST_LOOKUP_AFTER_MS, this.#deps.settlingMs),
        parkedAt: null,
        errorCode: 'outcome_unknown',
        errorDetail: reason.code,
      });
      store.addEvent(attempt.id, { at: now, event: 'outcome_unknown', detail: reason });
      this.#recorder.tell({ attempt: updated, kind: 'unknown', at: now, code: 'outcome_unknown' });
      // A report that came before the answer settles the matter.
      return store.reports(attempt.id).length > 0 ? this.#foundByReports(updated) : updated;
    });
  }

  #foundByReports(attempt: AttemptRow): AttemptRow {
    const at = attempt.sendingAt ?? this.#deps.clock.now();
    return this.#acceptances.record(attempt, { event: 'found', providerIds: [], at });
  }

  /** A look-up or the operator says that it left. */
  found(attempt: AttemptRow, lookup: Extract<LookupOutcome, { kind: 'found' }>): AttemptRow {
    return this.#acceptances.found(attempt, lookup);
  }

  /** The provider was asked about a message that it is known to have taken: its ids, and how far it came. */
  learn(attempt: AttemptRow, lookup: Extract<LookupOutcome, { kind: 'found' }>): AttemptRow {
    return this.#acceptances.learn(attempt, lookup);
  }

  /** Applies what a webhook says about a message; null when no attempt is known by its ids or reference. */
  applyReport(report: DeliveryReport): AttemptRow | null {
    return this.#acceptances.applyReport(report);
  }

  /** Queues a failed message again, on the operator's word (SND-8). */
  queueAgain(attempt: AttemptRow): AttemptRow {
    const { database, store, clock } = this.#deps;
    const now = clock.now();
    return inTransaction(database, () => {
      // After the most that may be set it is tried once more all the same, and ends then.
      const maxAttempts = Math.min(MOST_TRIES, Math.max(attempt.maxAttempts, attempt.tries + 1));
      const updated = this.#recorder.move(attempt, 'retried', { dueAt: now, finishedAt: null, maxAttempts });
      store.addEvent(attempt.id, { at: now, event: 'retried_by_operator' });
      this.#recorder.tell({ attempt: updated, kind: 'queued_again', at: now, code: null });
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
      const updated = this.#recorder.move(attempt, event, { errorCode: code, errorDetail: null, finishedAt: now });
      store.addEvent(attempt.id, { at: now, event: event, detail: { code } });
      this.#recorder.tell({ attempt: updated, kind: event, at: now, code });
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
      const updated = this.#recorder.move(attempt, decision.retry ? 'proved_absent_retry' : 'proved_absent_final', {
        errorCode: decision.code,
        errorDetail: null,
        ...(decision.retry ? { dueAt: now } : { finishedAt: now }),
      });
      store.addEvent(attempt.id, {
        at: now,
        event: 'proved_absent',
        detail: { code: decision.code, retried: decision.retry },
      });
      if (!decision.retry) {
        this.#recorder.countError(updated, decision.code, null);
        this.#recorder.tell({ attempt: updated, kind: 'failed', at: now, code: decision.code });
      }
      return decision.retry ? this.#unlessEnded(updated) : updated;
    });
  }
}
