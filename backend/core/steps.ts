import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { sleep, type Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import type { Service } from './service.ts';

/**
 * Repeats a short piece of work until it finds nothing more to do, and lets everything else have its turn in between.
 * @param step returns how much it did; 0 ends the work
 * @param signal ends it early: what is left is found again the next time
 * @param resting for work that nobody waits for: after each step it rests as long as that took, so that on a busy machine
 *   the processor is there for what somebody waits for
 * @returns how much was done in all
 */
export async function inSteps(step: () => number, signal?: AbortSignal, resting?: Clock): Promise<number> {
  let total = 0;
  while (signal?.aborted !== true) {
    const startedAt = resting?.monotonic() ?? 0;
    const done = step();
    if (done === 0) break;
    total += done;
    const restMs = resting === undefined ? 0 : resting.monotonic() - startedAt;
    if (resting === undefined || restMs === 0) await turnOfTheLoop();
    else await sleep(resting, restMs, signal);
  }
  return total;
}

/**
 * Takes a generator to its end, and lets everything else have its turn whenever it yields.
 * @throws the reason of the signal, when it ends the work
 */
export async function resultInSteps<Result>(work: Generator<void, Result>, signal?: AbortSignal): Promise<Result> {
  for (;;) {
    signal?.throwIfAborted();
    const { done, value } = work.next();
    if (done === true) return value;
    await turnOfTheLoop();
  }
}

/** Work in short steps that goes on by itself until none is left. */
export type BackgroundSteps = Service & {
  /** There is something to do: goes on at the next turn of the loop, unless it was stopped. */
  wake(): void;
  /** Resolves when nothing is left to do, or it was stopped. */
  idle(): Promise<void>;
};

/** After a step that failed, as on a full disk, the work is tried again this much later. */
const RETRY_MS = 5_000;

/** @param parts.step as in `inSteps`; what it left behind at a crash must be found by it again */
export function createBackgroundSteps(parts: {
  name: string;
  step: () => number;
  clock: Pick<Clock, 'after'>;
  logger: Logger;
}): BackgroundSteps {
  const { name, step, clock, logger } = parts;
  let stop = new AbortController();
  let running: Promise<void> | null = null;
  let cancelRetry = (): void => {};

  const run = async (): Promise<void> => {
    await turnOfTheLoop();
    try {
      await inSteps(step, stop.signal);
    } catch (error) {
      logger.error({ error, work: name }, 'a step failed and is tried again');
      cancelRetry = clock.after(RETRY_MS, wake);
    }
  };
  function wake(): void {
    if (stop.signal.aborted || running !== null) return;
    cancelRetry();
    running = run().finally(() => {
      running = null;
    });
  }

  return {
    wake,
    idle: async () => {
      await running;
    },
    start: () => {
      if (stop.signal.aborted) stop = new AbortController();
      wake();
      return Promise.resolve();
    },
    stop: async () => {
      stop.abort();
      cancelRetry();
      await running;
    },
  };
}
