import type { Clock } from '../core/clock.ts';
import { nextAttemptState, type AttemptEvent } from '../domain/attemptStates.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { QuotaLedger } from '../monitoring/quotaLedger.ts';
import type { AttemptChange, AttemptListener, AttemptRow } from './attempt.ts';
import type { AttemptStore } from './attemptStore.ts';

type RecorderDependencies = { store: AttemptStore; ledger: QuotaLedger; clock: Clock; notify: Notify };

/** Writes one change of an attempt and tells those who follow it; always a part of the caller's transaction. */
export class AttemptRecorder {
  readonly #deps: RecorderDependencies;
  readonly #listeners: AttemptListener[] = [];

  constructor(dependencies: RecorderDependencies) {
    this.#deps = dependencies;
  }

  onChange(listener: AttemptListener): void {
    this.#listeners.push(listener);
  }

  /**
   * Moves an attempt to the state that an event leads to; leaving `unknown` clears what belongs to it.
   * @throws Error when the event does not belong to the state
   */
  move(attempt: AttemptRow, event: AttemptEvent, changes: Parameters<AttemptStore['update']>[1]): AttemptRow {
    const { store, clock, notify } = this.#deps;
    const state = nextAttemptState(attempt.state, event);
    if (state === null) throw new Error(`attempt ${attempt.id}: no ${event} in state ${attempt.state}`);
    const cleared = state === 'unknown' ? {} : { unknownAt: null, lookupAt: null, absentSince: null, parkedAt: null };
    const updated = store.update(attempt, { ...cleared, ...changes, state }, clock.now());
    notify.attempt(updated);
    return updated;
  }

  /** Adds to the errors of the day (MON-6) and to the list of errors (MON-7). */
  countError(attempt: AttemptRow, code: string, detail: string | null): void {
    const at = this.#deps.clock.now();
    this.#deps.store.addError({ attempt, code, detail, day: this.#deps.ledger.countError(at), at });
  }

  tell(change: AttemptChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
