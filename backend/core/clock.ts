/** Source of time. Everything that needs the time receives one, so that tests can move it. */
export type Clock = {
  /** Wall clock, epoch milliseconds, UTC. */
  now(): number;
  /** Monotonic milliseconds, for durations only. */
  monotonic(): number;
  /**
   * Calls back once after `delayMs`, unless the returned function is called before.
   * A callback on the wall clock may come late after a suspend, never early.
   */
  after(delayMs: number, callback: () => void): () => void;
};

/** Longest delay that a Node timer takes; longer ones fire at once. */
const MAX_DELAY_MS = 2_147_483_647;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    let timer: NodeJS.Timeout;
    const wait = (remaining: number): void => {
      const step = Math.min(Math.max(0, remaining), MAX_DELAY_MS);
      timer = setTimeout(() => {
        if (remaining > step) wait(remaining - step);
        else callback();
      }, step);
    };
    wait(delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Resolves after `delayMs`; at once and without an error when `signal` is aborted. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const finish = (): void => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.after(delayMs, finish);
    signal?.addEventListener('abort', finish);
  });
}
