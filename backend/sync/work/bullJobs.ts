import type { Job } from 'bullmq';
import type { Clock } from '../../core/clock.ts';
import { SECOND_MS } from '../../core/days.ts';
import type { Logger } from '../../core/logger.ts';
import type { JobQueue } from '../../sending/jobQueue.ts';
import type { OutgoingMessage, SendOutcome } from '../../sending/provider.ts';
import { BULL_PREFIX, BullConnection, CALL_TIMEOUT_MS, LEFT_BEHIND_MS } from './bullConnection.ts';
import { jobContent, returned, sealedOffer, type JobContent, type Returned } from './exchange.ts';
import { attendScript, settleScript, startScript, withdrawScript } from './workScripts.ts';
import type { WorkSeal } from './workSeal.ts';

/** A message that may leave now; `startWithinMs`: after so long nobody begins it. */
export type Offer = { id: string; message: OutgoingMessage; startWithinMs: number };
/** A message that this host has begun, and nobody else ever will. */
export type SharedJob = { id: string; message: OutgoingMessage; owner: string; offeredAt: number; taken: Taken };
type Taken = { job: Job<JobContent>; token: string };
/** What can be said of a message that was offered; `lost`: that Redis has forgotten who began it. */
export type Recalled = 'withdrawn' | 'started' | 'lost';

/** A claim waits so long for a message, unless told otherwise; less than a call may take. */
const CLAIM_WAIT_MS = SECOND_MS;
/** What is heard of the other hosts holds so long. */
export const PRESENT_MS = 3 * SECOND_MS;
/** The mark of a message outlives its outcome by so much: it cannot be begun a second time meanwhile. */
const MARK_KEPT_S = 60;
/** How ioredis begins what it says of a command that never left. */
const NOT_WRITTEN = "Stream isn't writeable";
const SWEPT_AT_ONCE = 1_000;

type BullDependencies = {
  url: string;
  /** Name of this machine, the same after a restart. */
  host: () => string;
  seal: WorkSeal;
  clock: Clock;
  logger: Logger;
  newId: () => string;
  /** 0: a claim does not wait. */
  claimWaitMs?: number;
};
/** `now`: Redis's clock at least, when its answer was here at `monotonic`. */
type Standing = { memory: string; now: number; monotonic: number; places: number; hosts: number };

/**
 * A line's queue that several hosts share, on BullMQ. BullMQ says who is next; before a message is given to a host, a mark
 * is set in Redis that is set once. BullMQ's own way with jobs whose worker is gone, to hand them out again, is not used.
 */
export class BullJobs implements JobQueue<Offer, void, SharedJob> {
  readonly #deps: BullDependencies;
  readonly #connection: BullConnection;
  readonly #keys;
  /** Memory that a message was offered under. */
  readonly #offered = new Map<string, string>();
  #standing: Standing | null = null;
  #sweptAt = -Infinity;

