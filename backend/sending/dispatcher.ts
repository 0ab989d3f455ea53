import { sleep, type Clock } from '../core/clock.ts';
import { MINUTE_MS, SECOND_MS, nextDayStart } from '../core/days.ts';
import type { Logger } from '../core/logger.ts';
import type { Random } from '../core/random.ts';
import type { Service } from '../core/service.ts';
import { nextSendAt } from '../domain/pace.ts';
import type { Limits, QuotaLedger } from '../monitoring/quotaLedger.ts';
import type { AttemptRow } from './attempt.ts';
import type { AttemptStore } from './attemptStore.ts';
import type { Claim, Claims } from './claim.ts';
import type { ConfiguredLine, Lines } from './lines.ts';
import type { Outcomes } from './outcomes.ts';
import type { Pauses } from './pauses.ts';
import type { SendOutcome } from './provider.ts';
import type { RepeatedRefusals } from './repeatedRefusals.ts';

export type SendingSettings = {
  limits: Limits;
  sendsPerMinute: number;
  sendGapMs: { min: number; max: number };
  sendTimeoutMs: number;
  /** Requests under way at once on one line; their starts are spaced by the pace. */
  sendsAtOnce: number;
};

type DispatcherDependencies = {
  lines: Lines;
  store: AttemptStore;
  claims: Claims;
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
};

/** Schedules are compared with the wall clock at least so often, so that sleep and clock changes need no special case. */
const LONGEST_NAP_MS = 5 * SECOND_MS;
/** How long a stop waits for answers; what is still open becomes `unknown` at the next start (DSK-7). */
const STOP_GRACE_MS = 5 * SECOND_MS;
/** A Message 2 this close to the end of its window would be accepted after it (CMP-6). */
const EXPIRY_MARGIN_MS = SECOND_MS;

/** Sends what is due, line by line, at the pace and within the limits that hold. */
export class Dispatcher implements Service {
  readonly #deps: DispatcherDependencies;
  readonly #wakers = new Set<() => void>();
  readonly #inFlight = new Map<string, Set<Promise<void>>>();
  readonly #lastMessage1 = new Map<string, number>();
  /** Starts whose slot was given back: the provider was asked all the same, and the pace counts them. */
  readonly #givenBack = new Map<string, { at: number; monotonic: number }[]>();
  #loops: Promise<void>[] = [];
  #running = false;

  constructor(dependencies: DispatcherDependencies) {
    this.#deps = dependencies;
  }

