import { VigieError } from '../../../backend/contract/errors.ts';
import { MINUTE_MS, SECOND_MS } from '../../../backend/core/days.ts';
import { integerBetween, type Random } from '../../../backend/core/random.ts';
import type {
  ErrorClass,
  LookupOutcome,
  OutgoingMessage,
  Provider,
  ProviderEvent,
  SendOutcome,
} from '../../../backend/sending/provider.ts';
import type { Timeline } from './timeline.ts';

/** A message that the provider took, in its own ledger. */
export type Acceptance = OutgoingMessage & {
  /** True time. */
  requestedAt: number;
  acceptedAt: number;
  /** What the wall clock of the machine showed when the request left. */
  requestedOn: number;
  ids: string[];
};

/** How the provider behaves; faults change it. Shares of all requests. */
export type Weather = {
  down: 'refuses' | 'hangs' | null;
  /** Takes the message; the answer is lost, late, a 5xx or nonsense. */
  takenUnanswered: number;
  /** Does not take it, and the sender cannot know. */
  lost: number;
  rateLimited: number;
  refused: number;
  /** Some refusals are about the line or the campaign, and pause them. */
  angry: boolean;
  /** Look-ups that fail. */
  lookupFails: number;
  /** Look-ups do not know a message for up to so long; less than the settling time. */
  hiddenMs: number;
};

export const FAIR: Weather = {
  ...{
    down: null,
    takenUnanswered: 0,
    lost: 0,
    rateLimited: 0,
    refused: 0.01,
    angry: false,
    lookupFails: 0,
    hiddenMs: 0,
  },
};

const REFUSALS: { code: string; class: ErrorClass; weight: number }[] = [
  { code: 'no_such_number', class: 'final_contact', weight: 12 },
  { code: 'try_tomorrow', class: 'retry_next_day', weight: 3 },
  { code: 'blocked_by_contact', class: 'opted_out', weight: 2 },
  { code: 'content_refused', class: 'pause_campaign', weight: 1 },
  { code: 'line_refused', class: 'pause_line', weight: 1 },
  { code: 'account_refused', class: 'pause_all', weight: 1 },
];
const LONGEST_ANSWER_MS = 1_500;

/** What the rest of the world does with the machine that sends. */
export type Sender = {
  /** Wall clock of the machine. */
  wall(): number;
  /** Whether the process that asked still lives. */
  isAlive(process: number): boolean;
  /** Hands an answer over, at once or when the machine wakes. */
  answer(process: number, hand: () => void): void;
  timeoutMs: number;
};

type ProviderParts = {
  timeline: Timeline;
  random: Random;
  sender: Sender;
  /** The provider took a message. */
  taken: (acceptance: Acceptance) => void;
  /** A request arrived; what is returned decides about it when a fault is planned for this very moment. */
  arriving: () => 'take' | 'drop' | null;
};

/**
 * A provider inside the process, with the behaviours that the conformance suite asks of the real ones: it accepts,
 * accepts and loses the answer, limits, refuses, fails, is down, and answers look-ups late or not at all.
 * It never recognises a repetition: what is sent twice is taken twice.
 */
export class SimulatedProvider {
  weather: Weather = FAIR;
  readonly ledger: Acceptance[] = [];
  /** Everything that was asked to be sent, taken or not. */
  readonly requests: { phone: string; reference: string; requestedAt: number; expiresAt: number | null }[] = [];
  readonly #byReference = new Map<string, { acceptance: Acceptance; knownFrom: number }>();
  readonly #parts: ProviderParts;

  constructor(parts: ProviderParts) {
    this.#parts = parts;
  }

  accepted(reference: string): Acceptance | undefined {
    return this.#byReference.get(reference)?.acceptance;
  }

  /** The client that one process of the machine has. */
  forProcess(process: number): Provider {
    return {
      name: 'wassenger',
      capabilities: {
        ...{ deliveryReports: true, readReports: true, reactions: true },
        ...{ lookupByReference: true, needsTemplate: false, signsWebhooks: true },
      },
      idsPerMessage: 2,
      send: (message) => this.#send(process, message),
      lookUp: (reference) => this.#lookUp(process, reference),
      health: () => Promise.resolve({ state: 'online', detail: '', sentToday: null }),
      classify: (code) => REFUSALS.find((refusal) => refusal.code === code)?.class ?? 'retry',
      whenRepeated: (code) => (code === 'no_such_number' ? 'pause_message_1' : null),
      verifyWebhook: ({ headers }) => headers['signature'] === 'right',
      readWebhook: (body) => {
        if (typeof body !== 'object' || body === null || !('events' in body)) throw new VigieError('bad_request');
        return body.events as ProviderEvent[];
      },
    };
  }

