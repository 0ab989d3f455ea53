import { inTransaction, type Database } from '../storage/database.ts';
import type { AttemptRow } from './attempt.ts';
import { ATTEMPT_COLUMNS } from './attemptStore.ts';
import type { Outcomes } from './outcomes.ts';

/** What waits on a line: messages that have not left, and campaigns that are not over. */
export type Waiting = { messages: number; campaigns: number };

type Move = { id: string; to: string; now: number; ids: string };
type QueueDependencies = { database: Database; outcomes: Pick<Outcomes, 'cancel'> };

/** A removed line on which something still waits; without `movedTo` that is cancelled. */
type Emptied = { id: string; movedTo: string | null };

const NOT_OVER = `status IN ('draft', 'preparing', 'scheduled', 'running', 'paused')`;
/** Messages up to which a line is emptied within the call (API-5). */
const AT_ONCE = 500;
/** Messages moved or cancelled in one step: some milliseconds. */
const STEP = { move: 250, cancel: 100 };

/**
 * Empties the queue of a line that is removed (SND-12): some hundred messages in the transaction that removes it, the rest in
 * steps. What is left to do shows in the messages that wait on an archived line; drawn in `docs/states.md`.
 */
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
      emptied: database.prepare<[], Emptied>(`
        SELECT id, moved_to AS movedTo FROM lines
        WHERE archived_at IS NOT NULL AND EXISTS (
          SELECT 1 FROM attempts INDEXED BY attempts_queue
          WHERE line_id = lines.id AND state IN ('pending', 'failed_retry'))
        LIMIT 1`),
      some: database.prepare<{ id: string; most: number }, AttemptRow>(`
        SELECT ${ATTEMPT_COLUMNS} FROM attempts INDEXED BY attempts_queue WHERE ${waits} LIMIT +@most`),
      someIds: database
        .prepare<{ id: string; most: number }, string>(
          `SELECT id FROM attempts INDEXED BY attempts_queue WHERE ${waits} LIMIT +@most`,
        )
        .pluck(),
      noteMove: database.prepare<Move>(`
        INSERT INTO attempt_events (attempt_id, at, event, detail)
        SELECT value, @now, 'moved', json_object('from', @id, 'to', @to) FROM json_each(@ids)`),
      move: database.prepare<Move>(
        `UPDATE attempts SET line_id = @to, updated_at = @now WHERE id IN (SELECT value FROM json_each(@ids))`,
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

  /**
   * Gives the campaigns that are not over, and what waits, to another line; returns how many messages were moved already.
   * Part of the caller's transaction.
   */
  move(id: string, to: string, now: number): number {
    return inTransaction(this.#deps.database, () => {
      this.#statements.moveCampaigns.run({ id, to });
      this.#statements.moveLaunches.run({ id, to });
      return this.#moveSome({ id, to, now }, AT_ONCE);
    });
  }

  /**
   * Cancels what waits; launches under way end, drafts go to the default line. Returns how many messages were cancelled
   * already. Part of the caller's transaction.
   */
  cancel(id: string): number {
    return inTransaction(this.#deps.database, () => {
      this.#statements.endLaunches.run({ id });
      this.#statements.freeDrafts.run({ id });
      return this.#cancelSome(id, AT_ONCE);
    });
  }

  /** Moves or cancels some of what still waits on removed lines; 0 when nothing does. */
  step(now: number): number {
    return inTransaction(this.#deps.database, () => {
      const line = this.#statements.emptied.get();
      if (line === undefined) return 0;
      const { id, movedTo: to } = line;
      return to === null ? this.#cancelSome(id, STEP.cancel) : this.#moveSome({ id, to, now }, STEP.move);
    });
  }

  #moveSome(move: Omit<Move, 'ids'>, most: number): number {
    const ids = JSON.stringify(this.#statements.someIds.all({ id: move.id, most }));
    this.#statements.noteMove.run({ ...move, ids });
    return this.#statements.move.run({ ...move, ids }).changes;
  }

  #cancelSome(id: string, most: number): number {
    const some = this.#statements.some.all({ id, most });
    for (const attempt of some) this.#deps.outcomes.cancel(attempt, 'line_removed');
    return some.length;
  }
}
