import type { SharedStanding } from '../../contract/monitoring.ts';
import type { Clock } from '../../core/clock.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS, dayOf, toIso } from '../../core/days.ts';
import type { Logger } from '../../core/logger.ts';
import type { Service } from '../../core/service.ts';
import { closesTooSoon } from '../../domain/quota.ts';
import type { Limits } from '../../monitoring/quotaLedger.ts';
import type { AttemptRow } from '../../sending/attempt.ts';
import type { FollowUpHold, SharedBlock, SharedRefusal, SharedSlots } from '../../sending/sharedSlots.ts';
import { holdFollowUp } from './holdFollowUp.ts';
import type { LeaseBook } from './leaseBook.ts';
import type { SharedStore } from './redisCounters.ts';
import type { Report, ReportAnswer, TakenReport } from './report.ts';
import type { UsageReader } from './usageReader.ts';

const INTERVAL_MS = SECOND_MS;
/** When messages wait for a slot. */
const SOON_MS = SECOND_MS / 10;
/** Reports that go unanswered for so long: the counters are lost. */
export const LOST_AFTER_MS = 5 * SECOND_MS;
/** Everything is said again after so long, so that what was given back later is seen. */
const WHOLE_EVERY_MS = 60 * MINUTE_MS;
/** Asked for at once when messages wait: less than that is no hurry, more is not sent in the next second. */
const DEMAND = 10;
/** Reports of one start; the next one begins with the next number of the book. */
const REPORTS_OF_A_START = 10_000_000;
/** By so much a clock may be off before the difference is written down again. */
const OFFSET_STEP_MS = SECOND_MS;
const FOLLOWED_UP_MS = 2 * DAY_MS;

type CountersDependencies = {
  store: SharedStore;
  book: LeaseBook;
  usage: UsageReader;
  /** Does its work in one transaction. */
  inTransaction: <Result>(work: () => Result) => Result;
  clock: Clock;
  logger: Logger;
  /** Time that never goes back (MON-8). */
  effectiveNow: (now: number) => number;
  limits: () => Limits;
  /** Slots that the open reply windows need (CMP-12). */
  held: () => number;
  label: string;
  newMemoryId: () => string;
  /** The standing is another one; `lost`, `back`: and the operator should know. */
  changed: (what: 'figures' | 'lost' | 'back') => void;
};

/**
 * Keeps several machines within one limit (SYN-5). What a machine sends it takes from a lease: slots that the counters
 * granted to it before, that count as used there from then on, and that lie on its disk. Reports of absolute figures
 * renew the lease every second; without the counters only what is left of it is sent.
 */
export class SharedCounters implements Service, SharedSlots {
  readonly #deps: CountersDependencies;
  #generation = 0;
  #reports = 0;
  #started = false;
  #cancelTimer: (() => void) | null = null;
  #isSoon = false;
  #running: Promise<void> | null = null;
  #isWaitedFor = false;
  /** Clock of the last report that was taken, and of the last whole one; null: everything is to be said. */
  #saidAt: number | null = null;
  #wholeAt = 0;
  #last: { answer: TakenReport; monotonic: number } | null = null;
  #lostSince: number | null = null;
  #failingSince: { at: number; monotonic: number } | null = null;

  constructor(dependencies: CountersDependencies) {
    this.#deps = dependencies;
    this.#generation = dependencies.book.begin();
  }

  start(): Promise<void> {
    if (!this.#started) {
      this.#started = true;
      this.#deps.store.open();
      this.#schedule(0);
    }
    return Promise.resolve();
  }

