import { sleep, type Clock } from '../core/clock.ts';
import { SECOND_MS, nextDayStart } from '../core/days.ts';
import type { Logger } from '../core/logger.ts';
import type { Random } from '../core/random.ts';
import type { Service } from '../core/service.ts';
import type { Limits, QuotaLedger } from '../monitoring/quotaLedger.ts';
import type { Turns } from '../storage/turns.ts';
import type { AttemptRow } from './attempt.ts';
import type { AttemptJobs } from './attemptJobs.ts';
import type { AttemptStore } from './attemptStore.ts';
import { CampaignPace } from './campaignPace.ts';
import type { Claim } from './claim.ts';
import { LinePace } from './linePace.ts';
import type { ConfiguredLine, LineOptions, Lines } from './lines.ts';
import type { Outcomes } from './outcomes.ts';
import type { HeldBack, Pauses } from './pauses.ts';
import type { SendOutcome } from './provider.ts';
import type { RepeatedRefusals } from './repeatedRefusals.ts';
import { sendOnce } from './sendOnce.ts';
import type { SharedSlots } from './sharedSlots.ts';

export type SendingSettings = {
  limits: Limits;
  sendsPerMinute: number;
  sendGapMs: { min: number; max: number };
  sendTimeoutMs: number;
  /** Zone of quiet hours that name none. */
  timeZone: string;
  /** Requests under way at once on one line; their starts are spaced by the pace. */
  sendsAtOnce: number;
};

type DispatcherDependencies = {
  lines: Lines;
  store: AttemptStore;
  jobs: Pick<AttemptJobs, 'claim' | 'settle'>;
  turns: Turns;
  outcomes: Outcomes;
  pauses: Pauses;
  repeatedRefusals: RepeatedRefusals;
  ledger: QuotaLedger;
  clock: Clock;
  random: Random;
  logger: Logger;
  settings: () => SendingSettings;
  /** Messages a minute that a campaign allows itself, null for no limit of its own. */
  campaignPace: (campaignId: string) => number | null;
  /** Null, and by default: no other machine sends on this account. */
  shared?: SharedSlots | null;
  /** Requests on a line that other hosts can take over now; none by default. */
  placesElsewhere?: (lineId: string) => number;
};

/** Schedules are compared with the wall clock at least so often, so that sleep and clock changes need no special case. */
const LONGEST_NAP_MS = 5 * SECOND_MS;
/** How long a stop waits for answers; what is still open becomes `unknown` at the next start (DSK-7). */
const STOP_GRACE_MS = 5 * SECOND_MS;
/** A Message 2 this close to the end of its window would be accepted after it (CMP-6). */
const EXPIRY_MARGIN_MS = SECOND_MS;

/** Messages that a look took, already `sending` on disk, and when to look again. */
type Look = { claimed: AttemptRow[]; wakeAt: number };
/** The next message, or when to look for it again. */
type Next = { attempt: AttemptRow } | { wakeAt: number };

/**
 * Sends what is due, line by line, at the pace and within the limits that hold. Outcomes and claims of one turn of the
 * event loop share a transaction: at most as many messages as a line has under way are claimed at once.
 */
export class Dispatcher implements Service {
  readonly #deps: DispatcherDependencies;
  readonly #wakers = new Set<() => void>();
  /** Sends whose outcome is not on disk yet. */
  readonly #open = new Map<Promise<void>, AttemptRow>();
  readonly #campaignPace: CampaignPace;
  readonly #pace: LinePace;
  readonly #loops = new Map<string, Promise<void>>();
  /** Lines that are being removed: they claim nothing more. */
  readonly #released = new Set<string>();
  #running = false;
  #wakes = 0;

  constructor(dependencies: DispatcherDependencies) {
    this.#deps = dependencies;
    this.#pace = new LinePace(dependencies);
    this.#campaignPace = new CampaignPace(dependencies.campaignPace);
  }

