import { HOUR_MS } from '../../../backend/core/days.ts';
import type { World } from './month.ts';
import { FAIR, type Weather } from './provider.ts';
import { DECISIONS_EVERY_MS, type Fault } from './scenario.ts';

type Crash = Extract<Fault, { kind: 'crash' }>;

/** Makes things go wrong at their time, and remembers when messages could not leave freely. */
export class Faults {
  /** True times between which something held messages back. */
  readonly disturbances: { from: number; to: number }[] = [];
  readonly #world: World;
  /** A crash that waits for a certain moment. */
  #waiting: Crash | null = null;
  #isOver = false;

  constructor(world: World) {
    this.#world = world;
  }

  plan(): void {
    for (const fault of this.#world.scenario.faults) {
      this.#world.timeline.at(fault.at, () => {
        this.#begin(fault);
      });
    }
  }

  /** Something holds messages back for so long from now. */
  disturbed(forMs: number): void {
    const { now } = this.#world.timeline;
    this.disturbances.push({ from: now, to: now + forMs });
  }

  #begin(fault: Fault): void {
    switch (fault.kind) {
      case 'outage':
        this.#weather({ down: fault.how }, { down: null }, fault.forMs);
        break;
      case 'storm': {
        const share = fault.share / 4;
        const stormy = { takenUnanswered: share, lost: share, rateLimited: share, refused: FAIR.refused + share };
        this.#weather({ ...stormy, angry: true, hiddenMs: 100_000 }, FAIR, fault.forMs);
        break;
      }
      case 'lookups_fail':
        this.#weather({ lookupFails: 0.8 }, { lookupFails: 0 }, fault.forMs);
        break;
      case 'crash':
        if (fault.when === 'now') this.#crash(fault);
        else this.#waiting ??= fault;
        break;
      case 'sleep':
        this.#sleep(fault.forMs);
        break;
      case 'clock':
        this.#moveClock(fault.byMs, fault.forMs);
        break;
      case 'disk_full':
        this.#fillDisk(fault);
        break;
    }
  }

  /** How the provider behaves for a while. */
  #weather(during: Partial<Weather>, afterwards: Partial<Weather>, forMs: number): void {
    const { provider, timeline } = this.#world;
    // What it paused waits for the operator's next look.
    this.disturbed(forMs + DECISIONS_EVERY_MS + HOUR_MS);
    provider.weather = { ...provider.weather, ...during };
    timeline.in(forMs, () => {
      if (!this.#isOver) provider.weather = { ...provider.weather, ...afterwards };
    });
  }

  #crash({ offMs }: Crash): void {
    const { machine, timeline } = this.#world;
    if (!machine.isRunning) return;
    this.disturbed(offMs + HOUR_MS);
    // A machine that dies has nothing else wrong with it when it comes back.
    machine.wakeUp();
    machine.freeDisk();
    machine.die();
    timeline.in(this.#isOver ? 0 : offMs, () => {
      machine.wantStart();
    });
  }

  #sleep(forMs: number): void {
    const { machine, timeline } = this.#world;
    if (!machine.isRunning) return;
    this.disturbed(forMs + HOUR_MS);
    machine.clocks.fallAsleep();
    timeline.in(forMs, () => {
      machine.wakeUp();
    });
  }

  #moveClock(byMs: number, forMs: number): void {
    const { machine, timeline } = this.#world;
    // Until real time has caught up with a clock that was ahead, its day is over.
    this.disturbed(forMs + Math.abs(byMs) + 24 * HOUR_MS);
    machine.clocks.offset += byMs;
    timeline.in(forMs, () => {
      if (!this.#isOver) machine.clocks.offset -= byMs;
    });
  }

  #fillDisk({ forMs, pages }: Extract<Fault, { kind: 'disk_full' }>): void {
    const { machine, timeline } = this.#world;
    if (!machine.isRunning) return;
    this.disturbed(forMs + HOUR_MS);
    machine.fillDisk(pages);
    timeline.in(forMs, () => {
      machine.freeDisk();
    });
  }

  /** A request reached the provider: whether it is taken when the machine dies at this very moment; null when it lives on. */
  onRequest(): 'take' | 'drop' | null {
    const crash = this.#waiting;
    if (crash?.when !== 'request_taken' && crash?.when !== 'request_dropped') return null;
    this.#waiting = null;
    this.#world.timeline.in(0, () => {
      this.#crash(crash);
    });
    return crash.when === 'request_taken' ? 'take' : 'drop';
  }

  /** A webhook was confirmed, and nothing of it processed yet. */
  onWebhook(): void {
    const crash = this.#waiting;
    if (crash?.when !== 'webhook_received') return;
    this.#waiting = null;
    this.#crash(crash);
  }

  /** Everything is as it should be from now on. */
  async end(): Promise<void> {
    const { machine, provider, outside } = this.#world;
    this.#isOver = true;
    this.#waiting = null;
    provider.weather = { ...FAIR, refused: 0 };
    outside.isOrderly = true;
    machine.clocks.offset = 0;
    machine.wakeUp();
    machine.freeDisk();
    machine.wantStart();
    await machine.startIfWanted();
  }
}
