import type { Clock } from '../../../backend/core/clock.ts';

type Planned = { at: number; order: number; run: () => void };

/** What happens in a simulated world, by its true time: earliest first, of one instant in the order of planning. */
export class Timeline {
  #now: number;
  #planned = 0;
  /** A heap: each entry is not before the one at half its position. */
  readonly #heap: Planned[] = [];

  constructor(start: number) {
    this.#now = start;
  }

  get now(): number {
    return this.#now;
  }

  /** Plans something for an instant; what lies in the past happens at once. */
  at(instant: number, run: () => void): void {
    const heap = this.#heap;
    const entry = { at: Math.max(instant, this.#now), order: this.#planned++, run };
    let index = heap.push(entry) - 1;
    for (let above = (index - 1) >> 1; index > 0 && isBefore(entry, heap[above]!); above = (index - 1) >> 1) {
      heap[index] = heap[above]!;
      index = above;
    }
    heap[index] = entry;
  }

  in(delayMs: number, run: () => void): void {
    this.at(this.#now + Math.round(delayMs), run);
  }

  /** When the next thing happens; infinity when nothing is planned. */
  nextAt(): number {
    return this.#heap[0]?.at ?? Infinity;
  }

  moveTo(instant: number): void {
    if (instant < this.#now) throw new RangeError('time goes back');
    this.#now = instant;
  }

  /** Everything whose time has come. */
  runDue(): void {
    while (this.nextAt() <= this.#now) this.#pop().run();
  }

  #pop(): Planned {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below += 1;
      if (!isBefore(heap[below]!, last)) break;
      heap[index] = heap[below]!;
      index = below;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(one: Planned, other: Planned): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

type Timer = { dueAt: number; delayMs: number; callback: () => void };

/**
 * Delays at which the application only looks whether something is to be done: the question about unknown outcomes,
 * the schedule, the longest nap of the queue. A clock may call back late, never early (`core/clock.ts`): in a
 * simulated month these looks come when there is something to see.
 */
const LOOKS_MS: readonly number[] = [250, 1_000, 5_000];

/** The clocks of a machine that can be set wrong and can sleep, as its processes see them. */
export class MachineClocks {
  readonly #timeline: Timeline;
  #wallOffset = 0;
  #sleptMs = 0;
  #fellAsleepAt: number | null = null;
  #timers = new Set<Timer>();

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  get isAwake(): boolean {
    return this.#fellAsleepAt === null;
  }

  /** How far the wall clock is ahead of true time. */
  get offset(): number {
    return this.#wallOffset;
  }

  set offset(ms: number) {
    this.#wallOffset = ms;
  }

  wall(): number {
    return this.#timeline.now + this.#wallOffset;
  }

  /** As on Linux: it stands still while the machine sleeps. */
  #monotonic(): number {
    return (this.#fellAsleepAt ?? this.#timeline.now) - this.#sleptMs;
  }

  fallAsleep(): void {
    this.#fellAsleepAt ??= this.#timeline.now;
  }

  wakeUp(): void {
    if (this.#fellAsleepAt !== null) this.#sleptMs += this.#timeline.now - this.#fellAsleepAt;
    this.#fellAsleepAt = null;
  }

  /** The clock of a new process; the timers of the one before are gone with it. */
  forProcess(): Clock {
    const timers = new Set<Timer>();
    this.#timers = timers;
    return {
      now: () => this.wall(),
      monotonic: () => this.#monotonic(),
      after: (delayMs, callback) => {
        const timer = { dueAt: this.#monotonic() + Math.max(0, delayMs), delayMs, callback };
        timers.add(timer);
        return () => {
          timers.delete(timer);
        };
      },
    };
  }

  /** The process is dead: nothing of it is called any more. */
  dropTimers(): void {
    this.#timers = new Set();
  }

  /** True time of the earliest timer that is no mere look, or with `looks` of the earliest of all. */
  nextAt(looks: boolean): number {
    let next = Infinity;
    for (const { dueAt, delayMs } of this.#timers) {
      if (dueAt < next && (looks || !LOOKS_MS.includes(delayMs))) next = dueAt;
    }
    return next + this.#sleptMs;
  }

  /** Calls back everything that is due, once; without `looks` only what is no mere look. */
  fireDue(looks: boolean): void {
    const now = this.#monotonic();
    const due = [...this.#timers]
      .filter(({ dueAt, delayMs }) => dueAt <= now && (looks || !LOOKS_MS.includes(delayMs)))
      .sort((one, other) => one.dueAt - other.dueAt);
    for (const timer of due) {
      // One that came before it can have cancelled it.
      if (this.#timers.delete(timer)) timer.callback();
    }
  }
}