  constructor(dependencies: BullDependencies) {
    const { url, logger, seal, claimWaitMs } = dependencies;
    this.#deps = dependencies;
    this.#connection = new BullConnection({ url, name: seal.name, logger, claimWaitMs: claimWaitMs || CLAIM_WAIT_MS });
    const at = (name: string): string => `${BULL_PREFIX}:${seal.name}:${name}`;
    this.#keys = {
      ...{ memory: at('vigie:memory'), hosts: at('vigie:hosts') },
      mark: (id: string) => at(`vigie:mark:${id}`),
      outcomes: (host: string) => at(`vigie:outcomes:${host}`),
    };
  }

  /**
   * Connects in the background.
   * @param settled something that this host offered may have an outcome
   */
  open(settled: () => void): void {
    this.#connection.connect(() => this.#keys.outcomes(this.#deps.host()), settled);
  }

  /**
   * Says that this host is there and what it can take over, and hears the same of the others.
   * @param forMs how long that is to count; 0 when it leaves
   */
  async attend(places: number, forMs = PRESENT_MS): Promise<{ places: number; hosts: number }> {
    const { host, clock, newId } = this.#deps;
    const known = this.#standing?.memory ?? '';
    const answer = await this.#script(
      attendScript,
      [this.#keys.memory, this.#keys.hosts],
      ...[known, newId(), host(), places, forMs],
    );
    const [memory, now, elsewhere, hosts] = answer as [string, string, number, number];
    this.#standing = { memory, now: Number(now), monotonic: clock.monotonic(), places: elsewhere, hosts };
    this.#sweep();
    return { places: elsewhere, hosts };
  }

  /** Requests that the other hosts can take over, as far as that is known. */
  placesElsewhere(): number {
    const standing = this.#standing;
    if (standing === null || !this.#connection.isReady) return 0;
    return this.#deps.clock.monotonic() - standing.monotonic < PRESENT_MS ? standing.places : 0;
  }

  /**
   * False when it was certainly not offered.
   * @throws Error when Redis did not answer: then it may be offered or not
   */
  async offer({ id, message, startWithinMs }: Offer): Promise<boolean> {
    const { clock, host, seal } = this.#deps;
    const standing = this.#standing;
    const bull = await this.#connection.bull().catch(() => null);
    if (standing === null || bull === null) return false;
    const { memory } = standing;
    this.#offered.set(id, memory);
    // Never later than Redis's clock will show: after that long here, it is over there.
    const startBy = standing.now + (clock.monotonic() - standing.monotonic) + startWithinMs;
    const sealed = seal.seal({ message, offeredAt: clock.now() }, `offer:${id}`);
    const options = { jobId: id, priority: message.priority, attempts: 1, removeOnComplete: true, removeOnFail: true };
    try {
      await bull.queue.add('message', { owner: host(), memory, startBy, sealed }, options);
      return true;
    } catch (error) {
      if (error instanceof Error && error.message.startsWith(NOT_WRITTEN)) return false;
      throw error;
    }
  }

  async claim(): Promise<{ kind: 'claimed'; attempt: SharedJob } | { kind: 'idle' }> {
    const { clock, host, seal, newId, claimWaitMs } = this.#deps;
    const { worker } = await this.#connection.bull();
    const token = newId();
    const job = (await worker.getNextJob(token, { block: claimWaitMs !== 0 })) as Job<JobContent> | undefined;
    if (job?.id === undefined) return { kind: 'idle' };
    const id = job.id;
    const taken: Taken = { job, token };
    const content = jobContent.safeParse(job.data).data;
    const offer = sealedOffer.safeParse(content && seal.open(content.sealed, `offer:${id}`)).data;
    if (content === undefined || offer === undefined) {
      await this.#complete(taken);
      return { kind: 'idle' };
    }
    if (content.owner === host()) {
      // It waited for a message before it had more than it can send itself.
      await job.moveToWait(token);
      return { kind: 'idle' };
    }
    const askedAt = clock.now();
    const keys = [this.#keys.memory, this.#keys.mark(id)];
    const begun = await this.#script(startScript, keys, content.memory, content.startBy, host());
    if (begun !== 'started') {
      await this.#complete(taken);
      return { kind: 'idle' };
    }
    const attempt: SharedJob = { id, ...offer, owner: content.owner, taken };
    // This machine slept over the answer: its owner waits for it no longer.
    if (Math.abs(clock.now() - askedAt) > CALL_TIMEOUT_MS + SECOND_MS) {
      await this.settle(attempt, { kind: 'not_sent', code: 'taken_back', detail: 'begun too late' });
      return { kind: 'idle' };
    }
    return { kind: 'claimed', attempt };
  }

  async settle({ id, message, owner, offeredAt, taken }: SharedJob, outcome: SendOutcome): Promise<void> {
    const { reference } = message;
    const sealed = this.#deps.seal.seal({ reference, offeredAt, outcome } satisfies Returned, `outcome:${id}`);
    await this.#script(settleScript, [this.#keys.outcomes(owner)], id, sealed);
    await this.#complete(taken);
  }

  async withdraw(id: string): Promise<boolean> {
    return (await this.recall(id)) === 'withdrawn';
  }

  /** @throws Error when Redis does not answer */
  async recall(id: string): Promise<Recalled> {
    const memory = this.#offered.get(id) ?? this.#standing?.memory ?? '';
    const answer = await this.#script(withdrawScript, [this.#keys.memory, this.#keys.mark(id)], memory);
    if (answer === 'withdrawn') {
      this.#offered.delete(id);
      await this.#remove(id);
    }
    return answer as Recalled;
  }

  async size(): Promise<{ waiting: number; started: number }> {
    const { queue } = await this.#connection.bull();
    const { wait = 0, prioritized = 0, active = 0 } = await queue.getJobCounts('wait', 'prioritized', 'active');
    return { waiting: wait + prioritized, started: active };
  }

  /** What became of messages that this host offered, by id; they stay until they are forgotten. */
  async outcomes(): Promise<Map<string, Returned>> {
    const { host, seal, logger } = this.#deps;
    const found = new Map<string, Returned>();
    for (const [id, sealed] of Object.entries(await this.#connection.commands.hgetall(this.#keys.outcomes(host())))) {
      const outcome = returned.safeParse(seal.open(sealed, `outcome:${id}`));
      if (outcome.success) found.set(id, outcome.data);
      else logger.warn({ id }, 'an outcome from another host cannot be read');
    }
    return found;
  }

  async forget(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const pipeline = this.#connection.commands.pipeline().hdel(this.#keys.outcomes(this.#deps.host()), ...ids);
    for (const id of ids) {
      this.#offered.delete(id);
      pipeline.expire(this.#keys.mark(id), MARK_KEPT_S);
    }
    await pipeline.exec();
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** Takes a message out of BullMQ. It may be gone with a Redis that was emptied. */
  async #complete({ job, token }: Taken): Promise<void> {
    await job.moveToCompleted(null, token, false).catch((error: unknown) => {
      this.#deps.logger.debug({ reason: String(error), id: job.id }, 'a shared job could not be completed');
    });
  }

  /** Who finds it all the same may not begin it. */
  async #remove(id: string): Promise<void> {
    await this.#connection
      .bull()
      .then(({ queue }) => queue.remove(id))
      .catch((error: unknown) => {
        this.#deps.logger.debug({ reason: String(error), id }, 'a message that came back could not be removed');
      });
  }

  /** What hosts that are gone had begun: long given up on by who offered it. */
  #sweep(): void {
    const { clock, logger } = this.#deps;
    if (clock.monotonic() - this.#sweptAt < LEFT_BEHIND_MS) return;
    this.#sweptAt = clock.monotonic();
    this.#connection
      .bull()
      .then(({ queue }) => queue.clean(2 * LEFT_BEHIND_MS, SWEPT_AT_ONCE, 'active'))
      .catch((error: unknown) => {
        logger.debug({ reason: String(error) }, 'the shared queue could not be swept');
      });
  }

  #script(script: string, keys: readonly string[], ...values: (string | number)[]): Promise<unknown> {
    return this.#connection.commands.eval(script, keys.length, ...keys, ...values);
  }
}
