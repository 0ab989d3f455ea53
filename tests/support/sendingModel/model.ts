import type { AttemptState } from '../../../backend/contract/attempts.ts';
import { DAY_MS, dayOf, SECOND_MS } from '../../../backend/core/days.ts';
import type { DeliveryStatus } from '../../../backend/sending/provider.ts';

export type ModelLimits = { daily: number; rolling: number };
export const MAX_ATTEMPTS = 3;
export type Outcome = 'accepted' | 'refused_retry' | 'refused_final' | 'not_sent' | 'unknown';

export type ModelAttempt = {
  reference: string;
  phone: string;
  step: 'message_1' | 'message_2' | 'other';
  state: AttemptState;
  tries: number;
  most: number;
  startedAt: number;
  /** When the provider took it, as far as we know. */
  sentAt: number | null;
  expiresAt: number | null;
  reports: Set<DeliveryStatus>;
  /** Instants at which its contact answered. */
  answers: number[];
};

/** What should be, in as few rules as can say it: states, slots, and at most one Message 2 for each contact. */
export class SendingModel {
  readonly #limits: ModelLimits;
  readonly attempts = new Map<string, ModelAttempt>();
  slots: { reference: string; day: string; settledAt: number | null }[] = [];
  readonly paused = new Set<string>();
  readonly suppressed = new Set<string>();

  constructor(limits: ModelLimits) {
    this.#limits = limits;
  }

  add(message: Pick<ModelAttempt, 'reference' | 'phone' | 'step'>, expiresAt: number | null = null): void {
    const fresh = { state: 'pending', tries: 0, most: MAX_ATTEMPTS, startedAt: 0, sentAt: null } as const;
    this.attempts.set(message.reference, { ...fresh, ...message, expiresAt, reports: new Set(), answers: [] });
  }

  used(now: number): { today: number; rolling: number } {
    const rolling = this.slots.filter(({ settledAt }) => settledAt === null || settledAt >= now - DAY_MS).length;
    return { today: this.slots.filter(({ day }) => day === dayOf(now)).length, rolling };
  }

  /** Why this message may not leave now; null when it may. */
  forbids({ state, step, phone, expiresAt }: ModelAttempt, now: number): string | null {
    const { today, rolling } = this.used(now);
    if (state !== 'pending' && state !== 'failed_retry') return `is ${state}`;
    if (today >= this.#limits.daily || rolling >= this.#limits.rolling) return 'no quota';
    if (this.paused.has('all') || this.paused.has('line')) return 'paused';
    if (step === 'message_1' && this.paused.has('message_1')) return 'first messages paused';
    if (step !== 'other' && this.paused.has('campaign')) return 'campaign paused';
    if (this.suppressed.has(phone)) return 'opted out';
    return expiresAt !== null && now >= expiresAt ? 'window closed' : null;
  }

  claimed(attempt: ModelAttempt, now: number): void {
    Object.assign(attempt, { state: 'sending', tries: attempt.tries + 1, startedAt: now });
    this.slots.push({ reference: attempt.reference, day: dayOf(now), settledAt: null });
  }

  outcome(attempt: ModelAttempt, outcome: Outcome, now: number): void {
    if (outcome === 'accepted') this.taken(attempt, now, now);
    else if (outcome === 'unknown') {
      this.#settle(attempt, now);
      attempt.state = 'unknown';
      if (attempt.reports.size > 0) this.taken(attempt, attempt.startedAt, now);
    } else {
      this.release(attempt);
      if (outcome === 'not_sent') attempt.tries -= 1;
      const again = outcome === 'not_sent' || (outcome === 'refused_retry' && attempt.tries < attempt.most);
      attempt.state = !again ? 'failed_final' : this.suppressed.has(attempt.phone) ? 'cancelled' : 'failed_retry';
    }
  }

  /** The provider has it: proof wins over whatever was believed. */
  taken(attempt: ModelAttempt, sentAt: number, now: number): void {
    this.#settle(attempt, now);
    attempt.sentAt ??= sentAt;
    this.#fold(attempt);
    for (const at of attempt.answers) this.#followUp(attempt, at, now);
  }

  #settle({ reference }: ModelAttempt, now: number): void {
    const slot = this.slots.findLast((held) => held.reference === reference);
    if (slot !== undefined) slot.settledAt ??= now;
  }

  release({ reference }: ModelAttempt): void {
    const index = this.slots.findLastIndex((held) => held.reference === reference);
    if (index >= 0) this.slots.splice(index, 1);
  }

  report(attempt: ModelAttempt, status: DeliveryStatus, now: number): void {
    attempt.reports.add(status);
    if (attempt.sentAt !== null) this.#fold(attempt);
    else if (attempt.state === 'unknown') this.taken(attempt, now, now);
  }

  #fold(attempt: ModelAttempt): void {
    const best = (['read', 'delivered', 'failed'] as const).find((status) => attempt.reports.has(status)) ?? 'sent';
    attempt.state = best === 'failed' ? 'failed_final' : best;
  }

  answered(message1: ModelAttempt, isStop: boolean, now: number): void {
    if (isStop) {
      this.suppressed.add(message1.phone);
      for (const attempt of this.attempts.values()) {
        const waits = attempt.state === 'pending' || attempt.state === 'failed_retry';
        if (attempt.phone === message1.phone && waits) attempt.state = 'cancelled';
      }
    }
    // One who was never written to answers something else.
    if (message1.sentAt === null && message1.state !== 'sending' && message1.state !== 'unknown') return;
    message1.answers.push(now);
    if (message1.sentAt !== null) this.#followUp(message1, now, now);
  }

  #followUp({ reference, phone, sentAt, step }: ModelAttempt, answeredAt: number, now: number): void {
    const message2 = reference.replace(/:message_1$/, ':message_2');
    if (step !== 'message_1' || sentAt === null || this.attempts.has(message2)) return;
    const first = Math.min(answeredAt, ...(this.attempts.get(reference)?.answers ?? []));
    if (first >= sentAt + DAY_MS || this.suppressed.has(phone)) return;
    this.add({ reference: message2, phone, step: 'message_2' }, sentAt + DAY_MS);
    this.expire(now);
  }

  /** Follow-ups whose window closes within a second do not leave any more. */
  expire(now: number): void {
    for (const attempt of this.attempts.values()) {
      const waits = attempt.state === 'pending' || attempt.state === 'failed_retry';
      if (waits && attempt.expiresAt !== null && attempt.expiresAt <= now + SECOND_MS) attempt.state = 'failed_final';
    }
  }
}
