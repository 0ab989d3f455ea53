import { VigieError } from '../../../backend/contract/errors.ts';
import { HOUR_MS, MINUTE_MS } from '../../../backend/core/days.ts';
import { integerBetween, type Random } from '../../../backend/core/random.ts';
import type { Machine } from './machine.ts';
import type { SimulatedProvider } from './provider.ts';
import { between, oneOf, type CampaignPlan, type Scenario } from './scenario.ts';
import type { Timeline } from './timeline.ts';

const ACTOR = 'operator';
type Scope = 'all' | 'message_1' | 'line' | 'campaign';

type OperatorParts = {
  timeline: Timeline;
  random: Random;
  machine: Machine;
  scenario: Scenario;
  provider: SimulatedProvider;
  /** Something that holds messages back begins, for so long at most. */
  disturbed: (forMs: number) => void;
};

/** A person who runs campaigns, presses buttons, and knows from the phone what was sent. */
export class Operator {
  readonly #parts: OperatorParts;
  /** By the number in the campaign's text. */
  readonly #started = new Map<string, CampaignPlan>();
  readonly #ids = new Map<string, string>();
  #contactIds: string[] = [];
  #sentByHand = 0;

  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  /** The plan of the campaign whose message this is; null for one sent by hand. */
  planOf(body: string): CampaignPlan | null {
    return this.#started.get(body.split(' ')[1] ?? '') ?? null;
  }

