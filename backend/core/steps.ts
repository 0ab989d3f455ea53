import { setImmediate as turnOfTheLoop } from 'node:timers/promises';

/**
 * Repeats a short piece of work until it finds nothing more to do, and lets everything else have its turn in between.
 * @param step returns how much it did; 0 ends the work
 * @param signal ends it early: what is left is found again the next time
 * @returns how much was done in all
 */
export async function inSteps(step: () => number, signal?: AbortSignal): Promise<number> {
  let total = 0;
  while (signal?.aborted !== true) {
    const done = step();
    if (done === 0) break;
    total += done;
    await turnOfTheLoop();
  }
  return total;
}
