import { inTransaction, type Database } from './database.ts';

/** Writes of callers that do not know of each other, gathered by turn of the event loop. */
export type Turns = {
  /** Does the work in the next transaction. Resolves when it is on disk, synced; rejects when it is not. */
  run<Result>(work: () => Result): Promise<Result>;
};

type Waiting = { work: () => void; resolve: () => void; reject: (error: unknown) => void };

/**
 * All works of one turn of the event loop share one transaction, and so one sync, in the order in which they came. When it
 * fails, each is done again in a transaction of its own: one that fails takes nobody with it. A work may so be done twice,
 * the first time without effect on the file: what it changes elsewhere is to be changed after it.
 */
export function createTurns(database: Database): Turns {
  let waiting: Waiting[] = [];

  function commit(turn: readonly Waiting[]): void {
    try {
      inTransaction(database, () => {
        for (const { work } of turn) work();
      });
    } catch (error) {
      if (turn.length > 1) for (const one of turn) commit([one]);
      else turn[0]?.reject(error);
      return;
    }
    for (const { resolve } of turn) resolve();
  }

  return {
    run: <Result>(work: () => Result) =>
      new Promise<Result>((resolve, reject) => {
        let result: { value: Result };
        if (waiting.length === 0) {
          setImmediate(() => {
            const turn = waiting;
            waiting = [];
            commit(turn);
          });
        }
        waiting.push({
          work: () => {
            result = { value: work() };
          },
          resolve: () => {
            resolve(result.value);
          },
          reject,
        });
      }),
  };
}
