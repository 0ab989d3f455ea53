import type { Clock } from '../core/clock.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/days.ts';
import type { Logger } from '../core/logger.ts';
import type { Service } from '../core/service.ts';
import type { Notify } from '../monitoring/notify.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { AttemptRow } from './attempt.ts';
import type { AttemptStore } from './attemptStore.ts';
import { IdQuestions } from './idQuestions.ts';
import type { Lines } from './lines.ts';
import type { Outcomes } from './outcomes.ts';
import type { LookupOutcome } from './provider.ts';

/** After so long without proof either way, the operator decides. */
export const PARK_AFTER_MS = HOUR_MS;
/** Questions are asked at these distances, the last one again and again. */
const LOOKUP_STEPS_MS = [15 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS];
/** A line whose keys are missing is looked at this often. */
const KEYS_AWAITED_MS = MINUTE_MS;
const BATCH = 20;
const TICK_MS = SECOND_MS / 4;

type ReconciliationDependencies = {
  database: Database;
  store: AttemptStore;
  outcomes: Outcomes;
  lines: Lines;
  clock: Clock;
  logger: Logger;
  notify: Notify;
  /** Two answers "not found" count as proof only this far apart: a look-up can lag behind an acceptance. */
  settlingMs: number;
  /** Called when an attempt was handed to the operator. */
  parked: (attempt: AttemptRow) => void;
};

/** Finds out what became of messages whose outcome is unknown (SND-6); the states are drawn in `docs/states.md`. */
export class Reconciliation implements Service {
  readonly #deps: ReconciliationDependencies;
  /** First "not found" of each attempt on the monotonic clock: a wall clock that jumps proves no absence (REL-4). */
  readonly #absentFrom = new Map<string, number>();
  readonly #idQuestions: IdQuestions;
  #cancelTick: (() => void) | null = null;
  #running: Promise<number> | null = null;
  #started = false;

  constructor(dependencies: ReconciliationDependencies) {
    this.#deps = dependencies;
    this.#idQuestions = new IdQuestions(dependencies);
  }

  /** A message was accepted, with these ids; part of that transaction. The provider is asked for those that lack. */
  accepted(attempt: AttemptRow, providerIds: readonly string[]): void {
    this.#idQuestions.accepted(attempt, providerIds);
  }

  start(): Promise<void> {
    if (!this.#started) {
      this.#started = true;
      this.#schedule();
    }
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#cancelTick?.();
    await this.#running;
  }

  #schedule(): void {
    if (!this.#started) return;
    this.#cancelTick = this.#deps.clock.after(TICK_MS, () => {
      void this.runOnce().finally(() => {
        this.#schedule();
      });
    });
  }

  /** Asks about everything that is due; returns how many attempts were asked about. */
  runOnce(): Promise<number> {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run(): Promise<number> {
    const due = this.#deps.store.lookupsDue(this.#deps.clock.now(), BATCH);
    for (const attempt of due) {
      try {
        await this.#reconcile(attempt);
      } catch (error) {
        this.#deps.logger.error({ error, attempt: attempt.id }, 'reconciliation failed');
      }
    }
    try {
      await this.#idQuestions.askDue();
    } catch (error) {
      this.#deps.logger.error({ error }, 'ids could not be asked for');
    }
    return due.length;
  }

  async #reconcile(asked: AttemptRow): Promise<void> {
    const line = this.#deps.lines.find(asked.lineId);
    if (line === null && this.#deps.lines.lacksKeys(asked.lineId)) {
      this.#awaitKeys(asked);
      return;
    }
    const canAsk = line !== null && line.provider.capabilities.lookupByReference;
    const answer: LookupOutcome = canAsk
      ? await line.provider.lookUp(asked.reference)
      : { kind: 'unavailable', detail: line === null ? 'line not configured' : 'no look-up on this line' };
    // A webhook or the operator can have settled it while the provider was asked.
    const attempt = this.#deps.store.get(asked.id);
    if (attempt?.state !== 'unknown') {
      this.#absentFrom.delete(asked.id);
      return;
    }
    if (answer.kind === 'found') this.#absentFrom.delete(asked.id);
    inTransaction(this.#deps.database, () => {
      if (answer.kind === 'found') this.#deps.outcomes.found(attempt, answer);
      else if (answer.kind === 'absent') this.#absent(attempt);
      else this.#unavailable(attempt, answer.detail);
    });
  }

  #absent(attempt: AttemptRow): void {
    const { store, clock, lines, outcomes, settlingMs } = this.#deps;
    const now = clock.now();
    store.addEvent(attempt.id, { at: now, event: 'looked_up', detail: { answer: 'absent' } });
    const absentFrom = attempt.absentSince === null ? undefined : this.#absentFrom.get(attempt.id);
    // Heard for the first time, or by a process that is gone: the proof begins here.
    if (absentFrom === undefined) this.#absentFrom.set(attempt.id, clock.monotonic());
    const left = absentFrom === undefined ? settlingMs : Math.ceil(absentFrom + settlingMs - clock.monotonic());
    if (left > 0) {
      const absentSince = absentFrom === undefined ? now : attempt.absentSince;
      store.update(attempt, { lookups: attempt.lookups + 1, absentSince, lookupAt: now + left }, now);
      return;
    }
    if (lines.options(attempt.lineId).absentPolicy === 'retry' && attempt.tries < attempt.maxAttempts) {
      outcomes.absent(attempt, { retry: true, code: 'proved_absent' });
    } else this.#park(attempt, 'proved_absent');
  }

  /** Nobody can be asked yet, and nothing is to be decided: it is asked about once the keys of its line are given. */
  #awaitKeys(attempt: AttemptRow): void {
    const { store, clock } = this.#deps;
    store.update(attempt, { lookupAt: clock.now() + KEYS_AWAITED_MS }, clock.now());
  }

  #unavailable(attempt: AttemptRow, detail: string): void {
    const { store, clock } = this.#deps;
    const now = clock.now();
    const lookups = attempt.lookups + 1;
    const step = LOOKUP_STEPS_MS[Math.min(lookups, LOOKUP_STEPS_MS.length) - 1] ?? MINUTE_MS;
    if (lookups === 1)
      store.addEvent(attempt.id, { at: now, event: 'looked_up', detail: { answer: 'unavailable', detail } });
    // An answer that contradicts an earlier "not found" starts the proof again.
    const updated = store.update(attempt, { lookups, lookupAt: now + step }, now);
    if (now - (attempt.unknownAt ?? now) >= PARK_AFTER_MS && attempt.parkedAt === null) {
      this.#park(updated, 'outcome_unknown');
    }
  }

  /** Hands the decision to the operator; a webhook or a later look-up can still settle it. */
  #park(attempt: AttemptRow, code: string): void {
    const { store, clock, notify, parked } = this.#deps;
    const now = clock.now();
    const again = now + (LOOKUP_STEPS_MS.at(-1) ?? HOUR_MS);
    const first = attempt.parkedAt === null;
    const updated = store.update(
      attempt,
      { parkedAt: attempt.parkedAt ?? now, errorCode: code, lookups: attempt.lookups + 1, lookupAt: again },
      now,
    );
    if (!first) return;
    store.addEvent(attempt.id, { at: now, event: 'parked', detail: { code } });
    notify.attempt(updated);
    parked(updated);
  }
}
