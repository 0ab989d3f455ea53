import type { Relay as RelayView, RelayProblem } from '../../contract/relay.ts';
import type { Clock } from '../../core/clock.ts';
import { MINUTE_MS, SECOND_MS, toIso } from '../../core/days.ts';
import type { Logger } from '../../core/logger.ts';
import type { Random } from '../../core/random.ts';
import { BACKOFF_JITTER } from '../../core/backoff.ts';
import type { Service } from '../../core/service.ts';
import type { RelayedIntake } from '../../webhooks/relayed.ts';
import { RelayError, type RelayPage, type RelaySource } from './source.ts';

/** A webhook is here within 5 s of its arrival at the relay: half of that is the way there and back. */
export const POLL_MS = 2.5 * SECOND_MS;
const LONGEST_WAIT_MS = MINUTE_MS;
/** A relay that is not installed is seldom wanted. */
const NOT_INSTALLED_WAIT_MS = 5 * MINUTE_MS;
export const LARGEST_PAGE = 100;
/** One failure between two good answers is no outage. */
const FAILURES_TOLD = 2;

type Standing = Omit<RelayView, 'message' | 'since' | 'lastPulledAt' | 'address'> & {
  since: number | null;
  lastPulledAt: number | null;
};

export type RelayDependencies = {
  source: RelaySource;
  intake: RelayedIntake;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** Something is on disk: there is work for the processor. */
  stored: () => void;
  /** The standing changed. */
  changed: () => void;
};

/**
 * Brings here what the relay kept (WHK-7): reads the oldest rows, stores them as the webhook port does, and only when
 * they are on disk deletes them there. Killed in between, it reads them again and knows them by their keys.
 */
