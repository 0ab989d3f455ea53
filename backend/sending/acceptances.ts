import type { Clock } from '../core/clock.ts';
import { foldReports, holdsSlot } from '../domain/attemptStates.ts';
import { slotKind } from '../domain/quota.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { QuotaLedger } from '../monitoring/quotaLedger.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { AttemptRow } from './attempt.ts';
import type { AttemptRecorder } from './attemptRecorder.ts';
import type { AttemptStore } from './attemptStore.ts';
import type { DeliveryStatus, LookupOutcome } from './provider.ts';

export type DeliveryReport = {
  lineId: string;
  providerIds: readonly string[];
  reference: string | null;
  status: DeliveryStatus;
  at: number;
  code: string;
};

type AcceptanceDependencies = {
  database: Database;
  store: AttemptStore;
  ledger: QuotaLedger;
  clock: Clock;
  notify: Notify;
  /** What a failure that the provider reported at `at` means for others; part of the transaction. */
  failedLater: (attempt: AttemptRow, failure: { code: string; at: number }) => void;
};

/** What is known of messages that the provider took: that it took them, and what it reported since. */
export class Acceptances {
  readonly #deps: AcceptanceDependencies;
  readonly #recorder: AttemptRecorder;

  constructor(dependencies: AcceptanceDependencies, recorder: AttemptRecorder) {
    this.#deps = dependencies;
    this.#recorder = recorder;
  }

  /** A look-up or the operator says that it left. */
  found(attempt: AttemptRow, lookup: Extract<LookupOutcome, { kind: 'found' }>): AttemptRow {
    const { database, store, clock } = this.#deps;
    const now = clock.now();
    return inTransaction(database, () => {
      if (lookup.status !== 'queued') {
        // When it was taken is told; how it went on from there is known since now.
        const at = lookup.status === 'sent' ? (lookup.acceptedAt ?? now) : now;
        store.addReport(attempt.id, { status: lookup.status, at, code: lookup.code });
      }
      const at = plausible(lookup.acceptedAt, attempt, now);
      return this.record(attempt, { event: 'found', providerIds: lookup.providerIds, at });
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
      const isNews = store.addProviderIds(attempt, report.providerIds);
      if (attempt.state === 'sending') return attempt;
      if (attempt.sentAt !== null) return isNews ? this.#learnt(attempt) : this.#fold(attempt);
      if (report.status === 'failed' && attempt.state !== 'unknown') return attempt;
      const at = plausible(report.at, attempt, this.#deps.clock.now());
      return this.record(attempt, { event: 'found', providerIds: report.providerIds, at });
    });
  }

  /** What the provider was asked about a message that it is known to have taken: further ids, and how far it came. */
  learn(attempt: AttemptRow, lookup: Extract<LookupOutcome, { kind: 'found' }>): AttemptRow {
    const { store, clock } = this.#deps;
    if (attempt.sentAt === null) return this.found(attempt, lookup);
    if (lookup.status !== 'queued') {
      store.addReport(attempt.id, { status: lookup.status, at: clock.now(), code: lookup.code });
    }
    return store.addProviderIds(attempt, lookup.providerIds) ? this.#learnt(attempt) : this.#fold(attempt);
  }

  /** More ids are known: what waited under them is applied by those who follow, and then all is folded. */
  #learnt(attempt: AttemptRow): AttemptRow {
    const { store, clock } = this.#deps;
    this.#recorder.tell({ attempt, kind: 'ids_learnt', at: clock.now(), code: null });
    return this.#fold(store.get(attempt.id) ?? attempt);
  }

  /** The provider took it: the slot stays, and reports that came earlier are applied now. */
  record(
    attempt: AttemptRow,
    acceptance: { event: 'accepted' | 'found'; providerIds: readonly string[]; at: number },
  ): AttemptRow {
    const { database, store, ledger, clock } = this.#deps;
    const now = clock.now();
    return inTransaction(database, () => {
      // A slot that it holds and that is gone has grown too old for any limit: it was counted on its own day.
      if (!ledger.settle(attempt.id, now) && !holdsSlot(attempt) && !ledger.hasSlot(attempt.id)) {
        const kind = slotKind(attempt.type);
        ledger.takeAfterTheFact({ attemptId: attempt.id, lineId: attempt.lineId, kind, now });
      }
      store.addProviderIds(attempt, acceptance.providerIds);
      const updated = this.#recorder.move(attempt, acceptance.event, {
        sentAt: acceptance.at,
        finishedAt: now,
        errorCode: null,
        errorDetail: null,
      });
      store.addEvent(attempt.id, {
        at: now,
        event: acceptance.event === 'accepted' ? 'accepted' : 'found_at_provider',
        detail: {
          providerIds: [...acceptance.providerIds],
        },
      });
      this.#recorder.tell({ attempt: updated, kind: 'accepted', at: acceptance.at, code: null });
      // A listener can have applied reports that waited for this attempt: go on from what is on disk.
      return store.reports(updated.id).length === 0 ? updated : this.#fold(store.get(updated.id) ?? updated);
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
    const code = folded.code === null || folded.code === '' ? 'reported_failed' : folded.code;
    const updated = store.update(
      attempt,
      { state, deliveredAt, readAt, errorCode: failed ? code : null, errorDetail: null, finishedAt: now },
      now,
    );
    this.#deps.notify.attempt(updated);
    store.addEvent(attempt.id, {
      at: now,
      event: `reported_${failed ? 'failed' : state}`,
      ...(failed && { detail: { code } }),
    });
    if (deliveredAt !== null && attempt.deliveredAt === null) {
      this.#recorder.tell({ attempt: updated, kind: 'delivered', at: deliveredAt, code: null });
    }
    if (readAt !== null && attempt.readAt === null)
      this.#recorder.tell({ attempt: updated, kind: 'read', at: readAt, code: null });
    if (failed && attempt.state !== 'failed_final') {
      this.#recorder.countError(updated, code, null);
      const at = folded.failedAt ?? now;
      this.#deps.failedLater(updated, { code, at });
      this.#recorder.tell({ attempt: updated, kind: 'failed', at, code });
    }
    if (!failed && attempt.state === 'failed_final') {
      this.#recorder.tell({ attempt: updated, kind: 'sent', at: attempt.sentAt ?? now, code: null });
    }
    return updated;
  }
}

/** The provider's own time of acceptance, as long as it lies between our sending and now. */
function plausible(reported: number | null, attempt: AttemptRow, now: number): number {
  const earliest = attempt.sendingAt ?? attempt.createdAt;
  return Math.min(Math.max(reported ?? earliest, earliest), now);
}