  start(): Promise<void> {
    if (!this.#running) {
      this.#running = true;
      this.#loops = this.#deps.lines.all().map((line) => this.#loop(line));
    }
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.wake();
    await Promise.all(this.#loops);
    this.#loops = [];
    const open = [...this.#inFlight.values()].flatMap((sends) => [...sends]);
    let cancelGrace = (): void => {};
    const grace = new Promise<void>((resolve) => {
      cancelGrace = this.#deps.clock.after(STOP_GRACE_MS, resolve);
    });
    await Promise.race([Promise.all(open), grace]);
    cancelGrace();
  }

  /** Something may have become due: looks again now. */
  wake(): void {
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

  async #loop(line: ConfiguredLine): Promise<void> {
    const inFlight = new Set<Promise<void>>();
    this.#inFlight.set(line.id, inFlight);
    while (this.#running) {
      let wakeAt: number;
      try {
        wakeAt = this.#step(line, inFlight);
      } catch (error) {
        // The database could not take the claim: nothing was sent, and it is tried again (REL-3).
        this.#deps.logger.error({ error, line: line.id }, 'claim failed');
        wakeAt = this.#deps.clock.now() + LONGEST_NAP_MS;
      }
      await this.#nap(wakeAt);
    }
  }

  /** Sends at most one message; returns when to look again. */
  #step(line: ConfiguredLine, inFlight: Set<Promise<void>>): number {
    const { clock, lines, pauses, settings } = this.#deps;
    const now = clock.now();
    this.expireDue();
    if (inFlight.size >= settings().sendsAtOnce) return now + LONGEST_NAP_MS;
    const heldBack = pauses.heldBack(line.id);
    if (heldBack === 'everything') return pauses.nextEnd() ?? now + LONGEST_NAP_MS;
    const options = lines.options(line.id);
    const paced = this.#nextPacedStart(line.id);
    if (paced > now) return paced;
    const { limits, sendTimeoutMs } = settings();
    const claim = this.#deps.claims.next({
      lineId: line.id,
      now,
      limits,
      sendTimeoutMs,
      options,
      heldBack,
      slowedCampaigns: this.#slowedCampaigns(now),
      sendsPerMinute: this.#allSendsPerMinute(),
    });
    if (claim.kind !== 'claimed') return this.#nextLook(claim, now);
    if (claim.attempt.type === 'message_1' && claim.attempt.campaignId !== null) {
      this.#lastMessage1.set(claim.attempt.campaignId, now);
    }
    const send = this.#send(line, claim.attempt).finally(() => {
      inFlight.delete(send);
      this.wake();
    });
    inFlight.add(send);
    return now;
  }

  #nextLook(claim: Exclude<Claim, { kind: 'claimed' }>, now: number): number {
    if (claim.kind === 'idle') return claim.nextDueAt ?? now + LONGEST_NAP_MS;
    if (claim.reason === 'rolling_limit_reached') {
      return this.#deps.ledger.rollingResumesAt(now, this.#deps.settings().limits.rollingLimit) ?? now;
    }
    return nextDayStart(now);
  }

  #nextPacedStart(lineId: string): number {
    const { clock, ledger, lines, random, settings } = this.#deps;
    const own = lines.options(lineId);
    const shared = settings();
    const next = this.#pace.get(lineId);
    const recentSends = [...ledger.recentSends(lineId, clock.now() - MINUTE_MS), ...this.#recentlyGivenBack(lineId)];
    recentSends.sort((a, b) => a - b);
    const last = recentSends.at(-1) ?? null;
    if (next !== undefined && next.after === last) return next.at;
    const at = nextSendAt(
      {
        recentSends,
        sendsPerMinute: own.sendsPerMinute ?? shared.sendsPerMinute,
        gapMs: own.gapMs ?? shared.sendGapMs,
      },
      random,
    );
    this.#pace.set(lineId, { after: last, at });
    return at;
  }
  /** Starts of the last minute whose slot was given back; what a clock set back left in the future counts no more. */
  #recentlyGivenBack(lineId: string): number[] {
    const { clock } = this.#deps;
    const recent = (this.#givenBack.get(lineId) ?? []).filter(
      ({ at, monotonic }) => clock.monotonic() - monotonic < MINUTE_MS && at <= clock.now(),
    );
    this.#givenBack.set(lineId, recent);
    return recent.map(({ at }) => at);
  }

  /** The random gap after a send is drawn once. */
  readonly #pace = new Map<string, { after: number | null; at: number }>();

  #allSendsPerMinute(): number {
    const { lines, settings } = this.#deps;
    const shared = settings().sendsPerMinute;
    return lines.all().reduce((sum, { id }) => sum + (lines.options(id).sendsPerMinute ?? shared), 0);
  }

  #slowedCampaigns(now: number): Set<string> {
    const slowed = new Set<string>();
    for (const [campaignId, last] of this.#lastMessage1) {
      const perMinute = this.#deps.campaignPace(campaignId);
      if (perMinute !== null && now < last + MINUTE_MS / perMinute) slowed.add(campaignId);
    }
    return slowed;
  }

  async #send(line: ConfiguredLine, attempt: AttemptRow): Promise<void> {
    const { logger, clock } = this.#deps;
    const started = { at: clock.now(), monotonic: clock.monotonic() };
    const outcome = await line.provider
      .send({
        reference: attempt.reference,
        phone: attempt.phone,
        body: attempt.body ?? '',
        media: attempt.media,
        template: attempt.template,
        priority: attempt.priority,
        expiresAt: attempt.expiresAt,
      })
      .catch((error: unknown) => {
        logger.error({ error, attempt: attempt.id }, 'provider client failed');
        return { kind: 'unknown', code: 'connection_lost', detail: 'provider client failed' } satisfies SendOutcome;
      });
    if (outcome.kind === 'refused' || outcome.kind === 'not_sent') {
      this.#givenBack.set(line.id, [...(this.#givenBack.get(line.id) ?? []), started]);
    }
    await this.#record(attempt, outcome);
    if (outcome.kind === 'accepted') this.#deps.repeatedRefusals.accepted(line);
    if (outcome.kind === 'refused') this.#deps.repeatedRefusals.refused(line, attempt, outcome.code);
  }

  /**
   * Writes an outcome down. While the disk refuses, the attempt stays `sending` with its slot and the outcome is kept
   * here; should the application end before there is room, the next start finds it and asks the provider (REL-3).
   */
  async #record(attempt: AttemptRow, outcome: SendOutcome): Promise<void> {
    const { store, outcomes, logger, clock } = this.#deps;
    for (;;) {
      try {
        // A webhook can have told more in the meantime: go on from what is on disk.
        applyOutcome(outcomes, store.get(attempt.id) ?? attempt, outcome);
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

function applyOutcome(outcomes: Outcomes, attempt: AttemptRow, outcome: SendOutcome): void {
  switch (outcome.kind) {
    case 'accepted':
      outcomes.accepted(attempt, outcome.providerIds);
      return;
    case 'refused':
      outcomes.refused(attempt, outcome);
      return;
    case 'not_sent':
      outcomes.notSent(attempt, outcome);
      return;
    case 'unknown':
      outcomes.unknown(attempt, outcome);
      return;
  }
}
