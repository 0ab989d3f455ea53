import { inTransaction, type Database } from '../storage/database.ts';
import type { AttemptRow } from './attempt.ts';
import { ATTEMPT_COLUMNS } from './attemptStore.ts';
import type { Outcomes } from './outcomes.ts';

/** What waits on a line: messages that have not left, and campaigns that are not over. */
export type Waiting = { messages: number; campaigns: number };

type QueueDependencies = { database: Database; outcomes: Pick<Outcomes, 'cancel'> };

const NOT_OVER = `status IN ('draft', 'preparing', 'scheduled', 'running', 'paused')`;
/** Messages that are cancelled between two reads. */
const BATCH = 1_000;

/** Empties the queue of a line that is removed; each call is part of the caller's transaction (SND-12). */
export class LineQueue {
  readonly #deps: QueueDependencies;
  readonly #statements;

  constructor(dependencies: QueueDependencies) {
    const { database } = dependencies;
    const waits = `line_id = @id AND state IN ('pending', 'failed_retry')`;
    this.#deps = dependencies;
    this.#statements = {
      messages: database.prepare<{ id: string }, number>(`SELECT count(*) FROM attempts WHERE ${waits}`).pluck(),
      campaigns: database
        .prepare<{ id: string }, number>(`SELECT count(*) FROM campaigns WHERE line_id = @id AND ${NOT_OVER}`)
        .pluck(),
      some: database.prepare<{ id: string }, AttemptRow>(`
        SELECT ${ATTEMPT_COLUMNS} FROM attempts INDEXED BY attempts_queue WHERE ${waits} LIMIT ${BATCH}`),
      noteMove: database.prepare<{ id: string; to: string; now: number }>(`
        INSERT INTO attempt_events (attempt_id, at, event, detail)
        SELECT id, @now, 'moved', json_object('from', @id, 'to', @to) FROM attempts WHERE ${waits}`),
      move: database.prepare<{ id: string; to: string; now: number }>(
        `UPDATE attempts SET line_id = @to, updated_at = @now WHERE ${waits}`,
      ),
      moveCampaigns: database.prepare<{ id: string; to: string }>(
        `UPDATE campaigns SET line_id = @to WHERE line_id = @id AND ${NOT_OVER}`,
      ),
      moveLaunches: database.prepare<{ id: string; to: string }>(
        `UPDATE launches SET line_id = @to WHERE line_id = @id`,
      ),
      // Without its row, what was made of a list is taken back.
      endLaunches: database.prepare<{ id: string }>(`DELETE FROM launches WHERE line_id = @id`),
      freeDrafts: database.prepare<{ id: string }>(
        `UPDATE campaigns SET line_id = NULL WHERE line_id = @id AND status IN ('draft', 'preparing')`,
      ),
    };
  }

  waiting(id: string): Waiting {
    return {
      messages: this.#statements.messages.get({ id }) ?? 0,
      campaigns: this.#statements.campaigns.get({ id }) ?? 0,
    };
  }

  /** Gives all that waits, and the campaigns that are not over, to another line; returns how many messages. */
  move(id: string, to: string, now: number): number {
    return inTransaction(this.#deps.database, () => {
      this.#statements.noteMove.run({ id, to, now });
      this.#statements.moveCampaigns.run({ id, to });
      this.#statements.moveLaunches.run({ id, to });
      return this.#statements.move.run({ id, to, now }).changes;
    });
  }

  /** Cancels all that waits; launches under way end, drafts go to the default line. Returns how many messages. */
  cancel(id: string): number {
    return inTransaction(this.#deps.database, () => {
      this.#statements.endLaunches.run({ id });
      this.#statements.freeDrafts.run({ id });
      let cancelled = 0;
      for (;;) {
        const some = this.#statements.some.all({ id });
        for (const attempt of some) this.#deps.outcomes.cancel(attempt, 'line_removed');
        cancelled += some.length;
        if (some.length < BATCH) return cancelled;
      }
    });
  }
}
