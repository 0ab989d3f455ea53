import { DAY_MS, dayStart, dayOf, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../backend/core/days.ts';
import { integerBetween, type Random } from '../../../backend/core/random.ts';
import type { DeliveryStatus, ProviderEvent } from '../../../backend/sending/provider.ts';
import type { Machine } from './machine.ts';
import type { Acceptance } from './provider.ts';
import { oneOf, type CampaignPlan, type Scenario } from './scenario.ts';
import type { Timeline } from './timeline.ts';

/** An event that the provider announced and the machine confirmed with 2xx; `about`: the reference of its message. */
export type Confirmed = { id: string; event: ProviderEvent; at: number; about: string | null };

type OutsideParts = {
  timeline: Timeline;
  random: Random;
  machine: Machine;
  scenario: Scenario;
  /** Called in the very moment in which a webhook is confirmed. */
  received: () => void;
};

/** What a contact writes who wants to receive nothing more. */
export const STOP = 'STOP';

const FIRST_RETRY_MS = 30 * SECOND_MS;
/** About ten hours. */
const MOST_RETRIES = 10;
const ANSWER_TYPES = ['text', 'text', 'text', 'emoji', 'voice', 'image', 'document', 'reaction'] as const;

/** What follows a message that was taken: delivery reports, answers of contacts, and how webhooks go astray. */
export class OutsideWorld {
  readonly confirmed: Confirmed[] = [];
  readonly #parts: OutsideParts;
  #announced = 0;
  /** Faults over: nothing is lost or late any more. */
  isOrderly = false;

  constructor(parts: OutsideParts) {
    this.#parts = parts;
  }

  /** Everything that a taken message sets off. */
  followUp(acceptance: Acceptance, plan: CampaignPlan | null): void {
    const { timeline, random } = this.#parts;
    const { phone, body, ids } = acceptance;
    const delivered = random.next() < 0.95;
    const deliveredIn = random.next() * 3 * MINUTE_MS;
    this.#report(acceptance, 'sent', 500 + random.next() * SECOND_MS);
    if (!delivered) {
      if (random.next() < 0.4) this.#report(acceptance, 'failed', deliveredIn);
      return;
    }
    this.#report(acceptance, 'delivered', deliveredIn);
    if (random.next() < 0.6) this.#report(acceptance, 'read', deliveredIn + random.next() * 2 * HOUR_MS);
    if (plan === null) return;
    const isFirst = body.startsWith('M1');
    if (random.next() >= (isFirst ? plan.answers : 0.05)) return;
    for (let delay = answerDelay(plan.manner, random, timeline.now), left = 1; left > 0; left--) {
      const type = oneOf(random, ANSWER_TYPES);
      const text = type === 'text' ? (random.next() < 0.04 ? STOP : 'Oui, merci') : null;
      const quotedProviderId = random.next() < 0.3 ? (ids[1] ?? null) : null;
      this.#answer({ phone, type, text, quotedProviderId }, delay);
      if (random.next() < 0.3) left += 1;
      delay += random.next() * 2 * HOUR_MS;
    }
  }

  #report({ reference, ids }: Acceptance, status: DeliveryStatus, inMs: number): void {
    const { timeline } = this.#parts;
    timeline.in(inMs, () => {
      const event = status === 'failed' ? 'message:failed' : `message:${status}`;
      const code = status === 'failed' ? 'undeliverable' : '';
      const at = timeline.now;
      const dedupeKey = `${ids[0]}:${status}`;
      // The provider's own id and the reference, or the id of WhatsApp alone, as Wassenger's two envelopes have it.
      const isOwn = status === 'sent' || status === 'failed';
      const named = isOwn
        ? { providerIds: ids.slice(0, 1), reference }
        : { providerIds: ids.slice(1), reference: null };
      this.#announce({ event, dedupeKey, kind: 'status', ...named, status, at, code }, reference);
    });
  }

  #answer(
    answer: Pick<Extract<ProviderEvent, { kind: 'answer' }>, 'phone' | 'type' | 'text' | 'quotedProviderId'>,
    inMs: number,
  ): void {
    const { timeline } = this.#parts;
    timeline.in(inMs, () => {
      const providerMessageId = `in-${this.#announced}`;
      const named = { event: 'message:in', dedupeKey: providerMessageId, providerMessageId, senderId: null };
      this.#announce({ ...named, kind: 'answer', ...answer, at: timeline.now });
    });
  }

  /** Sends an event, as well as this provider can. */
  #announce(event: ProviderEvent, about: string | null = null): void {
    const { timeline, random, scenario } = this.#parts;
    const id = `event-${this.#announced++}`;
    const { lost, doubled, delayed } = this.isOrderly ? { lost: 0, doubled: 0, delayed: 0 } : scenario.webhooks;
    const body = JSON.stringify({ id, events: [event] });
    const delay = (): number =>
      random.next() < delayed ? random.next() * 5 * HOUR_MS : integerBetween(random, 50, 2 * SECOND_MS);
    // What contacts wrote is never lost for good: nobody could know of it, and there would be nothing to check.
    if (event.kind !== 'answer' && random.next() < lost) return;
    const copies = random.next() < doubled ? integerBetween(random, 2, 3) : 1;
    for (let copy = 0; copy < copies; copy++) {
      timeline.in(delay(), () => void this.#post({ id, event, at: 0, about }, body, 0));
    }
    if (random.next() < 0.005) timeline.in(delay(), () => void this.#parts.machine.post(body, 'wrong'));
    if (random.next() < 0.005) timeline.in(delay(), () => void this.#parts.machine.post(body.slice(0, -9), 'right'));
  }

  async #post(confirmed: Confirmed, body: string, retries: number): Promise<void> {
    const { timeline, machine, received } = this.#parts;
    const answer = await machine.post(body, 'right');
    if (answer === 'received') {
      this.confirmed.push({ ...confirmed, at: timeline.now });
      received();
    } else if (retries < MOST_RETRIES) {
      timeline.in(FIRST_RETRY_MS * 2 ** retries, () => void this.#post(confirmed, body, retries + 1));
    }
  }
}

/** Time from Message 1 to the answer. */
function answerDelay(manner: CampaignPlan['manner'], random: Random, now: number): number {
  switch (manner) {
    case 'quick':
      return -Math.log(1 - random.next()) * 20 * MINUTE_MS;
    case 'late':
      return random.next() * 27 * HOUR_MS;
    case 'evening':
      return ((dayStart(dayOf(now)) + 20 * HOUR_MS - now + DAY_MS) % DAY_MS) + random.next() * 2 * MINUTE_MS;
    case 'last_minutes':
      return DAY_MS - random.next() * 20 * MINUTE_MS;
  }
}
