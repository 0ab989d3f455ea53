import type { LiveEvent } from '../../backend/contract/liveEvents.ts';
import { failureOf } from './errors.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/** Wait before the next try to connect, after so many failures in a row: doubled each time, up to a limit. */
export function reconnectDelayMs(failures: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** Math.max(0, failures - 1), LONGEST_WAIT_MS);
}

export type LiveConnection = {
  subscribe: (signal: AbortSignal) => Promise<AsyncIterable<LiveEvent>>;
  onOpen: () => void;
  onEvent: (event: LiveEvent) => void;
  onLost: () => void;
  /** The backend asks for a sign-in; the connection waits for `retryNow`. */
  onLocked: () => void;
};

/**
 * Keeps one subscription to live events open, for as long as the page is.
 * @returns `retryNow`, which ends the wait for the next try, and `stop`
 */
export function keepConnected(connection: LiveConnection): { retryNow: () => void; stop: () => void } {
  const stopped = new AbortController();
  let endWait = (): void => {};

  const wait = (delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = delayMs === Infinity ? undefined : setTimeout(resolve, delayMs);
      endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  /** Reads until the stream ends; says how far it came. */
  const readOnce = async (): Promise<'ended' | 'refused' | 'locked'> => {
    let opened = false;
    try {
      const events = await connection.subscribe(stopped.signal);
      opened = true;
      connection.onOpen();
      for await (const event of events) connection.onEvent(event);
    } catch (error) {
      // What broke the stream is of no use to the operator: the banner says that the connection is lost.
      if (failureOf(error).code === 'unauthorized') return 'locked';
    }
    return opened ? 'ended' : 'refused';
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stopped.signal.aborted) {
      const end = await readOnce();
      if (stopped.signal.aborted) return;
      failures = end === 'refused' ? failures + 1 : 1;
      if (end === 'locked') connection.onLocked();
      else connection.onLost();
      await wait(end === 'locked' ? Infinity : reconnectDelayMs(failures));
    }
  };

  void run();
  return {
    retryNow: () => endWait(),
    stop: () => {
      stopped.abort();
      endWait();
    },
  };
}
