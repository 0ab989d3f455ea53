import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
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

  /** What was in flight when its campaign ended, and came back to be tried again, is cancelled as well. */
  const cancelLeftovers = (): number =>
    inTransaction(database, () =>
      campaigns
        .overWithWaiting()
        .map(({ id, status }) => attempts.cancelOfCampaign(id, `campaign_${status}`))
        .reduce((sum, count) => sum + count, 0),
    );

  return {
    runOnce() {
      const cancelled = cancelLeftovers();
      const noInteraction = closeWindows();
      const completed = campaigns
        .activeIds()
        .filter((campaignId) => inTransaction(database, () => completion.check(campaignId))).length;
      return { noInteraction, completed, cancelled };
    },
  };
}
