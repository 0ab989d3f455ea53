import type { Logger } from '../../core/logger.ts';
import type { AttemptRow } from '../../sending/attempt.ts';
import type { FollowUpHold } from '../../sending/sharedSlots.ts';
import type { LeaseBook } from './leaseBook.ts';
import type { FollowUpStep, SharedStore } from './redisCounters.ts';

type HoldDependencies = { store: SharedStore; book: LeaseBook; logger: Logger };

/** Asks for a follow-up. Without an answer it waits, unless no other machine is known: then the own database is enough. */
export async function holdFollowUp(attempt: AttemptRow, dependencies: HoldDependencies): Promise<FollowUpHold> {
  const { store, book, logger } = dependencies;
  const { others, host } = book.read();
  const { campaignId, contactId, id } = attempt;
  if (campaignId === null || contactId === null) return { kind: 'held', release: () => {} };
  const step: FollowUpStep = { campaignId, contactId, host, token: `${host}:${id}` };
  const failed = (error: unknown): void => {
    logger.debug({ reason: String(error), attempt: id }, 'a follow-up could not be locked or released');
  };
  const release = (sent: boolean): void => void store.release(step, sent).catch(failed);
  try {
    const kind = await store.hold(step);
    return kind === 'held' ? { kind, release } : { kind };
  } catch (error) {
    failed(error);
    return Object.keys(others).length === 0 ? { kind: 'held', release } : { kind: 'busy' };
  }
}
