import { VigieError } from '../contract/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { AttemptQueue, AttemptRow, NewAttempt } from './attempt.ts';
import type { AttemptStore, UnstoredAttempt } from './attemptStore.ts';
import type { Outcomes } from './outcomes.ts';

/** Reference of a campaign's message: the same step of the same contact always has the same one (SND-7). */
export function stepReference(step: { campaignId: string; contactId: string; type: string }): string {
  return `${step.campaignId}:${step.contactId}:${step.type}`;
}

type QueueDependencies = { store: AttemptStore; outcomes: Outcomes; clock: Clock; ids: Ids };

/** Puts messages into the queue and takes out those that have not left yet. */
export function createAttemptQueue({ store, outcomes, clock, ids }: QueueDependencies): AttemptQueue {
  const cancelAll = (attempts: AttemptRow[], reason: string): number => {
    for (const attempt of attempts) outcomes.cancel(attempt, reason);
    return attempts.length;
  };
  return {
    add(input) {
      const made = newRow(input, { id: ids.next(), now: clock.now() });
      if (made.type === 'message_1' || made.type === 'message_2') {
        if (store.withReference(made.reference) !== null) throw new VigieError('conflict', { detail: made.reference });
      }
      const attempt = store.insert(made);
      store.addEvent(attempt.id, { at: attempt.createdAt, event: 'queued' });
      outcomes.announceQueued(attempt);
      return attempt;
    },
    exists: (step) => store.withReference(stepReference(step)) !== null,
    cancelOfCampaign: (campaignId, reason, most) => cancelAll(store.waitingOfCampaign(campaignId, most), reason),
    cancelOfContact: (contactId, reason) => cancelAll(store.waitingOfContact(contactId), reason),
    advanceOfCampaign: (campaignId, dueAt, most) =>
      store.advanceOfCampaign({ campaignId, dueAt, most, now: clock.now() }),
    cancelToPhone: (phone, reason) => cancelAll(store.waitingToPhone(phone), reason),
  };
}

function newRow(input: NewAttempt, made: { id: string; now: number }): UnstoredAttempt {
  const { campaignId = null, contactId = null } = input;
  const reference =
    campaignId !== null && contactId !== null
      ? stepReference({ campaignId, contactId, type: input.type })
      : `attempt:${made.id}`;
  return {
    id: made.id,
    lineId: input.lineId,
    type: input.type,
    campaignId,
    contactId,
    phone: input.phone,
    timeZone: input.timeZone ?? '',
    body: input.body,
    media: input.media ?? null,
    template: input.template ?? null,
    category: input.category ?? null,
    title: input.title ?? null,
    context: input.context ?? null,
    priority: input.priority,
    state: 'pending',
    tries: 0,
    maxAttempts: input.maxAttempts,
    reference,
    idempotencyKey: input.idempotencyKey ?? null,
    contentHash: input.contentHash ?? null,
    dueAt: input.dueAt,
    expiresAt: input.expiresAt ?? null,
    errorCode: null,
    errorDetail: null,
    createdAt: made.now,
    sendingAt: null,
    sentAt: null,
    deliveredAt: null,
    readAt: null,
    finishedAt: null,
    unknownAt: null,
    lookups: 0,
    absentSince: null,
    lookupAt: null,
    parkedAt: null,
    updatedAt: made.now,
  };
}
