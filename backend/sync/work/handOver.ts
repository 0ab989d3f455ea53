import { sleep, type Clock } from '../../core/clock.ts';
import { SECOND_MS } from '../../core/days.ts';
import type { Logger } from '../../core/logger.ts';
import type { OutgoingMessage, SendOutcome } from '../../sending/provider.ts';
import { CALL_TIMEOUT_MS } from './bullConnection.ts';
import type { BullJobs } from './bullJobs.ts';
import type { Returned } from './exchange.ts';

/** A message that no host has begun by then comes back. */
export const START_WITHIN_MS = 2 * SECOND_MS;
/** With less time than this a message is not handed over. */
const LEAST_MS = SECOND_MS / 4;
/** A Message 2 this close to the end of its window would be accepted after it (CMP-6). */
const EXPIRY_MARGIN_MS = SECOND_MS;
const ASK_AGAIN_MS = SECOND_MS / 2;

type HandOverDependencies = {
  jobs: Pick<BullJobs, 'placesElsewhere' | 'offer' | 'recall' | 'outcomes' | 'forget'>;
  clock: Clock;
  logger: Logger;
  newId: () => string;
  sendTimeoutMs: number;
  /** Requests under way at once from this host. */
  placesHere: () => number;
  sendHere: (message: OutgoingMessage) => Promise<SendOutcome>;
  /** Whether a message that came back may still leave: no pause, no STOP, no cancellation meanwhile. */
  mayLeave: (reference: string) => boolean;
  /** An outcome that nobody waits for any longer; throws when it could not be recorded. */
  late: (outcome: Returned) => void;
};

/** A message that is with the others, until its outcome comes. */
type Waiting = {
  reference: string;
  outcome: Promise<SendOutcome>;
  answer: (outcome: SendOutcome) => void;
  recall: AbortController;
};

/** How long after it was handed over an outcome may come, at the latest, from a host that is there. */
export function longestAnswerMs(sendTimeoutMs: number): number {
  return START_WITHIN_MS + CALL_TIMEOUT_MS + sendTimeoutMs + CALL_TIMEOUT_MS + SECOND_MS;
}

/**
 * Sends a line's messages from here as long as there is a place, and hands over the others. A message that was handed
 * over is sent from here only when it was taken back before anybody had begun it; else its outcome is what the other host
 * says, and without a word from it the outcome is unknown (SND-6).
 */
export class HandOver {
  readonly #deps: HandOverDependencies;
  readonly #waiting = new Map<string, Waiting>();
  #here = 0;
  #collecting: Promise<void> | null = null;
  #isMore = false;

  constructor(dependencies: HandOverDependencies) {
    this.#deps = dependencies;
  }

  /** Requests that this host has a place for besides its own; who hands over has none. */
  get free(): number {
    return this.#waiting.size > 0 ? 0 : Math.max(0, this.#deps.placesHere() - this.#here);
  }

  async send(message: OutgoingMessage): Promise<SendOutcome> {
    const { jobs, placesHere, mayLeave, clock } = this.#deps;
    if (this.#here < placesHere() || jobs.placesElsewhere() === 0) return this.#sendHere(message);
    const outcome = await this.#handOver(message);
    // A host that stops, or has no network, gives it back as provably not sent.
    if (outcome !== null && outcome.kind !== 'not_sent') return outcome;
    const isTooLate = message.expiresAt !== null && message.expiresAt - EXPIRY_MARGIN_MS <= clock.now();
    if (isTooLate || !mayLeave(message.reference)) {
      return { kind: 'not_sent', code: 'taken_back', detail: 'held back before anybody had begun it' };
    }
    return this.#sendHere(message);
  }

  /** Asks back what may no longer leave: something may have ended or be paused (SND-13, SND-14). */
  recall(): void {
    for (const { reference, recall } of this.#waiting.values()) if (!this.#deps.mayLeave(reference)) recall.abort();
  }

  /** Takes in the outcomes that have come. */
  collect(): Promise<void> {
    this.#isMore = true;
    this.#collecting ??= this.#collect().finally(() => {
      this.#collecting = null;
    });
    return this.#collecting;
  }

  async #collect(): Promise<void> {
    const { jobs, late, logger } = this.#deps;
    while (this.#isMore) {
      this.#isMore = false;
      const taken: string[] = [];
      for (const [id, returned] of await jobs.outcomes()) {
        const waiting = this.#waiting.get(id);
        try {
          if (waiting === undefined) late(returned);
          else waiting.answer(returned.outcome);
          taken.push(id);
        } catch (error) {
          logger.error({ error, id }, 'an outcome from another host could not be recorded');
        }
      }
      await jobs.forget(taken);
    }
  }

  async #sendHere(message: OutgoingMessage): Promise<SendOutcome> {
    this.#here += 1;
    try {
      return await this.#deps.sendHere(message);
    } finally {
      this.#here -= 1;
    }
  }

  /** Null: nobody has begun it, and nobody will. */
  async #handOver(message: OutgoingMessage): Promise<SendOutcome | null> {
    const { jobs, clock, newId, logger } = this.#deps;
    const left = message.expiresAt === null ? START_WITHIN_MS : message.expiresAt - EXPIRY_MARGIN_MS - clock.now();
    const startWithinMs = Math.min(START_WITHIN_MS, left);
    if (startWithinMs < LEAST_MS) return null;
    const id = newId();
    const { promise, resolve } = Promise.withResolvers<SendOutcome>();
    const { reference } = message;
    const waiting: Waiting = { reference, outcome: promise, answer: resolve, recall: new AbortController() };
    this.#waiting.set(id, waiting);
    try {
      const isOffered = await jobs.offer({ id, message, startWithinMs }).catch((error: unknown) => {
        logger.debug({ reason: String(error), id }, 'a message was offered, or not');
        waiting.recall.abort();
        return true;
      });
      if (!isOffered) return null;
      return await this.#answer(id, waiting, startWithinMs);
    } finally {
      this.#waiting.delete(id);
    }
  }

  async #answer(id: string, waiting: Waiting, startWithinMs: number): Promise<SendOutcome | null> {
    const { jobs, clock, sendTimeoutMs, logger } = this.#deps;
    const until = clock.monotonic() + longestAnswerMs(sendTimeoutMs);
    let isBegun = false;
    let outcome = await this.#within(waiting, startWithinMs, waiting.recall.signal);
    while (outcome === null && clock.monotonic() < until) {
      if (!isBegun) {
        const recalled = await jobs.recall(id).catch((error: unknown) => {
          logger.debug({ reason: String(error), id }, 'a message could not be asked back');
          return null;
        });
        if (recalled === 'withdrawn') return null;
        isBegun = recalled !== null;
      }
      const left = until - clock.monotonic();
      outcome = await this.#within(waiting, isBegun ? left : Math.min(left, ASK_AGAIN_MS));
    }
    return (
      outcome ?? { kind: 'unknown', code: 'connection_lost', detail: 'another machine began it and has not answered' }
    );
  }

  /** The outcome, or null when the time is over or it is asked back before. */
  async #within({ outcome }: Waiting, delayMs: number, signal?: AbortSignal): Promise<SendOutcome | null> {
    const over = new AbortController();
    const stop = (): void => {
      over.abort();
    };
    signal?.addEventListener('abort', stop);
    try {
      const passed = sleep(this.#deps.clock, signal?.aborted ? 0 : Math.max(0, delayMs), over.signal);
      return await Promise.race([outcome, passed.then(() => null)]);
    } finally {
      signal?.removeEventListener('abort', stop);
      over.abort();
    }
  }
}
