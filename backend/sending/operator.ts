import type { z } from 'zod';
import type {
  Attempt,
  cleanupInput,
  cleanupOutput,
  resolveInput,
  retryManyInput,
  retryManyOutput,
} from '../contract/attempts.ts';
import { VigieError } from '../contract/errors.ts';
import type { Clock } from '../core/clock.ts';
import { DAY_MS } from '../core/days.ts';
import { inSteps } from '../core/steps.ts';
import { isRetryable } from '../domain/attemptStates.ts';
import type { Audit } from '../storage/audit.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { AttemptRow } from './attempt.ts';
import type { AttemptJobs } from './attemptJobs.ts';
import { ATTEMPT_COLUMNS, type AttemptStore } from './attemptStore.ts';
import type { AttemptViews } from './attemptViews.ts';
import type { Outcomes } from './outcomes.ts';

type OperatorDependencies = {
  database: Database;
  store: AttemptStore;
  jobs: Pick<AttemptJobs, 'withdraw'>;
  outcomes: Outcomes;
  views: AttemptViews;
  audit: Audit;
  clock: Clock;
  /** Whether nothing may be sent to a phone any more (SND-13). */
  isSuppressed: (phone: string) => boolean;
  /** After which an unanswered request is given up. */
  sendTimeoutMs: number;
  /** Whether the outcome of a message is still to come. */
  isUnderWay: (id: string) => boolean;
  /** Something may have become due. */
  wake: () => void;
};

/** A request is given up after one timeout. What is `sending` for so many, and not under way, is forgotten. */
const STUCK_TIMEOUTS = 4;

const CLEANABLE = `INDEXED BY attempts_cleanable
  WHERE finished_at IS NOT NULL AND cleaned_at IS NULL AND finished_at < @before
    AND state IN ('sent', 'delivered', 'read', 'failed_final', 'cancelled')`;
/** Rows cleaned in one transaction, so that sending never waits for a clean-up. */
const CLEAN_STEP = 500;

/** What an operator can do with attempts; each leaves an audit line (SND-8). */
export class AttemptOperator {
  readonly #deps: OperatorDependencies;
  readonly #statements;

