import { sleep, type Clock } from '../../core/clock.ts';
import { HOUR_MS, SECOND_MS } from '../../core/days.ts';
import type { Logger } from '../../core/logger.ts';
import type { OutgoingMessage, SendOutcome } from '../../sending/provider.ts';
import type { BullJobs, SharedJob } from './bullJobs.ts';

/** Asked again after so long whether there is a place, or an answer of Redis. */
const AGAIN_MS = SECOND_MS / 2;
/** An outcome that Redis does not take is kept so long. */
const KEPT_MS = HOUR_MS;
/** How long a stop waits for answers of the provider, and for Redis to take them. */
const STOP_GRACE_MS = 5 * SECOND_MS;

type TakeOverDependencies = {
  jobs: Pick<BullJobs, 'claim' | 'settle'>;
  clock: Clock;
  logger: Logger;
  /** Requests of others that this host has a place for; 0 while it is paused. */
  free: () => number;
  send: (message: OutgoingMessage) => Promise<SendOutcome>;
  /** This host knows that a contact wants nothing more (SND-13). */
  isSuppressed: (phone: string) => boolean;
};

/** Sends for the other hosts: one request for each message that this host has begun, and its outcome back to its owner. */
export class TakeOver {
  readonly #deps: TakeOverDependencies;
  readonly #open = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #sending = 0;
  #freed = (): void => {};
  #isOver = false;
  #loop: Promise<void> | null = null;

  constructor(dependencies: TakeOverDependencies) {
    this.#deps = dependencies;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    const over = new AbortController();
    await Promise.race([Promise.all(this.#open), sleep(this.#deps.clock, STOP_GRACE_MS, over.signal)]);
    over.abort();
    this.#isOver = true;
  }

  async #run(): Promise<void> {
    const { jobs, clock, logger, free } = this.#deps;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      if (this.#sending >= free()) {
        await this.#aPlace();
        continue;
      }
      try {
        const claim = await jobs.claim();
        if (claim.kind === 'claimed') this.#take(claim.attempt);
      } catch (error) {
        logger.debug({ reason: String(error) }, 'no shared work could be claimed');
        await sleep(clock, AGAIN_MS, signal);
      }
    }
  }

  /** Until a request is answered, or for a moment: a pause may have ended. */
  async #aPlace(): Promise<void> {
    const over = new AbortController();
    const stop = (): void => {
      over.abort();
    };
    this.#stopping.signal.addEventListener('abort', stop);
    this.#freed = stop;
    await sleep(this.#deps.clock, this.#stopping.signal.aborted ? 0 : AGAIN_MS, over.signal);
    this.#stopping.signal.removeEventListener('abort', stop);
  }

  #take(job: SharedJob): void {
    this.#sending += 1;
    const work = this.#outcome(job)
      .then((outcome) => {
        this.#sending -= 1;
        this.#freed();
        return this.#giveBack(job, outcome);
      })
      .finally(() => {
        this.#open.delete(work);
      });
    this.#open.add(work);
  }

  async #outcome({ message, id }: SharedJob): Promise<SendOutcome> {
    const { send, isSuppressed, logger } = this.#deps;
    if (this.#stopping.signal.aborted)
      return { kind: 'not_sent', code: 'taken_back', detail: 'the other machine stops' };
    if (isSuppressed(message.phone)) return { kind: 'refused', code: 'opted_out', class: 'opted_out', detail: '' };
    try {
      logger.debug({ id }, 'sends for another machine');
      return await send(message);
    } catch (error) {
      logger.error({ error, id }, 'provider client failed');
      return { kind: 'unknown', code: 'connection_lost', detail: 'provider client failed' };
    }
  }

  /** Its owner waits for the outcome, or has called it unknown and is glad to hear it later. */
  async #giveBack(job: SharedJob, outcome: SendOutcome): Promise<void> {
    const { jobs, clock, logger } = this.#deps;
    const until = clock.monotonic() + KEPT_MS;
    for (;;) {
      try {
        await jobs.settle(job, outcome);
        return;
      } catch (error) {
        logger.debug({ reason: String(error), id: job.id }, 'an outcome could not be given back yet');
        if (this.#isOver || clock.monotonic() > until) return;
      }
      await sleep(clock, AGAIN_MS);
    }
  }
}
