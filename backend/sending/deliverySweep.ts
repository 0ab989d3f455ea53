import type { Clock } from '../core/clock.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/days.ts';
import type { Logger } from '../core/logger.ts';
import type { Service } from '../core/service.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { AttemptRow } from './attempt.ts';
import type { AttemptStore } from './attemptStore.ts';
import type { Lines } from './lines.ts';
import type { Outcomes } from './outcomes.ts';
import type { LookupOutcome } from './provider.ts';

/**
 * Reports come within seconds where the phone is on. Twice as long as it takes to tell that webhooks are silent (WHK-6):
 * what is learnt here must not hide that.
 */
export const UNHEARD_AFTER_MS = 30 * MINUTE_MS;
/** A phone that was off for so long may stay off: nothing that the campaign does depends on it any more. */
export const ASKED_FOR_MS = 3 * DAY_MS;
/** A message is asked about again after as long as it is old, within these: 30 min, 1 h, 2 h, ... 12 h. */
const LONGEST_PAUSE_MS = 12 * HOUR_MS;
/** Questions of one run; a run comes every five minutes. */
export const SWEEP_BATCH = 30;

type SweepDependencies = {
  database: Database;
  store: AttemptStore;
  outcomes: Pick<Outcomes, 'applyReport'>;
  lines: Pick<Lines, 'all'>;
  clock: Clock;
  logger: Logger;
};

/**
 * Asks the provider what became of accepted messages of which nothing was heard, because their webhooks were lost
 * (WHK-7). It reads and records reports; it never sends, and a provider that knows nothing changes nothing.
 */
export class DeliverySweep implements Service {
  readonly #deps: SweepDependencies;
  #running: Promise<number> | null = null;
  #stopped = false;

  constructor(dependencies: SweepDependencies) {
    this.#deps = dependencies;
  }

  start(): Promise<void> {
    this.#stopped = false;
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** One small batch, the newest first; how many messages were asked about. A run under way is not doubled. */
  runOnce(): Promise<number> {
    if (this.#stopped) return Promise.resolve(0);
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run(): Promise<number> {
    const { store, lines, clock, logger } = this.#deps;
    const now = clock.now();
    const askable = lines.all().filter(({ provider: { capabilities } }) => {
      return capabilities.lookupByReference && capabilities.deliveryReports;
    });
    const providers = new Map(askable.map(({ id, provider }) => [id, provider]));
    const asked = { lines: [...providers.keys()], since: now - ASKED_FOR_MS, until: now - UNHEARD_AFTER_MS, now };
    let count = 0;
    for (const attempt of store.unheard(asked, SWEEP_BATCH)) {
      const provider = providers.get(attempt.lineId);
      if (provider === undefined || this.#stopped) continue;
      count += 1;
      try {
        const answer = await provider.lookUp(attempt.reference);
        // One that does not answer is left alone until the next run.
        if (answer.kind === 'unavailable') providers.delete(attempt.lineId);
        else this.#record(attempt, answer);
      } catch (error) {
        providers.delete(attempt.lineId);
        logger.error({ error, attempt: attempt.id }, 'delivery could not be looked up');
      }
    }
    return count;
  }

  #record({ id, lineId, reference }: AttemptRow, answer: Exclude<LookupOutcome, { kind: 'unavailable' }>): void {
    const { database, store, outcomes, clock } = this.#deps;
    inTransaction(database, () => {
      const attempt = store.get(id);
      // A webhook can have come while the provider was asked.
      if (attempt?.state !== 'sent') return;
      const now = clock.now();
      const age = now - (attempt.sentAt ?? now);
      const lookupAt = now + Math.min(Math.max(age, UNHEARD_AFTER_MS), LONGEST_PAUSE_MS);
      store.update(attempt, { lookupAt, lookups: attempt.lookups + 1 }, now);
      if (answer.kind === 'absent') {
        if (attempt.lookupAt === null)
          store.addEvent(id, { at: now, event: 'looked_up', detail: { answer: 'absent' } });
        return;
      }
      const { status, code, providerIds } = answer;
      if (status === 'queued' || status === 'sent') return;
      // When it was delivered is not told: now at the latest. A webhook that comes after all has the earlier, true time.
      store.addEvent(id, { at: now, event: 'looked_up', detail: { answer: status } });
      outcomes.applyReport({ lineId, providerIds, reference, status, at: now, code });
    });
  }
}
