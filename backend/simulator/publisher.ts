import type { Random } from '../core/random.ts';
import { happens, within } from './draws.ts';
import type { Envelope, Rules } from './rules.ts';
import type { Timers } from './timers.ts';
import type { WebhookEvent } from './webhookEvents.ts';
import type { WebhookDelivery, WebhookSender, WebhookTarget } from './webhookSender.ts';

/** Most events that the provider puts into one array. */
const MAX_ARRAY_EVENTS = 25;

export type PublishOptions = {
  /** Decides what befalls the event; without it nothing does. */
  random?: Random;
  envelope?: Envelope | undefined;
  /** How often the very same request is made. */
  times?: number;
};

export type PublisherCounts = { published: number; lost: number; doubled: number };

/** Turns events into webhooks: chooses the envelope, fills arrays, and loses, doubles or shuffles as the rules say. */
export type Publisher = {
  /** Resolves with what came of the first try for each target; empty when the event was lost, held or nobody listens. */
  publish(event: WebhookEvent, options?: PublishOptions): Promise<WebhookDelivery[]>;
  /** Posts any body as it is. */
  publishRaw(body: string, names: string[]): Promise<WebhookDelivery[]>;
  /** Forgets the events that wait for their array to fill. */
  clear(): void;
  counts(): PublisherCounts;
};

export function createPublisher(deps: {
  sender: WebhookSender;
  targets: () => WebhookTarget[];
  timers: Timers;
  rules: () => Rules['webhooks'];
}): Publisher {
  const { sender, targets, timers, rules } = deps;
  const counts: PublisherCounts = { published: 0, lost: 0, doubled: 0 };
  let batch: WebhookEvent[] = [];
  let cancelFlush: (() => void) | null = null;

  async function post(body: string, names: string[]): Promise<WebhookDelivery[]> {
    const listening = targets().filter(({ events }) => !events || names.some((name) => events.includes(name)));
    return Promise.all(listening.map((target) => sender.send(target, body, names)));
  }

  async function flush(): Promise<WebhookDelivery[]> {
    cancelFlush?.();
    cancelFlush = null;
    const events = batch;
    batch = [];
    if (events.length === 0) return [];
    return post(
      JSON.stringify(events.map((event) => event.arrayItem)),
      events.map((event) => event.name),
    );
  }

  async function addToBatch(event: WebhookEvent): Promise<WebhookDelivery[]> {
    batch.push(event);
    if (batch.length >= MAX_ARRAY_EVENTS || rules().batchMs === 0) return flush();
    cancelFlush ??= timers.after(rules().batchMs, () => void flush());
    return [];
  }

  function envelopeOf(event: WebhookEvent, random: Random | undefined): Envelope {
    const { envelope } = rules();
    if (envelope === 'documented') return event.documented;
    if (envelope !== 'mixed') return envelope;
    return random && happens(random, 0.5) ? 'array' : 'object';
  }

  async function publishNow(event: WebhookEvent, envelope: Envelope, single: boolean): Promise<WebhookDelivery[]> {
    if (envelope === 'object') return post(JSON.stringify(event.object), [event.name]);
    return single ? post(JSON.stringify([event.arrayItem]), [event.name]) : addToBatch(event);
  }

  return {
    async publish(event, { random, envelope, times = 1 } = {}) {
      const { lostShare, doubledShare, doubledMs, shuffleMs } = rules();
      counts.published += 1;
      const chosen = envelope ?? envelopeOf(event, random);
      if (!random) {
        const rounds = Array.from({ length: times }, () => publishNow(event, chosen, true));
        return (await Promise.all(rounds)).flat();
      }
      const lost = happens(random, lostShare);
      const doubled = happens(random, doubledShare);
      const againAfterMs = within(random, doubledMs);
      const waitMs = within(random, [0, shuffleMs]);
      if (lost) {
        counts.lost += 1;
        return [];
      }
      if (doubled) {
        counts.doubled += 1;
        timers.after(waitMs + againAfterMs, () => void publishNow(event, chosen, true));
      }
      if (waitMs === 0) return publishNow(event, chosen, false);
      timers.after(waitMs, () => void publishNow(event, chosen, false));
      return [];
    },
    publishRaw: post,
    clear() {
      cancelFlush?.();
      cancelFlush = null;
      batch = [];
    },
    counts: () => ({ ...counts }),
  };
}
