import { createHash } from 'node:crypto';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { VigieError } from '../contract/errors.ts';
import type { SyncProblem } from '../contract/sync.ts';
import { retryDelayMs } from '../core/backoff.ts';
import { sleep, type Clock } from '../core/clock.ts';
import { MINUTE_MS, SECOND_MS } from '../core/days.ts';
import type { Logger } from '../core/logger.ts';
import type { Random } from '../core/random.ts';
import type { Service } from '../core/service.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import { bringFiguresBack } from './bringBack.ts';
import { Outbox, type Accounts } from './outbox.ts';
import { BATCH, pushBatch } from './pushing.ts';
import { RemoteError, type Remote, type Source } from './remote.ts';
import { installTriggers } from './triggers.ts';

/** The outbox is looked at so often: what changed is in Supabase within seconds (SYN-2). */
const TICK_MS = SECOND_MS;
/** After a failure: this, doubled each time up to 32 times, with jitter. */
const RETRY_BASE_MS = 2 * SECOND_MS;
/** What waits for somebody to act is asked about this often. */
const PAUSED_MS = MINUTE_MS;
/** A new file waits this long for the day's figures; sending never waits longer for Supabase. */
const FIGURES_WAIT_MS = 3 * SECOND_MS;

type SyncDependencies = {
  database: Database;
  remote: Remote;
  source: string;
  /** The account behind each line as it is now: two machines with the same one share its quota. */
  accounts: () => Record<string, string>;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** Told after the state changed. */
  changed: () => void;
  /** Another machine continues what this one did: nothing more may leave here. */
  takenOver: () => void;
};