export class RelayPull implements Service {
  readonly #deps: RelayDependencies;
  #standing: Standing = {
    ...{ state: 'connecting', problem: null, since: null, waiting: 0, setAside: 0, lastPulledAt: null },
  };
  #started = false;
  #cancelTurn: (() => void) | null = null;
  #running: Promise<void> | null = null;
  #failures = 0;
  #failingSince: number | null = null;
  #pageSize = LARGEST_PAGE;
  /** What was not believed is looked at again once: the settings can be others than at the last start. */
  #tookUp = false;
  /** Rows of the last page: one that holds no other brings no progress, whatever the relay says. */
  #lastIds: ReadonlySet<number> = new Set();

  constructor(dependencies: RelayDependencies) {
    this.#deps = dependencies;
  }

  start(): Promise<void> {
    if (!this.#started) {
      this.#started = true;
      this.#schedule(0);
    }
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#cancelTurn?.();
    this.#deps.source.abort();
    await this.#running;
  }

  /** The machine woke: looks now, not when a long wait is over (DSK-5). */
  wake(): void {
    if (this.#running === null) this.#schedule(0);
  }

  standing(): Readonly<Standing> {
    return this.#standing;
  }

  #schedule(afterMs: number): void {
    this.#cancelTurn?.();
    if (!this.#started) return;
    this.#cancelTurn = this.#deps.clock.after(afterMs, () => {
      this.#running = this.#turn().then((waitMs) => {
        this.#running = null;
        this.#schedule(waitMs);
      });
    });
  }

  /** One look at the relay; gives how long to wait for the next. Never rejects. */
  async #turn(): Promise<number> {
    try {
      const more = await this.runOnce();
      this.#failures = 0;
      this.#failingSince = null;
      return more ? 0 : POLL_MS;
    } catch (error) {
      return this.#started ? this.#fail(error) : 0;
    }
  }

  /**
   * Reads, stores and acknowledges one page; true when there is more to read.
   * @throws RelayError when the relay does not answer, or what it gave could not be stored: then all of it stays there
   */
  async runOnce(): Promise<boolean> {
    const { source, clock } = this.#deps;
    if (!this.#tookUp) {
      await source.takeUp();
      this.#tookUp = true;
    }
    const page = await source.pull(this.#pageSize);
    const setAside = page.rows.length === 0 ? 0 : await this.#take(page);
    const isStuck = page.rows.every(({ id }) => this.#lastIds.has(id));
    this.#lastIds = new Set(page.rows.map(({ id }) => id));
    const waiting = page.waiting - page.rows.length;
    this.#pageSize = Math.min(LARGEST_PAGE, this.#pageSize * 2);
    const counted = setAside > 0 || this.#standing.lastPulledAt === null;
    this.#tell({
      ...{ problem: null, since: null, waiting, lastPulledAt: clock.now() },
      state: waiting > 0 ? 'catching_up' : 'live',
      setAside: counted ? await source.countSetAside() : this.#standing.setAside,
    });
    return waiting > 0 && !isStuck;
  }

  /** Stores a page and lets the relay forget it; how many rows were set aside. */
  async #take({ rows }: RelayPage): Promise<number> {
    const { source, intake, stored } = this.#deps;
    const outcomes = await this.#store(async () =>
      // All at once: they share one sync of the file, in the order of the page.
      Promise.all(
        rows.map(async (row) =>
          'damaged' in row
            ? { id: row.id, aside: 'damaged' }
            : intake(row).then((outcome) => ({
                id: row.id,
                aside: outcome.kind === 'distrusted' ? outcome.reason : null,
              })),
        ),
      ),
    );
    stored();
    const done = outcomes.filter(({ aside }) => aside === null).map(({ id }) => id);
    if (done.length > 0) await source.acknowledge(done);
    for (const [reason, aside] of Map.groupBy(outcomes, ({ aside: reason }) => reason)) {
      if (reason !== null)
        await source.setAside(
          aside.map(({ id }) => id),
          reason,
        );
    }
    return outcomes.length - done.length;
  }

  async #store<Outcome>(work: () => Promise<Outcome>): Promise<Outcome> {
    try {
      return await work();
    } catch (error) {
      this.#deps.logger.error({ error }, 'webhooks of the relay could not be stored');
      throw new RelayError('storage', error instanceof Error ? error.name : 'error');
    }
  }

  /** Notes a failure and gives the wait that follows it. */
  #fail(error: unknown): number {
    const { clock, random, logger } = this.#deps;
    const problem: RelayProblem = error instanceof RelayError ? error.problem : 'nonsense';
    this.#failures += 1;
    this.#failingSince ??= clock.now();
    // A slow connection may bring a smaller page in time.
    if (error instanceof RelayError && error.late) this.#pageSize = Math.max(1, Math.floor(this.#pageSize / 4));
    if (this.#failures === 1) logger.warn({ problem, error: String(error) }, 'relay does not answer');
    if (this.#failures >= FAILURES_TOLD || this.#standing.lastPulledAt === null) {
      this.#tell({ ...this.#standing, state: 'unreachable', problem, since: this.#failingSince });
    }
    const backedOff = Math.min(LONGEST_WAIT_MS, POLL_MS * 2 ** (this.#failures - 1));
    const waitMs = problem === 'not_installed' ? NOT_INSTALLED_WAIT_MS : backedOff;
    return waitMs * (1 + random.next() * BACKOFF_JITTER);
  }

  #tell(standing: Standing): void {
    const { state, problem, waiting, setAside } = this.#standing;
    this.#standing = standing;
    const isNews =
      state !== standing.state ||
      problem !== standing.problem ||
      waiting !== standing.waiting ||
      setAside !== standing.setAside;
    if (isNews) this.#deps.changed();
  }
}

/** A standing without its sentence. */
export function toRelayView(standing: Readonly<Standing>, address: string): Omit<RelayView, 'message'> {
  const { since, lastPulledAt } = standing;
  return { ...standing, since: toIso(since), lastPulledAt: toIso(lastPulledAt), address };
}
