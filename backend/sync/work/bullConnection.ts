import type { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { HOUR_MS, SECOND_MS } from '../../core/days.ts';
import type { Logger } from '../../core/logger.ts';
import type { JobContent } from './exchange.ts';

/** An answer that takes longer is none. */
export const CALL_TIMEOUT_MS = 2 * SECOND_MS;
/** No message is held so long by who has begun it: what is left behind by hosts that are gone. */
export const LEFT_BEHIND_MS = HOUR_MS;
export const BULL_PREFIX = 'whatsapp:work';
const LONGEST_RECONNECT_MS = SECOND_MS;

type Bull = { queue: Queue<JobContent>; worker: Worker<JobContent> };
type ConnectionOptions = { url: string; name: string; logger: Logger; claimWaitMs: number };

/** The way to one queue of BullMQ. Nothing is kept for later while Redis is away: every call is made anew by its caller. */
export class BullConnection {
  readonly #options: ConnectionOptions;
  readonly #listening: Redis;
  readonly commands: Redis;
  #bull: Promise<Bull> | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { url, logger } = options;
    const settings = {
      ...{ lazyConnect: true, enableOfflineQueue: false, autoResendUnfulfilledCommands: false },
      ...{ maxRetriesPerRequest: 0, connectTimeout: CALL_TIMEOUT_MS, commandTimeout: CALL_TIMEOUT_MS },
      retryStrategy: (attempt: number) => Math.min(attempt * 100, LONGEST_RECONNECT_MS),
    };
    this.commands = new Redis(url, settings);
    this.#listening = new Redis(url, settings);
    for (const redis of [this.commands, this.#listening]) {
      redis.on('error', (error: Error) => {
        logger.debug({ reason: error.message }, 'the shared work cannot be reached');
      });
    }
  }

  get isReady(): boolean {
    return this.commands.status === 'ready';
  }

  /** Connects in the background, and listens on a channel. */
  connect(channel: () => string, heard: () => void): void {
    this.#listening.on('message', heard);
    this.#listening.on('ready', () => {
      this.#listening.subscribe(channel()).then(heard, () => {});
    });
    // A failure is told by the event above, and tried again.
    for (const redis of [this.commands, this.#listening]) redis.connect().catch(() => {});
  }

  /**
   * BullMQ is loaded when it is used, and made anew when it could not connect.
   * @throws Error when there is no connection
   */
  bull(): Promise<Bull> {
    this.#bull ??= this.#make().catch((error: unknown) => {
      this.#bull = null;
      throw error;
    });
    return this.#bull;
  }

  async close(): Promise<void> {
    const bull = await this.#bull?.catch(() => null);
    await Promise.allSettled([bull?.worker.close(true), bull?.queue.close()]);
    for (const redis of [this.commands, this.#listening]) redis.disconnect();
  }

  async #make(): Promise<Bull> {
    if (!this.isReady) throw new Error('not connected');
    const { Queue, Worker } = await import('bullmq');
    const { name, logger, claimWaitMs } = this.#options;
    const common = { connection: this.commands, prefix: BULL_PREFIX };
    const queue = new Queue<JobContent>(name, { ...common, streams: { events: { maxLen: 100 } } });
    // It has no processor: it neither runs by itself nor looks for jobs whose worker is gone.
    const worker = new Worker<JobContent>(name, null, {
      ...{
        ...common,
        autorun: false,
        drainDelay: claimWaitMs / SECOND_MS,
        lockDuration: LEFT_BEHIND_MS,
        maxStalledCount: 0,
      },
    });
    const report = (error: Error): void => {
      logger.debug({ reason: error.message }, 'the shared queue reports an error');
    };
    queue.on('error', report);
    worker.on('error', report);
    try {
      await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
    } catch (error) {
      await Promise.allSettled([worker.close(true), queue.close()]);
      throw error;
    }
    return { queue, worker };
  }
}
