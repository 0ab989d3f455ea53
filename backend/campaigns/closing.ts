import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { createBackgroundSteps, type BackgroundSteps } from '../core/steps.ts';
import { REPLY_WINDOW_MS } from '../domain/replyWindow.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { AttemptQueue } from '../sending/attempt.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { CampaignStore } from './campaignStore.ts';
import type { Completion } from './completion.ts';
import type { RecipientStore } from './recipientStore.ts';

export type Closing = {
  /** Closes what time has ended. To be run every hour and at start (CMP-9). */
  runOnce(): { noInteraction: number; completed: number; cancelled: number };
  /** Cancels what still waits in campaigns that are over, in short steps. */
  leftovers: BackgroundSteps;
};

type ClosingDependencies = {
  database: Database;
  campaigns: CampaignStore;
  recipients: RecipientStore;
  completion: Completion;
  attempts: Pick<AttemptQueue, 'cancelOfCampaign'>;
  clock: Clock;
  logger: Logger;
  notify: Notify;
};

/** Recipients closed in one transaction: other writers wait no longer than that. */
const BATCH = 1_000;
/** Messages of a campaign that is over, cancelled in one step: some milliseconds (API-5). */
const LEFTOVERS = 100;

/** Ends recipients who did not answer within 24 hours (CMP-9), and campaigns that are over (CMP-10). */
export function createClosing(dependencies: ClosingDependencies): Closing {
  const { database, campaigns, recipients, completion, attempts, clock, logger, notify } = dependencies;

  const closeWindows = (): number => {
    const closed = new Map<string, number>();
    let batch: string[];
    do {
      const now = clock.now();
      batch = inTransaction(database, () => recipients.closeWindows(now - REPLY_WINDOW_MS, BATCH, now));
      for (const campaignId of batch) closed.set(campaignId, (closed.get(campaignId) ?? 0) + 1);
    } while (batch.length === BATCH);
    for (const [campaign, noInteraction] of closed) {
      logger.info({ campaign, noInteraction }, 'recipients did not answer within 24 hours');
      notify.campaign(campaign);
    }
    return [...closed.values()].reduce((sum, count) => sum + count, 0);
  };

  /**
   * The rest of a big campaign that was cancelled; and what was in flight when its campaign ended, and came back to be tried
   * again.
   */
  const cancelLeftovers = (): number =>
    inTransaction(database, () => {
      let left = LEFTOVERS;
      for (const { id, status } of campaigns.overWithWaiting()) {
        left -= attempts.cancelOfCampaign(id, `campaign_${status}`, left);
        if (left === 0) break;
      }
      return LEFTOVERS - left;
    });
  const leftovers = createBackgroundSteps({ ...dependencies, name: 'leftovers', step: cancelLeftovers });

  return {
    leftovers,
    runOnce() {
      const cancelled = cancelLeftovers();
      if (cancelled > 0) leftovers.wake();
      const noInteraction = closeWindows();
      const completed = campaigns
        .activeIds()
        .filter((campaignId) => inTransaction(database, () => completion.check(campaignId))).length;
      return { noInteraction, completed, cancelled };
    },
  };
}