  constructor(dependencies: OperatorDependencies) {
    this.#deps = dependencies;
    const { database } = dependencies;
    this.#statements = {
      waitingRetries: database.prepare<{ max: number }, AttemptRow>(`
        SELECT ${ATTEMPT_COLUMNS} FROM attempts INDEXED BY attempts_retries
        WHERE state = 'failed_retry' ORDER BY due_at, id LIMIT @max`),
      countCleanable: database
        .prepare<{ before: number }, number>(`SELECT count(*) FROM attempts ${CLEANABLE}`)
        .pluck(),
      cleanable: database
        .prepare<{ before: number; step: number }, string>(`SELECT id FROM attempts ${CLEANABLE} LIMIT @step`)
        .pluck(),
      clean: database.prepare<{ ids: string; now: number }>(`
        UPDATE attempts SET body = NULL, media = NULL, template = NULL, context = NULL, title = NULL, phone = '',
          error_detail = NULL, cleaned_at = @now, updated_at = @now
        WHERE id IN (SELECT value FROM json_each(@ids))`),
      // What a provider says about a failure can name the phone.
      cleanTimeline: database.prepare<{ ids: string }>(`
        UPDATE attempt_events SET detail = json_remove(detail, '$.detail')
        WHERE attempt_id IN (SELECT value FROM json_each(@ids)) AND json_type(detail, '$.detail') IS NOT NULL`),
      cleanErrors: database.prepare<{ before: number; step: number }>(`
        UPDATE message_errors SET phone = '', detail = NULL WHERE id IN (
          SELECT id FROM message_errors INDEXED BY message_errors_cleanable
          WHERE occurred_at < @before AND phone <> '' LIMIT @step)`),
    };
  }

  /** @throws VigieError `not_found` */
  #attempt(id: string): AttemptRow {
    const attempt = this.#deps.store.get(id);
    if (attempt === null) throw new VigieError('not_found');
    return attempt;
  }

  #audited(actor: string, action: string, work: () => AttemptRow): Attempt {
    const { database, audit, views, wake } = this.#deps;
    const changed = inTransaction(database, () => {
      const attempt = work();
      audit.write({ actor, action, target: attempt.id, detail: { state: attempt.state } });
      return attempt;
    });
    wake();
    return views.view(changed);
  }

  /**
   * Sends again what failed, now. What the provider once accepted is never sent a second time.
   * @throws VigieError `not_retryable`
   */
  retry(id: string, actor: string): Attempt {
    return this.#audited(actor, 'attempt.retry', () => this.#retry(this.#attempt(id)));
  }

  #retry(attempt: AttemptRow): AttemptRow {
    if (this.#deps.isSuppressed(attempt.phone)) throw new VigieError('opted_out');
    const { expiresAt } = attempt;
    if (expiresAt !== null && expiresAt <= this.#deps.clock.now()) {
      throw new VigieError('not_retryable', { state: 'window_closed' });
    }
    if (!isRetryable(attempt) || attempt.body === null) throw new VigieError('not_retryable', { state: attempt.state });
    return this.#deps.outcomes.queueAgain(attempt);
  }

  /** Makes waiting retries due now, oldest first (SND-8); a dry run only counts (SND-10). */
  retryMany(input: z.infer<typeof retryManyInput>, actor: string): z.infer<typeof retryManyOutput> {
    const { audit, wake } = this.#deps;
    const candidates = this.#statements.waitingRetries.all({ max: input.max });
    if (input.dryRun) return { retried: 0, candidates: candidates.length, dryRun: true };
    const retried = candidates.filter((attempt) => this.#retryIfAllowed(attempt)).length;
    audit.write({ actor, action: 'attempt.retry_many', target: '', detail: { retried, of: candidates.length } });
    wake();
    return { retried, candidates: candidates.length, dryRun: false };
  }

  /** One that may not be retried never stops the others. */
  #retryIfAllowed(attempt: AttemptRow): boolean {
    try {
      inTransaction(this.#deps.database, () => this.#retry(attempt));
      return true;
    } catch (error) {
      if (error instanceof VigieError) return false;
      throw error;
    }
  }

  /** @throws VigieError `not_cancellable` */
  cancel(id: string, actor: string): Attempt {
    return this.#audited(actor, 'attempt.cancel', () => {
      const { state } = this.#attempt(id);
      if (!this.#deps.jobs.withdraw(id)) throw new VigieError('not_cancellable', { state });
      return this.#attempt(id);
    });
  }

  /** Nobody works on it any more. A request that is under way ends by its own timeout. */
  #isStuck({ id, state, sendingAt }: AttemptRow): boolean {
    const { clock, sendTimeoutMs, isUnderWay } = this.#deps;
    const isLate = clock.now() - (sendingAt ?? 0) > STUCK_TIMEOUTS * sendTimeoutMs;
    return state === 'sending' && isLate && !isUnderWay(id);
  }

  #reset(attempt: AttemptRow): AttemptRow {
    return this.#deps.outcomes.unknown(attempt, { code: 'interrupted', detail: 'no outcome was recorded' });
  }

  /**
   * What hangs in `sending` becomes `unknown`, and is found out about like any other (SND-6, SND-8); how many.
   * An answer that comes after all still counts.
   */
  resetStuck(actor: string): number {
    const { store } = this.#deps;
    const stuck = store.inState('sending').filter((attempt) => this.#isStuck(attempt));
    for (const attempt of stuck) this.#audited(actor, 'attempt.reset', () => this.#reset(attempt));
    return stuck.length;
  }

  /**
   * The operator knows what became of an unknown outcome (SND-6), or of what hangs in `sending`.
   * @throws VigieError `not_resolvable`
   */
  resolve({ id, outcome }: z.infer<typeof resolveInput>, actor: string): Attempt {
    return this.#audited(actor, `attempt.resolve_${outcome}`, () => {
      const found = this.#attempt(id);
      const attempt = this.#isStuck(found) ? this.#reset(found) : found;
      if (attempt.state !== 'unknown') throw new VigieError('not_resolvable', { state: attempt.state });
      if (outcome === 'not_sent') {
        return this.#deps.outcomes.absent(attempt, { retry: false, code: 'resolved_not_sent' });
      }
      const acceptedAt = attempt.sendingAt;
      return this.#deps.outcomes.found(attempt, {
        kind: 'found',
        providerIds: [],
        acceptedAt,
        status: 'queued',
        code: '',
      });
    });
  }

  /**
   * Removes bodies and personal data of attempts that finished long ago; figures stay (SND-9). Works in short
   * transactions between which everything else goes on; what a stop leaves over is found by the next clean-up.
   */
  async cleanup(
    input: z.infer<typeof cleanupInput>,
    actor: string,
    signal?: AbortSignal,
  ): Promise<z.infer<typeof cleanupOutput>> {
    const { clock, audit } = this.#deps;
    const now = clock.now();
    const before = now - input.olderThanDays * DAY_MS;
    if (input.dryRun) return { cleaned: this.#statements.countCleanable.get({ before }) ?? 0, dryRun: true };
    const cleaned = await inSteps(() => this.#cleanStep(before, now), signal, clock);
    const { cleanErrors } = this.#statements;
    await inSteps(() => cleanErrors.run({ before, step: CLEAN_STEP }).changes, signal, clock);
    audit.write({
      actor,
      action: 'attempt.cleanup',
      target: '',
      detail: { cleaned, olderThanDays: input.olderThanDays },
    });
    return { cleaned, dryRun: false };
  }

  #cleanStep(before: number, now: number): number {
    const { cleanable, clean, cleanTimeline } = this.#statements;
    return inTransaction(this.#deps.database, () => {
      const ids = JSON.stringify(cleanable.all({ before, step: CLEAN_STEP }));
      cleanTimeline.run({ ids });
      return clean.run({ ids, now }).changes;
    });
  }
}
