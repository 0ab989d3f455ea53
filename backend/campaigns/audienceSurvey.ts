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
 * Goes through an audience in short steps until it knows that somebody would be written to, that every variable is filled
 * by somebody, and whom to show (CMP-3). The caller lets others have their turn between two steps.
 */
export class AudienceSurvey {
  /** Somebody would be written to. */
  hasEligible = false;
  /** Variables without a fallback that none of the contacts so far can fill. */
  unknownVariables: string[];
  /** The first eligible ones: by category, and within each in the order of their making. */
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

  /** One step; returns how many contacts it looked at, 0 when it knows enough or has seen all. */
  step(): number {
    const until = this.#clock.monotonic() + STEP_MS;
    let looked = 0;
    while (this.#position !== null && !this.#knowsEnough) {
      const asked = { audience: this.#audience, at: this.#at, position: this.#position, limit: CONTACTS };
      const found = this.#store.step(asked);
      this.#position = found.next;
      looked += found.looked;
      this.#take(found.contacts);
      if (this.#clock.monotonic() >= until) break;
    }
    return looked;
  }

  get #knowsEnough(): boolean {
    return this.hasEligible && this.unknownVariables.length === 0 && this.samples.length === this.#wanted;
  }

  #take(contacts: readonly AudienceContact[]): void {
    const eligible = contacts.filter(({ isEligible }) => isEligible === 1);
    if (eligible.length > 0) this.hasEligible = true;
    this.#noteAttributes(eligible);
    this.samples.push(...eligible.slice(0, this.#wanted - this.samples.length));
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
}