  /** Answers a process after a time of the provider's choice; a dead one hears nothing. */
  #answer<Outcome>(process: number, afterMs: number, outcome: () => Outcome): Promise<Outcome> {
    const { timeline, sender } = this.#parts;
    return new Promise((resolve) => {
      timeline.in(afterMs, () => {
        const answer = outcome();
        sender.answer(process, () => {
          resolve(answer);
        });
      });
    });
  }

  #send(process: number, message: OutgoingMessage): Promise<SendOutcome> {
    const { timeline, random, sender, arriving } = this.#parts;
    const { phone, reference, expiresAt } = message;
    const request = { requestedAt: timeline.now, requestedOn: sender.wall() };
    this.requests.push({ phone, reference, expiresAt, requestedAt: timeline.now });
    const { down, takenUnanswered, lost, rateLimited, refused, angry } = this.weather;
    const planned = arriving();
    if (planned === 'take') this.#take(message, request);
    if (planned !== null) return new Promise(() => {});
    if (down === 'refuses') {
      const unreachable = { kind: 'not_sent', code: 'provider_unreachable', detail: 'refused' } as const;
      return this.#answer(process, 5, () => unreachable);
    }
    if (down === 'hangs') return this.#answer(process, sender.timeoutMs, () => unknown('timeout'));
    const latency = integerBetween(random, 50, LONGEST_ANSWER_MS);
    const draw = random.next();
    const chance = random.next();
    let share = takenUnanswered;
    if (draw < share) {
      this.#takeSoon(message, request, latency);
      return this.#silence(process, latency, chance);
    }
    if (draw < (share += lost)) return this.#silence(process, latency, chance);
    if (draw < (share += rateLimited)) return this.#answer(process, latency, () => tooMany(chance));
    if (draw < share + refused) return this.#answer(process, latency, () => refusal(chance, angry));
    this.#takeSoon(message, request, latency);
    return this.#answer(process, latency, () => ({
      kind: 'accepted',
      providerIds: this.accepted(reference)?.ids ?? [],
    }));
  }

  /** No answer that says anything. */
  #silence(process: number, latency: number, chance: number): Promise<SendOutcome> {
    const kinds = ['timeout', 'connection_lost', 'server_error', 'unreadable_answer'] as const;
    const code = kinds[Math.floor(chance * kinds.length)]!;
    return this.#answer(process, code === 'timeout' ? this.#parts.sender.timeoutMs : latency, () => unknown(code));
  }

  /** On the way to the answer, so that a machine that dies meanwhile leaves a message behind that was taken. */
  #takeSoon(message: OutgoingMessage, request: Pick<Acceptance, 'requestedAt' | 'requestedOn'>, within: number): void {
    this.#parts.timeline.in(within / 2, () => {
      this.#take(message, request);
    });
  }

  #take(message: OutgoingMessage, request: Pick<Acceptance, 'requestedAt' | 'requestedOn'>): void {
    const { timeline, random, taken } = this.#parts;
    const acceptedAt = timeline.now;
    const number = this.ledger.length + 1;
    const acceptance = { ...message, ...request, acceptedAt, ids: [`id-${number}`, `wa-${number}`] };
    const knownFrom = acceptedAt + random.next() * this.weather.hiddenMs;
    if (!this.#byReference.has(message.reference)) this.#byReference.set(message.reference, { acceptance, knownFrom });
    this.ledger.push(acceptance);
    taken(acceptance);
  }

  #lookUp(process: number, reference: string): Promise<LookupOutcome> {
    const { timeline, random } = this.#parts;
    return this.#answer(process, integerBetween(random, 20, 400), (): LookupOutcome => {
      const { down, lookupFails } = this.weather;
      if (down !== null || random.next() < lookupFails) return { kind: 'unavailable', detail: 'simulated' };
      const known = this.#byReference.get(reference);
      if (known === undefined || known.knownFrom > timeline.now) return { kind: 'absent' };
      const { ids: providerIds, acceptedAt } = known.acceptance;
      return { kind: 'found', providerIds, acceptedAt, status: 'sent', code: '' };
    });
  }
}

type UnknownCode = Extract<SendOutcome, { kind: 'unknown' }>['code'];
const unknown = (code: UnknownCode): SendOutcome => ({ kind: 'unknown', code, detail: 'simulated' });

function tooMany(chance: number): SendOutcome {
  const retryAfterMs = Math.round(chance * 10 * MINUTE_MS) + SECOND_MS;
  return { kind: 'refused', code: 'too_many_requests', class: 'retry', detail: 'simulated', retryAfterMs };
}

function refusal(chance: number, angry: boolean): SendOutcome {
  const possible = REFUSALS.filter(({ class: of }) => angry || !of.startsWith('pause'));
  let left = chance * possible.reduce((sum, { weight }) => sum + weight, 0);
  const drawn = possible.find(({ weight }) => (left -= weight) < 0) ?? REFUSALS[0]!;
  return { kind: 'refused', code: drawn.code, class: drawn.class, detail: 'simulated' };
}