  /** Gives the lease back, when somebody is there to take it. */
  async stop(): Promise<void> {
    if (!this.#started) return;
    this.#started = false;
    this.#cancelTimer?.();
    await this.#running;
    if (this.#isPresent()) {
      // First here: what was given back must not be used after a crash in between.
      this.#deps.book.keep(0);
      await this.#deps.store.report(this.#report({ isLeaving: true })).catch((error: unknown) => {
        this.#deps.logger.debug({ reason: String(error) }, 'the lease could not be given back');
      });
    }
    this.#deps.store.close();
  }

  take(now: number, sendTimeoutMs: number): SharedRefusal | null {
    const { book, effectiveNow } = this.#deps;
    const at = effectiveNow(now);
    const day = dayOf(at);
    const shared = at + book.read().offsetMs;
    // Both clocks must stand on the day, and stay on it until the answer.
    if (dayOf(shared) !== day || closesTooSoon(shared, sendTimeoutMs)) return 'day_is_closing';
    if (book.take(day)) return null;
    this.#isWaitedFor = true;
    if (this.#started && !this.#isSoon && this.#running === null) this.#schedule(SOON_MS);
    return this.refusal() ?? 'shared_limit_reached';
  }

  /** Why no slot is left; null when one is, or may come at once. */
  refusal(): SharedBlock | null {
    if (this.#slots() > 0) return null;
    if (!this.#isPresent() || this.#last?.answer.isGranting !== true) return 'shared_counters_unavailable';
    return this.#last.answer.free > 0 ? null : 'shared_limit_reached';
  }

  withinReach(now: number): number {
    const free = this.#isPresent() ? (this.#last?.answer.free ?? 0) : 0;
    return this.#slots(now) + free;
  }

  mayFollowUp(): boolean {
    if (this.#isPresent() && this.#last?.answer.isGranting === true) return true;
    return Object.keys(this.#deps.book.read().others).length === 0;
  }

  hold(attempt: AttemptRow): Promise<FollowUpHold> {
    return holdFollowUp(attempt, this.#deps);
  }

  standing(): SharedStanding {
    const { clock, book, limits, effectiveNow } = this.#deps;
    const answer = this.#last?.answer;
    const lost = this.#lostSince;
    const isGranting = answer?.isGranting === true;
    return {
      state: lost !== null ? 'lost' : isGranting ? 'connected' : 'waiting',
      lostSince: toIso(lost),
      canStillSend: this.#slots(effectiveNow(clock.now())),
      sent: answer?.sent ?? 0,
      rolling: answer?.rolling ?? 0,
      limit: answer?.limits.daily ?? limits().dailyLimit,
      machines: 1 + Object.keys(book.read().others).length,
      awaited: Object.values(answer?.awaited ?? {}).sort(),
    };
  }

  /** One report, and what follows from its answer. */
  syncOnce(): Promise<void> {
    this.#running ??= this.#sync().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  #schedule(delayMs: number): void {
    this.#cancelTimer?.();
    if (!this.#started) return;
    this.#isSoon = delayMs <= SOON_MS;
    this.#cancelTimer = this.#deps.clock.after(delayMs, () => {
      this.#cancelTimer = null;
      void this.syncOnce().finally(() => {
        this.#schedule(this.#isWaitedFor ? SOON_MS : INTERVAL_MS);
      });
    });
  }

  async #sync(): Promise<void> {
    const { store, clock } = this.#deps;
    try {
      let report = this.#report({});
      let answer = await store.report(report);
      if (answer.status === 'say_all') {
        this.#saidAt = null;
        report = this.#report({});
        answer = await store.report(report);
      }
      this.#apply(report, answer);
    } catch (error) {
      this.#deps.logger.debug({ reason: String(error) }, 'a report to the shared counters got no good answer');
      // What it said may have been lost with it.
      this.#saidAt = null;
      this.#failingSince ??= { at: clock.now(), monotonic: clock.monotonic() };
      this.#noteLoss();
    }
  }

  #report({ isLeaving = false }: { isLeaving?: boolean }): Report {
    const { inTransaction, book, usage, clock, effectiveNow, limits, held, label, newMemoryId } = this.#deps;
    if (this.#reports === REPORTS_OF_A_START) {
      this.#generation = book.begin();
      this.#reports = 0;
    }
    return inTransaction(() => {
      const lease = book.read();
      const now = effectiveNow(clock.now());
      const day = dayOf(now);
      const whole = this.#saidAt === null || now - this.#wholeAt >= WHOLE_EVERY_MS;
      const from = whole || this.#saidAt === null ? now - DAY_MS : this.#saidAt;
      const { dailyLimit, rollingLimit } = limits();
      return {
        ...{ host: lease.host, label, others: lease.others, day, clock: now, whole, isLeaving },
        order: this.#generation * REPORTS_OF_A_START + this.#reports++,
        ...usage.read({ day, since: Math.floor(from / MINUTE_MS) * MINUTE_MS }),
        lease: lease.day === day ? lease.slots : 0,
        held: held(),
        demand: this.#isWaitedFor ? DEMAND : 0,
        limits: { daily: dailyLimit, rolling: rollingLimit },
        followedUp: whole ? usage.followedUp(now - FOLLOWED_UP_MS) : [],
        newMemory: newMemoryId(),
      };
    });
  }

  #apply(report: Report, answer: ReportAnswer): void {
    const { book, clock, inTransaction, changed, logger } = this.#deps;
    if (answer.status === 'outdated') {
      // Somebody else reports under this name: the file is a copy that looks like the original.
      book.becomeAnother();
      this.#saidAt = null;
      return;
    }
    if (answer.status === 'say_all') throw new Error('everything was said, and asked for again');
    const more = answer.lease - report.lease;
    if (more < 0 || answer.lease > Math.max(report.lease, report.limits.daily)) {
      throw new Error('a lease that cannot be');
    }
    const before = this.#comparable();
    inTransaction(() => {
      if (more > 0) book.add(report.day, more);
      const { slots, day, offsetMs, others } = book.read();
      // Also those that the counters have not heard of since they lost their memory: they must not be forgotten with it.
      const known = { ...answer.awaited, ...answer.others };
      if (day === report.day && slots > answer.keep) book.keep(answer.keep);
      const offset = answer.now - report.clock;
      const isOff = Math.abs(offset - offsetMs) > OFFSET_STEP_MS;
      if (isOff || !isSame(others, known)) {
        book.learn({ offsetMs: isOff ? offset : offsetMs, others: known });
      }
    });
    if (report.demand > 0) this.#isWaitedFor = false;
    this.#saidAt = report.clock;
    if (report.whole) this.#wholeAt = report.clock;
    this.#last = { answer, monotonic: clock.monotonic() };
    this.#failingSince = null;
    const wasLost = this.#lostSince !== null;
    this.#lostSince = null;
    if (wasLost) logger.info({}, 'the shared counters are back');
    if (wasLost) changed('back');
    else if (more > 0 || this.#comparable() !== before) changed('figures');
  }

  /** What a screen shows of the standing. */
  #comparable(): string {
    return JSON.stringify(this.standing());
  }

  #noteLoss(): void {
    const failing = this.#failingSince;
    if (failing === null || this.#lostSince !== null) return;
    if (this.#deps.clock.monotonic() - failing.monotonic < LOST_AFTER_MS) return;
    this.#lostSince = failing.at;
    this.#deps.logger.warn({ since: toIso(failing.at) }, 'the shared counters are lost');
    this.#deps.changed('lost');
  }

  #isPresent(): boolean {
    const last = this.#last;
    return last !== null && this.#deps.clock.monotonic() - last.monotonic < LOST_AFTER_MS;
  }

  /** Slots of the day of `now` that are left. */
  #slots(now = this.#deps.clock.now()): number {
    const { day, slots } = this.#deps.book.read();
    return day === dayOf(this.#deps.effectiveNow(now)) ? slots : 0;
  }
}

function isSame(first: Record<string, string>, second: Record<string, string>): boolean {
  const names = Object.keys(first);
  return names.length === Object.keys(second).length && names.every((name) => first[name] === second[name]);
}
