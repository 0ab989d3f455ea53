import type { Clock } from '../core/clock.ts';

/** Callbacks that one owner waits for and can drop all at once. */
export type Timers = {
  after(delayMs: number, callback: () => void): () => void;
  cancelAll(): void;
  size(): number;
};

export function createTimers(clock: Clock): Timers {
  const cancels = new Set<() => void>();
  return {
    after(delayMs, callback) {
      const forget = (): void => {
        cancels.delete(cancel);
      };
      const cancelTimer = clock.after(delayMs, () => {
        forget();
        callback();
      });
      const cancel = (): void => {
        forget();
        cancelTimer();
      };
      cancels.add(cancel);
      return cancel;
    },
    cancelAll() {
      for (const cancel of [...cancels]) cancel();
    },
    size: () => cancels.size,
  };
}
