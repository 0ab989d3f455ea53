import { nextAttemptState } from '../domain/attemptStates.ts';
import type { Database } from '../storage/database.ts';
import type { AttemptQueue, AttemptRow, NewAttempt } from './attempt.ts';
import type { AttemptStore } from './attemptStore.ts';
import type { ClaimRequest, Claims } from './claim.ts';
import type { JobQueue } from './jobQueue.ts';
import type { Outcomes } from './outcomes.ts';
import type { SendOutcome } from './provider.ts';

type JobDependencies = {
  database: Database;
  store: AttemptStore;
  queue: Pick<AttemptQueue, 'add'>;
  claims: Pick<Claims, 'next'>;
  outcomes: Pick<Outcomes, 'record' | 'cancel'>;
};

export type AttemptJobs = ReturnType<typeof createAttemptJobs>;

/** The queue of this machine: its table of attempts. Every call is a transaction, or part of the caller's. */
export function createAttemptJobs({ database, store, queue, claims, outcomes }: JobDependencies) {
  const size = database.prepare<[], { waiting: number; started: number }>(`
    SELECT coalesce((SELECT sum((SELECT count(*) FROM attempts INDEXED BY attempts_queue
        WHERE line_id = lines.id AND state IN ('pending', 'failed_retry'))) FROM lines), 0) AS waiting,
      (SELECT count(*) FROM attempts WHERE state = 'sending') AS started`);
  return {
    offer: (attempt: NewAttempt) => queue.add(attempt),
    claim: (request: ClaimRequest) => claims.next(request),
    settle(attempt: AttemptRow, outcome) {
      // A webhook can have told more in the meantime: go on from what is on disk.
      const current = store.get(attempt.id) ?? attempt;
      if (saysSomething(current, outcome)) outcomes.record(current, outcome);
    },
    withdraw(id: string) {
      const attempt = store.get(id);
      if (attempt === null || nextAttemptState(attempt.state, 'cancelled') === null) return false;
      outcomes.cancel(attempt, 'cancelled');
      return true;
    },
    size: () => size.get() ?? { waiting: 0, started: 0 },
  } satisfies JobQueue<NewAttempt, ClaimRequest, AttemptRow>;
}

/** False once the message has left that try behind. That it was accepted holds whatever was believed (I4). */
function saysSomething({ state }: AttemptRow, { kind }: SendOutcome): boolean {
  if (kind === 'accepted') return true;
  if (kind === 'unknown') return nextAttemptState(state, 'outcome_unknown') !== null;
  return nextAttemptState(state, 'not_sent_retry') !== null;
}