  /** Contacts by campaign, as they were launched. */
  launched(): { campaignId: string; plan: CampaignPlan }[] {
    return [...this.#ids].map(([name, campaignId]) => ({ campaignId, plan: this.#started.get(name)! }));
  }

  /** Does something that needs a running machine; tries again later while it is off, asleep or has no room. */
  whenPossible(work: () => void): void {
    const { machine, timeline } = this.#parts;
    const later = (): void => {
      timeline.in(10 * MINUTE_MS, () => {
        this.whenPossible(work);
      });
    };
    if (!machine.isRunning || !machine.clocks.isAwake) {
      later();
      return;
    }
    try {
      work();
    } catch (error) {
      if (error instanceof VigieError) return;
      if (!machine.isDiskFull) throw error;
      later();
    }
  }

  importPeople(): void {
    const { machine, scenario } = this.#parts;
    const { contacts } = machine.workspace.services;
    machine.store.main.exec('BEGIN');
    this.#contactIds = Array.from({ length: scenario.people }, (_, index) => {
      const person = { name: `P${index}`, attributes: {}, categoryIds: [] };
      return contacts.create({ ...person, phone: `+336${String(39_980_000 + index)}` }).id;
    });
    machine.store.main.exec('COMMIT');
  }

  launch(plan: CampaignPlan): void {
    const { machine } = this.#parts;
    const { campaigns } = machine.workspace.services;
    const name = `C${this.#started.size + 1}`;
    const startAt = plan.aheadMs === 0 ? {} : { startAt: new Date(machine.clocks.wall() + plan.aheadMs).toISOString() };
    const { id } = campaigns.create({
      ...{ name, categoryIds: [], contactIds: plan.contacts.map((index) => this.#contactIds[index]!), ...startAt },
      ...{ message1: { body: `M1 ${name} {{nom}}` }, message2: { body: `M2 ${name} {{nom}}` } },
    });
    this.#started.set(name, plan);
    void campaigns.start(id, ACTOR);
    this.#ids.set(name, id);
  }

  /** One of the things that an operator does in the course of a month. */
  act(): void {
    const { random } = this.#parts;
    const acts = [
      () => {
        this.#pause(oneOf(random, ['all', 'message_1', 'line', 'campaign'] as const));
      },
      () => {
        this.#retryOne();
      },
      () => this.#parts.machine.workspace.services.attempts.retryMany({ max: 50, dryRun: false }, ACTOR),
      () => {
        this.#cancelOne();
      },
      () => {
        this.#sendByHand();
      },
      () => {
        if (random.next() < 0.1) this.#cancelCampaign();
      },
    ];
    const act = oneOf(random, acts);
    this.whenPossible(act);
  }

  #pause(scope: Scope): void {
    const { machine, random, timeline, disturbed } = this.#parts;
    const id = scope === 'campaign' ? this.#anyCampaign() : undefined;
    if (scope === 'campaign' && id === undefined) return;
    const forMs = between(random, MINUTE_MS, 6 * HOUR_MS);
    disturbed(forMs + HOUR_MS);
    const pause = id === undefined ? { scope } : { scope, id };
    machine.workspace.services.sending.pause(pause, ACTOR);
    timeline.in(forMs, () => {
      this.whenPossible(() => {
        machine.workspace.services.sending.resume(pause, ACTOR);
      });
    });
  }

  #anyCampaign(): string | undefined {
    const { machine, random } = this.#parts;
    const running = machine.workspace.services.campaigns.list({ limit: 50, status: 'running' }).items;
    return running.length === 0 ? undefined : oneOf(random, running).id;
  }

  #anyAttempt(state: 'failed_final' | 'failed_retry' | 'pending'): string | undefined {
    const { machine, random } = this.#parts;
    const { items } = machine.workspace.services.attempts.list({ limit: 50, state });
    return items.length === 0 ? undefined : oneOf(random, items).id;
  }

  #retryOne(): void {
    const { machine, random } = this.#parts;
    const id = this.#anyAttempt(oneOf(random, ['failed_final', 'failed_retry'] as const));
    if (id !== undefined) machine.workspace.services.attempts.retry(id, ACTOR);
  }

  #cancelOne(): void {
    const { machine, random } = this.#parts;
    const id = this.#anyAttempt(oneOf(random, ['pending', 'failed_retry'] as const));
    if (id !== undefined) machine.workspace.services.attempts.cancel(id, ACTOR);
  }

  /** Other programs have much to say at one moment: nothing is held back from them but the limits themselves. */
  burst(count: number): void {
    for (let message = 0; message < count; message++) this.#sendByHand();
  }

  /** Twice in a row with the same key, as an impatient hand does (SND-7). */
  #sendByHand(): void {
    const { machine, random, scenario, disturbed } = this.#parts;
    const number = ++this.#sentByHand;
    // It may take a slot that was held back for a follow-up.
    disturbed(2 * 24 * HOUR_MS);
    const to = `+336${String(39_980_000 + integerBetween(random, 0, scenario.people - 1))}`;
    const message = { to, body: `Suivi ${number}`, type: 'notification', idempotencyKey: `hand-${number}` } as const;
    const priority = integerBetween(random, 1, 5);
    for (let press = 0; press < 2; press++) {
      machine.workspace.services.messages.send({ ...message, priority, whenPossible: true });
    }
  }

  #cancelCampaign(): void {
    const id = this.#anyCampaign();
    if (id !== undefined) this.#parts.machine.workspace.services.campaigns.cancel(id, ACTOR);
  }

  /** Looks at what waits for a decision: unknown outcomes, and what the provider's refusals paused. */
  decide(): void {
    this.whenPossible(() => {
      const { machine, provider } = this.#parts;
      const { services } = machine.workspace;
      for (const { id, reference } of services.attempts.list({ limit: 200, parked: true }).items) {
        const outcome = provider.accepted(reference) === undefined ? 'not_sent' : 'sent';
        services.attempts.resolve({ id, outcome }, ACTOR);
      }
      for (const { scope, id, reason } of services.monitoring.stats().pauses) {
        if (reason !== 'operator') services.sending.resume(id === '' ? { scope } : { scope, id }, ACTOR);
      }
      for (const { id } of services.campaigns.list({ limit: 50, status: 'paused' }).items) {
        services.campaigns.resume(id, ACTOR);
      }
    });
  }

  /** Nothing is paused any more. */
  resumeAll(): void {
    const { services } = this.#parts.machine.workspace;
    for (const { scope, id } of services.monitoring.stats().pauses) {
      services.sending.resume(id === '' ? { scope } : { scope, id }, ACTOR);
    }
    for (const { id } of services.campaigns.list({ limit: 50, status: 'paused' }).items) {
      services.campaigns.resume(id, ACTOR);
    }
  }
}
