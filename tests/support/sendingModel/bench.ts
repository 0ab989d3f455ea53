import assert from 'node:assert/strict';
import type { Workspace } from '../../../backend/composeWorkspace.ts';
import { VigieError } from '../../../backend/contract/errors.ts';
import { DAY_MS, HOUR_MS, nextDayStart } from '../../../backend/core/days.ts';
import type { LookupOutcome, Provider, SendOutcome } from '../../../backend/sending/provider.ts';
import { Machine } from '../simulation/machine.ts';
import { Timeline } from '../simulation/timeline.ts';
import { MAX_ATTEMPTS, SendingModel, type ModelAttempt, type ModelLimits, type Outcome } from './model.ts';

const CONTACTS = 4;
const NONE: ModelLimits = { daily: 1, rolling: 1 };
const TABLES = [
  ...['webhook_orphans', 'webhook_events', 'delivery_reports', 'provider_ids', 'attempt_events', 'attempts'],
  ...['message_errors', 'interactions', 'recipients', 'campaigns', 'contacts', 'suppressions', 'audit', 'pauses'],
  ...['quota_slots', 'daily_stats'],
];
const OUTCOMES: Record<Outcome, (ids: string[]) => SendOutcome> = {
  accepted: (providerIds) => ({ kind: 'accepted', providerIds }),
  refused_retry: () => ({ kind: 'refused', code: 'busy', class: 'retry', detail: '' }),
  refused_final: () => ({ kind: 'refused', code: 'no_such_number', class: 'final_contact', detail: '' }),
  not_sent: () => ({ kind: 'not_sent', code: 'provider_unreachable', detail: '' }),
  unknown: () => ({ kind: 'unknown', code: 'timeout', detail: '' }),
};

type Request = { reference: string; resolve: (outcome: SendOutcome) => void };

/** The real application on a machine whose provider does what a command says, next to the model of it. */
export class ModelBench {
  readonly timeline = new Timeline(Date.parse('2026-11-20T08:00:00.000Z'));
  readonly machine: Machine;
  model = new SendingModel(NONE);
  /** Requests without an answer yet, oldest first. */
  inFlight: Request[] = [];
  /** References that the provider truly has. */
  readonly taken = new Set<string>();
  knowsReferences = true;
  campaignId = '';
  #number = 0;
  /** What went wrong where nothing can be thrown. */
  #broken: string[] = [];

  constructor() {
    this.machine = new Machine({
      ...{ timeline: this.timeline, seed: 1 },
      environment: {
        VIGIE_MAX_ATTEMPTS: String(MAX_ATTEMPTS),
        VIGIE_SENDS_PER_MINUTE: '60',
        VIGIE_SEND_GAP_MS: '0-0',
      },
      provider: () => this.#provider(),
      errorLogged: (message, fields) => {
        this.#broken.push(`${message}: ${'error' in fields ? String(fields.error) : ''}`);
      },
    });
  }

  get services(): Workspace['services'] {
    return this.machine.workspace.services;
  }

  get now(): number {
    return this.timeline.now;
  }

  /** Nothing queued, nothing sent, a new day with its limits; and a campaign that runs. */
  async reset(limits: ModelLimits): Promise<void> {
    this.inFlight = [];
    this.#broken = [];
    if (!this.machine.isRunning) await this.machine.start();
    const { main } = this.machine.store;
    main.exec(TABLES.map((table) => `DELETE FROM ${table}`).join(';'));
    this.timeline.moveTo(nextDayStart(this.now) + DAY_MS + 8 * HOUR_MS);
    this.model = new SendingModel(limits);
    this.services.settings.update({ dailyLimit: limits.daily, rollingLimit: limits.rolling }, 'test');
    this.taken.clear();
    this.knowsReferences = true;
    const contactIds = Array.from({ length: CONTACTS }, (_, index) => {
      const person = { name: `P${index}`, phone: `+3363998000${index}`, attributes: {}, categoryIds: [] };
      return this.services.contacts.create(person).id;
    });
    const texts = { message1: { body: 'M1' }, message2: { body: 'M2' } };
    const { id } = this.services.campaigns.create({ name: 'C', categoryIds: [], contactIds, ...texts });
    this.campaignId = id;
    // Its messages leave once the model knows them: the queue is looked at when control comes back to it.
    void this.services.campaigns.start(id, 'test');
    for (const [index, contactId] of contactIds.entries()) {
      const step = { reference: `${id}:${contactId}:message_1`, phone: `+3363998000${index}` };
      this.model.add({ ...step, step: 'message_1' });
    }
    await this.settle();
  }