/** Copies every change to Supabase (SYN-1 to SYN-3). It only follows: nothing here waits for it. */
export class Sync implements Service {
  readonly outbox: Outbox;
  readonly #deps: SyncDependencies;
  #connected = false;
  #problem: SyncProblem | null = null;
  #failures = 0;
  #started = false;
  #stopping = new AbortController();
  #cancelTick: (() => void) | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(dependencies: SyncDependencies) {
    this.#deps = dependencies;
    const { database } = dependencies;
    this.outbox = new Outbox(database);
    inTransaction(database, () => {
      if (installTriggers(database)) this.outbox.beginCopy(this.outbox.state().version);
    });
  }

  get #accounts(): Accounts {
    return digests(this.#deps.accounts());
  }

  get problem(): SyncProblem | null {
    return this.#problem;
  }

  async start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    this.#stopping = new AbortController();
    const first = this.#queue({ hourly: true });
    if (this.#isNew()) await Promise.race([first, sleep(this.#deps.clock, FIGURES_WAIT_MS)]);
    void first.then(() => {
      this.#schedule();
    });
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#cancelTick?.();
    this.#stopping.abort();
    this.#deps.remote.cancel();
    await this.#running;
  }

  /** Brings over what waits; with `hourly` also the day's counters and once more what was set aside. Never throws. */
  push(options: { hourly: boolean }): Promise<void> {
    return this.#queue(options);
  }

  /** Tries a row again that was set aside. @throws VigieError `not_found` */
  async retry(position: number): Promise<void> {
    if (!this.outbox.putBack(position)) throw new VigieError('not_found');
    await this.#queue({ hourly: false });
  }

  /** One run after the other. */
  #queue(options: { hourly: boolean }): Promise<void> {
    this.#running = this.#running.then(() => this.#run(options));
    return this.#running;
  }

  #schedule(): void {
    if (!this.#started) return;
    this.#cancelTick?.();
    this.#cancelTick = this.#deps.clock.after(this.#wait(), () => {
      const isIdle = this.#problem === null && this.#connected && !this.#hasWork();
      void (isIdle ? Promise.resolve() : this.#queue({ hourly: false })).then(() => {
        this.#schedule();
      });
    });
  }

  #wait(): number {
    if (this.#problem === null) return TICK_MS;
    if (this.#problem !== 'offline' && this.#problem !== 'refused') return PAUSED_MS;
    return retryDelayMs({ baseMs: RETRY_BASE_MS, tries: this.#failures }, this.#deps.random);
  }

  #hasWork(): boolean {
    return this.outbox.state().copying !== null || this.outbox.countWaiting(1) > 0;
  }

  async #run({ hourly }: { hourly: boolean }): Promise<void> {
    const { clock, logger } = this.#deps;
    const former = this.#problem;
    const before = JSON.stringify([this.#problem, this.#failures > 0]);
    try {
      if (this.#hasWork()) this.outbox.setWaitingSince(this.outbox.state().waitingSince ?? clock.now());
      if (!this.#connected) await this.#connect();
      await this.#bringForNewLines();
      if (hourly) this.outbox.putAllBack();
      await this.#drain(hourly);
      if (!this.#hasWork()) this.outbox.setWaitingSince(null);
      this.#problem = null;
      this.#failures = 0;
    } catch (error) {
      this.#connected = false;
      this.#failures++;
      if (!(error instanceof RemoteError)) logger.error({ error }, 'the copy to Supabase failed');
      else if (this.#failures === 1)
        logger.warn({ problem: error.problem, detail: error.detail }, 'Supabase was not reached');
      this.#problem = error instanceof RemoteError ? error.problem : 'refused';
      // Told once: an operator who knows better may go on here.
      if (this.#problem === 'taken_over' && former !== 'taken_over') this.#deps.takenOver();
    }
    if (before !== JSON.stringify([this.#problem, this.#failures > 0]) || !this.#hasWork()) this.#deps.changed();
  }

  async #connect(): Promise<void> {
    const { remote, source } = this.#deps;
    await remote.checkSchema();
    const sources = await remote.sources();
    const own = sources.find((candidate) => candidate.source === source) ?? null;
    const { generation, version } = this.outbox.state();
    if (own !== null && own.generation !== generation) throw new RemoteError('taken_over', '');
    // A restored file may have had more changes since than its copy ever saw.
    const isOlder = own !== null && (own.version > version || this.outbox.isRestored());
    if (isOlder || (own === null && this.#isNew())) await this.#bring(sources, { own, accounts: this.#accounts });
    else if (this.outbox.heardOf() === null) this.outbox.setHeardOf(this.#accounts);
    if (isOlder) for (const _ of this.outbox.copyBehind(own.version)) await turnOfTheLoop();
    if (this.outbox.isRestored()) this.outbox.setCompared();
    this.#connected = true;
  }

  /** What other machines sent on the account of a line that was set, or got its keys again, counts here too. */
  async #bringForNewLines(): Promise<void> {
    const heardOf = this.outbox.heardOf() ?? {};
    const fresh = Object.entries(this.#accounts).filter(([line, account]) => heardOf[line] !== account);
    if (fresh.length > 0)
      await this.#bring(await this.#deps.remote.sources(), { own: null, accounts: Object.fromEntries(fresh) });
  }

  async #bring(sources: readonly Source[], { own, accounts }: { own: Source | null; accounts: Accounts }) {
    const { database, remote, source, clock, logger } = this.#deps;
    const others = sources.filter((candidate) => candidate.source !== source);
    const slots = await bringFiguresBack({ database, remote, own, others, accounts, now: clock.now() });
    this.outbox.setHeardOf({ ...this.outbox.heardOf(), ...accounts });
    logger.info({ slots }, 'figures came back from Supabase');
  }

  async #drain(hourly: boolean): Promise<void> {
    const { remote, source, clock } = this.#deps;
    const { outbox } = this;
    const { generation } = outbox.state();
    const target = { remote, outbox, source, generation, accounts: this.#accounts, now: () => clock.now() };
    let withHourly = hourly;
    while (!this.#stopping.signal.aborted) {
      const copying = outbox.state().copying;
      if (copying !== null && outbox.countWaiting(BATCH) < BATCH && outbox.copyStep()) {
        // Sending has its turn between the steps.
        await turnOfTheLoop();
        continue;
      }
      const batch = outbox.take(BATCH, { now: clock.now(), hourly: withHourly || copying !== null });
      if (batch.length > 0) await pushBatch(target, batch);
      else {
        if (copying === null) return;
        if (copying.floor !== null) await remote.prune({ source, generation, floor: copying.floor });
        outbox.endCopy();
        return;
      }
      withHourly = withHourly && batch.some(({ pushed }) => pushed.e === 'daily_message_stats');
    }
  }

  /** Nothing was ever sent from this file. */
  #isNew(): boolean {
    return this.#deps.database.prepare(`SELECT 1 FROM quota_slots LIMIT 1`).get() === undefined;
  }
}

/** What stands in Supabase tells accounts apart and names none. */
function digests(accounts: Record<string, string>): Accounts {
  const digest = (account: string): string => createHash('sha256').update(account).digest('hex');
  return Object.fromEntries(Object.entries(accounts).map(([line, account]) => [line, digest(account)]));
}
