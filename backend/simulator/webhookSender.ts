import { createHmac } from 'node:crypto';
import { Agent, request } from 'undici';
import { retryDelayMs } from '../core/backoff.ts';
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import type { Rules } from './rules.ts';
import { createTimers } from './timers.ts';

/** Where webhooks go. The address is asked for before each try: a receiver that restarts may have moved. */
export type WebhookTarget = { id: string; url: () => string | null; secret: string | null; events: string[] | null };

/** One request to one target, with all its tries. */
export type WebhookDelivery = {
  id: number;
  target: string;
  /** Names of the events in it. */
  events: string[];
  body: string;
  tries: number;
  /** Status of the last answer; null when there was none. */
  status: number | null;
  state: 'waiting' | 'acknowledged' | 'abandoned';
  createdAt: number;
  acknowledgedAt: number | null;
};

export type WebhookCounts = { posted: number; acknowledged: number; retries: number; abandoned: number };

export type WebhookSender = {
  /** Resolves after the first try, whatever came of it. */
  send(target: WebhookTarget, body: string, events: string[]): Promise<WebhookDelivery>;
  /** The last deliveries, oldest first. */
  deliveries(): WebhookDelivery[];
  counts(): WebhookCounts;
  /** Requests without an answer yet. */
  inFlight(): number;
  waiting(): number;
  /** Drops what waits and cuts off what is in flight; can be used again afterwards. */
  cancelAll(): Promise<void>;
};

/** A delivery that is to be tried; `since` on the monotonic clock, `tried` is told after each try. */
type Job = { target: WebhookTarget; delivery: WebhookDelivery; since: number; tried: () => void };

/** Idle sockets are given up long before a receiver would close them, so that no post meets a dead one. */
function createAgent(): Agent {
  return new Agent({ keepAliveTimeout: 1_000, keepAliveMaxTimeout: 1_000, headersTimeout: 0, bodyTimeout: 0 });
}

/** Only these count as received; anything else is tried again. */
function isAcknowledged(status: number): boolean {
  return status >= 200 && status <= 209;
}

/** `X-Wassenger-Signature` of a body. */
export function signature(body: string, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** Posts webhooks and tries again with back-off until they are acknowledged, for about a day, as the provider does. */
export function createWebhookSender(deps: {
  clock: Clock;
  random: Random;
  rules: () => Rules['webhooks'];
  /** Deliveries that are remembered, and that may wait: beyond, the oldest are dropped. */
  limit: number;
}): WebhookSender {
  const { clock, random, rules, limit } = deps;
  const timers = createTimers(clock);
  let agent = createAgent();
  const log: WebhookDelivery[] = [];
  const queue: Job[] = [];
  const running = new Map<AbortController, Promise<void>>();
  const counts: WebhookCounts = { posted: 0, acknowledged: 0, retries: 0, abandoned: 0 };
  let made = 0;
  let cancelling = false;

  async function post(target: WebhookTarget, body: string, abort: AbortController): Promise<number | null> {
    const url = target.url();
    if (url === null) return null;
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'user-agent': 'vigie-simulator',
      ...(target.secret === null ? {} : { 'x-wassenger-signature': signature(body, target.secret) }),
    };
    counts.posted += 1;
    const cancelTimeout = clock.after(rules().timeoutMs, () => {
      abort.abort();
    });
    try {
      const options = { method: 'POST' as const, headers, body, dispatcher: agent, signal: abort.signal };
      const answer = await request(url, options);
      await answer.body.dump();
      return answer.statusCode;
    } catch {
      // Refused, reset or too slow: the same to a provider, it tries again.
      return null;
    } finally {
      cancelTimeout();
    }
  }

  function settle(delivery: WebhookDelivery, status: number | null): void {
    delivery.tries += 1;
    delivery.status = status;
    if (status !== null && isAcknowledged(status)) {
      delivery.state = 'acknowledged';
      delivery.acknowledgedAt = clock.now();
      counts.acknowledged += 1;
    }
  }

  function abandon({ delivery, tried }: Job): void {
    delivery.state = 'abandoned';
    counts.abandoned += 1;
    tried();
  }

  function scheduleRetry(job: Job): void {
    const waitMs = retryDelayMs({ baseMs: rules().retryBaseMs, tries: job.delivery.tries }, random);
    if (clock.monotonic() + waitMs - job.since > rules().giveUpMs || timers.size() >= limit) {
      abandon(job);
      return;
    }
    timers.after(waitMs, () => {
      counts.retries += 1;
      enqueue(job);
    });
  }

  async function attempt(job: Job, abort: AbortController): Promise<void> {
    settle(job.delivery, await post(job.target, job.delivery.body, abort));
    job.tried();
    if (job.delivery.state === 'waiting' && !cancelling) scheduleRetry(job);
  }

  function enqueue(job: Job): void {
    queue.push(job);
    const oldest = queue.length > limit ? queue.shift() : undefined;
    if (oldest) abandon(oldest);
    next();
  }

  function next(): void {
    while (!cancelling && running.size < rules().concurrency) {
      const job = queue.shift();
      if (!job) return;
      const abort = new AbortController();
      const done = attempt(job, abort).finally(() => {
        running.delete(abort);
        next();
      });
      running.set(abort, done);
    }
  }

  return {
    send(target, body, events) {
      const delivery: WebhookDelivery = {
        id: made++,
        target: target.id,
        events,
        body,
        tries: 0,
        status: null,
        state: 'waiting',
        createdAt: clock.now(),
        acknowledgedAt: null,
      };
      log.push(delivery);
      if (log.length > limit) log.splice(0, log.length - limit);
      return new Promise((resolve) => {
        const tried = (): void => {
          resolve(delivery);
        };
        enqueue({ target, delivery, since: clock.monotonic(), tried });
      });
    },
    deliveries: () => [...log],
    counts: () => ({ ...counts }),
    inFlight: () => running.size,
    waiting: () => timers.size() + queue.length,
    async cancelAll() {
      cancelling = true;
      timers.cancelAll();
      for (const job of queue.splice(0)) abandon(job);
      for (const abort of running.keys()) abort.abort();
      await Promise.all(running.values());
      await agent.destroy();
      agent = createAgent();
      cancelling = false;
    },
  };
}