  #provider(): Provider {
    return {
      name: 'wassenger',
      capabilities: {
        ...{ deliveryReports: true, readReports: true, reactions: true },
        ...{ lookupByReference: true, needsTemplate: false, signsWebhooks: true },
      },
      send: ({ reference }) => this.#request(reference),
      lookUp: (reference) => Promise.resolve(this.#lookUp(reference)),
      health: () => Promise.resolve({ state: 'online', detail: '', sentToday: null }),
      classify: () => 'retry',
      verifyWebhook: () => true,
      readWebhook: (body) => (body as { events: [] }).events,
    };
  }

  #request(reference: string): Promise<SendOutcome> {
    const attempt = this.model.attempts.get(reference);
    const forbidden = attempt === undefined ? 'nobody asked for it' : this.model.forbids(attempt, this.now);
    if (forbidden !== null) this.#broken.push(`${reference} left: ${forbidden}`);
    if (attempt !== undefined) this.model.claimed(attempt, this.now);
    return new Promise((resolve) => {
      this.inFlight.push({ reference, resolve });
    });
  }

  #lookUp(reference: string): LookupOutcome {
    if (!this.knowsReferences) return { kind: 'unavailable', detail: '' };
    if (!this.taken.has(reference)) return { kind: 'absent' };
    const attempt = this.attempt(reference);
    if (attempt.state === 'unknown') this.model.taken(attempt, attempt.startedAt, this.now);
    return { kind: 'found', providerIds: [`id-${reference}`], acceptedAt: null, status: 'queued', code: '' };
  }

  attempt(reference: string): ModelAttempt {
    const attempt = this.model.attempts.get(reference);
    if (attempt === undefined) throw new Error(`a message that nobody asked for: ${reference}`);
    return attempt;
  }

  answer({ reference, resolve }: Request, outcome: Outcome, isTaken: boolean): void {
    this.inFlight = this.inFlight.filter((request) => request.reference !== reference);
    if (outcome === 'accepted' || (outcome === 'unknown' && isTaken)) this.taken.add(reference);
    this.model.outcome(this.attempt(reference), outcome, this.now);
    resolve(OUTCOMES[outcome]([`id-${reference}`]));
  }

  /** The machine dies and starts again: what was in flight is unknown, and perhaps arrived. */
  async crash(isTaken: boolean): Promise<void> {
    this.machine.die();
    for (const { reference } of this.inFlight) {
      if (isTaken) this.taken.add(reference);
      this.model.outcome(this.attempt(reference), 'unknown', this.now);
    }
    this.inFlight = [];
    await this.machine.start();
  }

  async receive(event: object): Promise<void> {
    const number = ++this.#number;
    const named = { event: 'event', dedupeKey: `event-${number}`, providerMessageId: `in-${number}`, at: this.now };
    await this.machine.post(JSON.stringify({ events: [{ ...named, ...event }] }), 'right');
  }

  /** Time passes; looks of the application come at its end, what it waits for exactly in between. */
  async advance(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      await this.settle();
      const next = this.machine.nextTimerAt();
      if (next > until) break;
      this.timeline.moveTo(Math.max(this.now, next));
      this.machine.fireTimers(false);
    }
    this.timeline.moveTo(until);
    this.machine.fireTimers(true);
    await this.settle();
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }

  /** Does what the operator asks; false when it is refused with a reason. */
  isAllowed(work: () => unknown): boolean {
    try {
      work();
      return true;
    } catch (error) {
      if (error instanceof VigieError) return false;
      throw error;
    }
  }

  /** The application and the model say the same. */
  compare(): void {
    assert.deepEqual(this.#broken, []);
    const { main } = this.machine.store;
    this.model.expire(this.now);
    const states = main
      .prepare<[], { reference: string; state: string }>(`SELECT reference, state FROM attempts`)
      .all()
      .map(({ reference, state }) => [reference, state] as const);
    const expected = [...this.model.attempts.values()].map(({ reference, state }) => [reference, state] as const);
    assert.deepEqual(new Map(states), new Map(expected));
    const { used, rollingUsed } = this.machine.workspace.ledger.usage(this.now);
    assert.deepEqual({ today: used, rolling: rollingUsed }, this.model.used(this.now));
  }
}
