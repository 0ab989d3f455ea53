import type { MessageTemplate } from '../contract/campaigns.ts';
import type { Clock } from '../core/clock.ts';
import { FIRST_POSITION, type AudienceContact, type AudiencePosition, type AudienceStore } from './audienceStore.ts';
import type { Audience } from './campaignStore.ts';
import { unfillable } from './personalise.ts';

/** Contacts that are read between two looks at the clock, and how long one step may hold the thread (API-5). */
const CONTACTS = 250;
const STEP_MS = 12;

export type SurveyRequest = {
  audience: Audience;
  message1: MessageTemplate;
  message2: MessageTemplate;
  /** Contacts that are wanted by name; none by default. */
  samples?: number;
};

/**
 * Goes through an audience in short steps, and finds who would be written to and which variables nobody fills (CMP-3).
 * The caller lets others have their turn between two steps.
 */
export class AudienceSurvey {
  eligible = 0;
  optedOut = 0;
  /** Variables without a fallback that none of the contacts so far can fill. */
  unknownVariables: string[];
  /** The first eligible ones, in the order of their making. */
  samples: AudienceContact[] = [];
  readonly #store: AudienceStore;
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly #audience: Audience;
  readonly #messages: readonly MessageTemplate[];
  readonly #wanted: number;
  readonly #at: number;
  readonly #attributes = new Set<string>();
  #position: AudiencePosition | null = FIRST_POSITION;

  constructor(store: AudienceStore, clock: Pick<Clock, 'now' | 'monotonic'>, request: SurveyRequest) {
    this.#store = store;
    this.#clock = clock;
    this.#audience = request.audience;
    this.#messages = [request.message1, request.message2];
    this.#wanted = request.samples ?? 0;
    this.#at = clock.now();
    this.unknownVariables = unfillable(this.#messages, []);
  }

  /** Somebody would be written to, and every variable is filled by somebody: a launch would be accepted (CMP-3). */
  get canLaunch(): boolean {
    return this.eligible > 0 && this.unknownVariables.length === 0;
  }

  /** One step; returns how many contacts it looked at, 0 at the end. */
  step(): number {
    const until = this.#clock.monotonic() + STEP_MS;
    let looked = 0;
    while (this.#position !== null) {
      const asked = { audience: this.#audience, at: this.#at, position: this.#position, limit: CONTACTS };
      const found = this.#store.step(asked);
      this.#position = found.next;
      looked += found.looked;
      this.#take(found.contacts);
      if (this.#clock.monotonic() >= until) break;
    }
    return looked;
  }

  #take(contacts: readonly AudienceContact[]): void {
    const eligible = contacts.filter(({ isEligible }) => isEligible === 1);
    this.eligible += eligible.length;
    this.optedOut += contacts.length - eligible.length;
    this.#noteAttributes(eligible);
    this.#noteSamples(eligible);
  }

  /** Attributes are read only while a variable is missing. */
  #noteAttributes(contacts: readonly AudienceContact[]): void {
    for (const { attributes } of contacts) {
      if (this.unknownVariables.length === 0) return;
      const before = this.#attributes.size;
      for (const [name, value] of Object.entries(JSON.parse(attributes) as Record<string, string>)) {
        if (/[^ ]/.test(value)) this.#attributes.add(name);
      }
      if (this.#attributes.size > before) {
        this.unknownVariables = unfillable(this.#messages, [...this.#attributes]);
      }
    }
  }

  #noteSamples(contacts: readonly AudienceContact[]): void {
    const wanted = this.#wanted;
    const last = this.samples[wanted - 1];
    const earlier = last === undefined ? contacts : contacts.filter((contact) => inOrder(contact, last) < 0);
    if (wanted > 0 && earlier.length > 0) this.samples = [...this.samples, ...earlier].sort(inOrder).slice(0, wanted);
  }
}

function inOrder(one: AudienceContact, other: AudienceContact): number {
  return one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1);
}