  start(): Promise<void> {
    if (!this.#running) {
      this.#running = true;
      for (const { id } of this.#deps.lines.all()) this.serve(id);
    }
    return Promise.resolve();
  }

  /** Sends on a line from now on; a line that is served already stays so. */
  serve(lineId: string): void {
    this.#released.delete(lineId);
    if (this.#running && !this.#loops.has(lineId)) this.#loops.set(lineId, this.#loop(lineId));
  }

  /** Claims nothing more on a line; resolves when all that left on it is recorded (SND-12). */
  async release(lineId: string): Promise<void> {
    this.#released.add(lineId);
    this.wake();
    await this.#loops.get(lineId);
    await Promise.all([...this.#open].flatMap(([send, attempt]) => (attempt.lineId === lineId ? [send] : [])));
  }

  /** Its request is not over, or its outcome not on disk. */
  isUnderWay = (id: string): boolean => [...this.#open.values()].some((attempt) => attempt.id === id);

  async stop(): Promise<void> {
    this.#running = false;
    this.wake();
    await Promise.all(this.#loops.values());
    let cancelGrace = (): void => {};
    const grace = new Promise<void>((resolve) => {
      cancelGrace = this.#deps.clock.after(STOP_GRACE_MS, resolve);
    });
    await Promise.race([Promise.all(this.#open.keys()), grace]);
    cancelGrace();
  }

  /** Something may have become due: looks again now. */
  wake(): void {
    this.#wakes += 1;
    for (const waker of [...this.#wakers]) waker();
  }

  /** Everything that was in flight when the application died: its outcome is unknown (SND-6). Returns how many. */
  recoverInterrupted(): number {
    const interrupted = this.#deps.store.inState('sending');
    for (const attempt of interrupted) {
      this.#deps.outcomes.unknown(attempt, { code: 'interrupted', detail: 'stopped before the answer was recorded' });
    }
    return interrupted.length;
  }

  /** Ends the waiting follow-ups whose window has closed (CMP-6); returns how many. */
  expireDue(): number {
    const expired = this.#deps.store.expired(this.#deps.clock.now() + EXPIRY_MARGIN_MS);
    for (const attempt of expired) this.#deps.outcomes.expire(attempt);
    return expired.length;
  }

  /** The line's client, while it may send; null ends its loop. */
  #lineOf(lineId: string): ConfiguredLine | null {
    return this.#running && !this.#released.has(lineId) ? this.#deps.lines.find(lineId) : null;
  }

  async #loop(lineId: string): Promise<void> {
    const { clock, logger, turns } = this.#deps;
    const inFlight = new Set<string>();
    for (let line = this.#lineOf(lineId); line !== null; line = this.#lineOf(lineId)) {
      let wakes = this.#wakes;
      let wakeAt: number;
      try {
        const look = await turns.run(() => {
          wakes = this.#wakes;
          return this.#look(lineId, inFlight.size);
        });
        wakeAt = look.wakeAt;
        // Its keys may have changed meanwhile.
        const client = this.#deps.lines.find(lineId) ?? line;
        for (const attempt of look.claimed) this.#start(client, attempt, inFlight);
      } catch (error) {
        // The database could not take the claims: nothing was sent, and it is tried again (REL-3).
        logger.error({ error, line: lineId }, 'claim failed');
        wakeAt = clock.now() + LONGEST_NAP_MS;
      }
      // What became due after the look is not slept over.
      if (wakes === this.#wakes) await this.#nap(wakeAt);
    }
    this.#loops.delete(lineId);
  }

  /** Claims all that may start now; part of the turn's transaction. */
  #look(lineId: string, inFlight: number): Look {
    const { clock, lines, pauses, settings } = this.#deps;
    const now = clock.now();
    const claimed: AttemptRow[] = [];
    // A stop may have come since the look was asked for.
    const line = this.#lineOf(lineId);
    if (line === null) return { claimed, wakeAt: now };
    this.expireDue();
    const options = lines.options(lineId);
    if (options.disabled) return { claimed, wakeAt: now + LONGEST_NAP_MS };
    const heldBack = pauses.heldBack(lineId);
    if (heldBack === 'everything') return { claimed, wakeAt: pauses.nextEnd() ?? now + LONGEST_NAP_MS };
    const held = { heldBack, options, settings: settings(), now };
    const places = held.settings.sendsAtOnce + (this.#deps.placesElsewhere?.(lineId) ?? 0);
    for (;;) {
      if (inFlight + claimed.length >= places) return { claimed, wakeAt: now + LONGEST_NAP_MS };
      const next = this.#next(line, claimed, held);
      if ('wakeAt' in next) return { claimed, wakeAt: next.wakeAt };
      claimed.push(next.attempt);
    }
  }

  /** Claims the next message of a line, if its pace, its limits and its pauses let one start now. */
  #next(
    line: ConfiguredLine,
    claimed: readonly AttemptRow[],
    held: { heldBack: HeldBack; options: LineOptions; settings: SendingSettings; now: number },
  ): Next {
    const { heldBack, options, settings, now } = held;
    const paced = this.#pace.nextStart(line.id, this.#deps.lines.pace(line.id, settings));
    if (paced > now) return { wakeAt: paced };
    const slowed = this.#campaignPace.slowed(now, claimed);
    const claim = this.#deps.jobs.claim({
      lineId: line.id,
      now,
      limits: settings.limits,
      sendTimeoutMs: settings.sendTimeoutMs,
      options,
      heldBack,
      slowedCampaigns: slowed.campaigns,
      sendsPerMinute: this.#deps.lines.sendsPerMinute(settings),
      timeZone: settings.timeZone,
    });
    if (claim.kind !== 'claimed') return { wakeAt: Math.min(this.#nextLook(claim, now), slowed.until) };
    this.#pace.started(line.id);
    return claim;
  }

  #start(line: ConfiguredLine, attempt: AttemptRow, inFlight: Set<string>): void {
    this.#campaignPace.started(attempt, attempt.sendingAt ?? this.#deps.clock.now());
    inFlight.add(attempt.id);
    const send = this.#send(line, attempt, () => {
      // Its place is free as soon as its outcome is known: the next claim shares the transaction that records it.
      inFlight.delete(attempt.id);
      this.wake();
    }).finally(() => {
      this.#open.delete(send);
      this.wake();
    });
    this.#open.set(send, attempt);
  }

  #nextLook(claim: Exclude<Claim, { kind: 'claimed' }>, now: number): number {
    if (claim.kind === 'idle') return claim.nextDueAt ?? now + LONGEST_NAP_MS;
    if (claim.reason === 'rolling_limit_reached') {
      return this.#deps.ledger.rollingResumesAt(now, this.#deps.settings().limits.rollingLimit) ?? now;
    }
    if (claim.reason === 'shared_limit_reached' || claim.reason === 'shared_counters_unavailable') {
      return now + LONGEST_NAP_MS;
    }
    return nextDayStart(now);
  }

  async #send(line: ConfiguredLine, attempt: AttemptRow, answered: () => void): Promise<void> {
    const { clock, logger, repeatedRefusals } = this.#deps;
    const started = { at: clock.now(), monotonic: clock.monotonic() };
    const outcome = await sendOnce(line, attempt, this.#deps);
    if (outcome.kind === 'refused' || outcome.kind === 'not_sent') this.#pace.gaveBack(line.id, started);
    const recorded = this.#record(attempt, outcome);
    answered();
    // A pause that cannot be written is asked for again by the next refusal (REL-3).
    await recorded
      .then(() => repeatedRefusals.follow(line, attempt, outcome))
      .catch((error: unknown) => logger.error({ error, line: line.id }, 'a restricted line could not be paused'));
  }

  /**
   * Writes an outcome down. While the disk refuses, the attempt stays `sending` with its slot and the outcome is kept
   * here; should the application end before there is room, the next start finds it and asks the provider (REL-3).
   */
  async #record(attempt: AttemptRow, outcome: SendOutcome): Promise<void> {
    const { jobs, logger, clock, turns } = this.#deps;
    for (;;) {
      try {
        await turns.run(() => {
          jobs.settle(attempt, outcome);
        });
        return;
      } catch (error) {
        logger.error({ error, attempt: attempt.id }, 'outcome could not be recorded');
        if (!this.#running) return;
        await sleep(clock, LONGEST_NAP_MS);
      }
    }
  }

  #nap(wakeAt: number): Promise<void> {
    const { clock } = this.#deps;
    const delay = Math.min(Math.max(0, wakeAt - clock.now()), LONGEST_NAP_MS);
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        cancel();
        this.#wakers.delete(finish);
        resolve();
      };
      const cancel = clock.after(delay, finish);
      this.#wakers.add(finish);
    });
  }
}
