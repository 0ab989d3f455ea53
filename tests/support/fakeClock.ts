import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Clock } from '../../backend/core/clock.ts';

/** A clock that stands still until a test moves it. */
export type FakeClock = Clock & {
  /**
   * Moves both clocks by `ms`, firing what falls due in order of time, then of registration. After each callback the
   * promises that it set off settle, so that timers they register within the span fire too.
   * A callback that throws makes the call reject with its error.
   */
  advance(ms: number): Promise<void>;
  /** `advance` until the wall clock shows `at`. */
  advanceTo(at: number): Promise<void>;
  /** Puts the wall clock anywhere, as an operator or a wake-up does: nothing fires, monotonic time stands still. */
  set(now: number): void;
  /** Callbacks that wait. */
  pending(): number;
  /** Milliseconds until the next callback; null when none waits. */
  untilNext(): number | null;
};

type Timer = { dueAt: number; order: number; callback: () => void };

/** What is ready makes other things ready: a claim, the record of its outcome and the next claim take a turn each. */
const TURNS = 6;

/** Some turns of the event loop. Real sockets need more, see `settle`. */
async function someTurns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await turnOfTheLoop();
}

/**
 * @param start wall clock at the beginning, epoch milliseconds or ISO 8601
 * @param settle waits until what a callback set off is done; a test with real HTTP gives its own, e.g. the
 *   simulator's `settled`
 */
export function createFakeClock(
  start: number | string = '2026-11-20T08:00:00.000Z',
  settle: () => Promise<unknown> = someTurns,
): FakeClock {
  const timers = new Set<Timer>();
  let monotonic = 0;
  let wallOffset = typeof start === 'string' ? Date.parse(start) : start;
  let registered = 0;
  let moving = false;

  function earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers) {
      if (!first || timer.dueAt < first.dueAt || (timer.dueAt === first.dueAt && timer.order < first.order)) {
        first = timer;
      }
    }
    return first;
  }

  async function moveTo(target: number): Promise<void> {
    await settle();
    for (let timer = earliest(); timer && timer.dueAt <= target; timer = earliest()) {
      timers.delete(timer);
      monotonic = Math.max(monotonic, timer.dueAt);
      timer.callback();
      await settle();
    }
    monotonic = target;
  }

  const clock: FakeClock = {
    now: () => wallOffset + monotonic,
    monotonic: () => monotonic,
    after(delayMs, callback) {
      const timer = { dueAt: monotonic + Math.max(0, delayMs), order: registered++, callback };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    async advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`A clock advances by 0 ms or more, not by ${ms}: use set() to go back.`);
      if (moving) throw new Error('The clock is already advancing: await the first call.');
      moving = true;
      try {
        await moveTo(monotonic + ms);
      } finally {
        moving = false;
      }
    },
    advanceTo: (at) => clock.advance(at - clock.now()),
    set(now) {
      wallOffset = now - monotonic;
    },
    pending: () => timers.size,
    untilNext() {
      const timer = earliest();
      return timer ? Math.max(0, timer.dueAt - monotonic) : null;
    },
  };
  return clock;
}
