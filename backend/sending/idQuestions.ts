import type { Clock } from '../core/clock.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/days.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { AttemptRow } from './attempt.ts';
import type { AttemptStore } from './attemptStore.ts';
import type { Lines } from './lines.ts';
import type { Outcomes } from './outcomes.ts';

/** Questions are asked at these distances, the last one again and again. */
const STEPS_MS = [5 * SECOND_MS, 15 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS] as const;
/** After two days without the missing id nobody reports under it any more. */
const MOST_QUESTIONS = 50;
const BATCH = 20;

type Dependencies = { database: Database; store: AttemptStore; outcomes: Outcomes; lines: Lines; clock: Clock };
type Question = { attemptId: string; asked: number };

/**
 * Asks the provider for the ids that an accepted message still lacks. A provider that names one message by two ids
 * reports under either of them; where the answer to the send was lost, a webhook taught us one alone, and what comes
 * under the other would find nobody (WHK-4).
 */
export class IdQuestions {
  readonly #deps: Dependencies;
  readonly #statements;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
    const { database } = dependencies;
    this.#statements = {
      add: database.prepare<{ attemptId: string; askAt: number }>(`
        INSERT INTO id_questions (attempt_id, ask_at) VALUES (@attemptId, @askAt) ON CONFLICT DO NOTHING`),
      due: database.prepare<{ now: number; limit: number }, Question>(`
        SELECT attempt_id AS attemptId, asked FROM id_questions WHERE ask_at <= @now ORDER BY ask_at LIMIT @limit`),
      postpone: database.prepare<{ attemptId: string; askAt: number }>(`
        UPDATE id_questions SET asked = asked + 1, ask_at = @askAt WHERE attempt_id = @attemptId`),
      drop: database.prepare<{ attemptId: string }>(`DELETE FROM id_questions WHERE attempt_id = @attemptId`),
    };
  }

  /** A message was accepted; part of the transaction that says so. */
  accepted(attempt: AttemptRow, known: readonly string[]): void {
    if (known.length >= this.#wanted(attempt.lineId)) return;
    this.#statements.add.run({ attemptId: attempt.id, askAt: this.#deps.clock.now() + STEPS_MS[0] });
  }

  /** How many ids a message of a line has, as far as its provider can be asked for them. */
  #wanted(lineId: string): number {
    const provider = this.#deps.lines.find(lineId)?.provider;
    return provider?.capabilities.lookupByReference === true ? (provider.idsPerMessage ?? 1) : 0;
  }

  async askDue(): Promise<void> {
    const due = this.#statements.due.all({ now: this.#deps.clock.now(), limit: BATCH });
    for (const question of due) await this.#ask(question);
  }

  async #ask({ attemptId, asked }: Question): Promise<void> {
    const { database, store, outcomes, lines, clock } = this.#deps;
    const attempt = store.get(attemptId);
    const wanted = attempt === null ? 0 : this.#wanted(attempt.lineId);
    const provider = attempt === null ? undefined : lines.find(attempt.lineId)?.provider;
    const isNeeded = attempt !== null && store.providerIds(attemptId).length < wanted;
    const answer = isNeeded && provider !== undefined ? await provider.lookUp(attempt.reference) : null;
    inTransaction(database, () => {
      // What was learnt while the provider was asked counts too.
      const current = store.get(attemptId);
      if (current !== null && answer?.kind === 'found') outcomes.learn(current, answer);
      const isTold = answer?.kind === 'found' && answer.providerIds.length >= wanted;
      if (answer === null || isTold || asked + 1 >= MOST_QUESTIONS) this.#statements.drop.run({ attemptId });
      else {
        const step = STEPS_MS[Math.min(asked + 1, STEPS_MS.length - 1)] ?? HOUR_MS;
        this.#statements.postpone.run({ attemptId, askAt: clock.now() + step });
      }
    });
  }
}
