import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { createBackgroundSteps, type BackgroundSteps } from '../core/steps.ts';
import type { AttemptQueue } from '../sending/attempt.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { CampaignStore } from './campaignStore.ts';

/** Messages whose time is moved in one step: some milliseconds (API-5). */
const STEP = 200;

/**
 * Lets the rest of a big scheduled campaign leave that was started by hand before its hour, in short steps. What is still
 * to be moved shows in the messages themselves: nothing else holds a first message of a started campaign back to a later
 * time. So a start after a crash goes on.
 */
export function createEarlyStarts(parts: {
  database: Database;
  campaigns: Pick<CampaignStore, 'startedFromSchedule'>;
  attempts: Pick<AttemptQueue, 'advanceOfCampaign'>;
  clock: Clock;
  logger: Logger;
  /** Messages may leave. */
  wake: () => void;
}): BackgroundSteps {
  const { database, campaigns, attempts, clock, wake } = parts;
  const step = (): number => {
    const moved = inTransaction(database, () => {
      const now = clock.now();
      let left = STEP;
      for (const { id, startAt } of campaigns.startedFromSchedule()) {
        // A clock that was set back since must not leave them in its future.
        left -= attempts.advanceOfCampaign(id, Math.min(startAt, now), left);
        if (left === 0) break;
      }
      return STEP - left;
    });
    if (moved > 0) wake();
    return moved;
  };
  return createBackgroundSteps({ ...parts, name: 'early start', step });
}
