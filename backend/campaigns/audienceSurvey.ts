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
  at: number;
  messages: readonly MessageTemplate[];
  /** Contacts that are wanted by name. */
  samples: number;
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
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #request: SurveyRequest;
  readonly #attributes = new Set<string>();
  #position: AudiencePosition | null = FIRST_POSITION;

  constructor(store: AudienceStore, clock: Pick<Clock, 'monotonic'>, request: SurveyRequest) {
    this.#store = store;
    this.#clock = clock;
    this.#request = request;
    this.unknownVariables = unfillable(request.messages, []);
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
      const { audience, at } = this.#request;
      const found = this.#store.step({ audience, at, position: this.#position, limit: CONTACTS });
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
        this.unknownVariables = unfillable(this.#request.messages, [...this.#attributes]);
      }
    }
  }

  #noteSamples(contacts: readonly AudienceContact[]): void {
    const { samples } = this.#request;
    const last = this.samples[samples - 1];
    const earlier = last === undefined ? contacts : contacts.filter((contact) => inOrder(contact, last) < 0);
    if (samples > 0 && earlier.length > 0) this.samples = [...this.samples, ...earlier].sort(inOrder).slice(0, samples);
  }
}

function inOrder(one: AudienceContact, other: AudienceContact): number {
  return one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1);
}
