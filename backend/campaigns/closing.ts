import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { createBackgroundSteps, inSteps, type BackgroundSteps } from '../core/steps.ts';
import { REPLY_WINDOW_MS } from '../domain/replyWindow.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { AttemptQueue } from '../sending/attempt.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { CampaignStore } from './campaignStore.ts';
import type { Completion } from './completion.ts';
import type { RecipientStore } from './recipientStore.ts';

/** How many recipients did not answer, how many campaigns are over, and how many messages of such were cancelled. */
type Closed = { noInteraction: number; completed: number; cancelled: number };
export type Closing = {
  /** Closes what time has ended, in short steps. To be run every hour and at start (CMP-9). */
  runOnce(signal?: AbortSignal): Promise<Closed>;
  /** One step of it; all zero when nothing is left to close. */
  step(): Closed;
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

/** Recipients closed in one step: some milliseconds (API-5). */
const WINDOWS = 200;
/** Messages of a campaign that is over, cancelled in one step: some milliseconds (API-5). */
const LEFTOVERS = 100;

/** Ends recipients who did not answer within 24 hours (CMP-9), and campaigns that are over (CMP-10). */
export function createClosing(dependencies: ClosingDependencies): Closing {
  const { database, campaigns, recipients, completion, attempts, clock, logger, notify } = dependencies;

  const closeWindows = (): number => {
    const now = clock.now();
    const batch = inTransaction(database, () => recipients.closeWindows(now - REPLY_WINDOW_MS, WINDOWS, now));
    const closed = new Map<string, number>();
    for (const campaignId of batch) closed.set(campaignId, (closed.get(campaignId) ?? 0) + 1);
    for (const [campaign, noInteraction] of closed) {
      logger.info({ campaign, noInteraction }, 'recipients did not answer within 24 hours');
      notify.campaign(campaign);
    }
    return batch.length;
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

  const completeCampaigns = (): number =>
    campaigns.activeIds().filter((campaignId) => inTransaction(database, () => completion.check(campaignId))).length;

  const step = (): Closed => {
    const cancelled = cancelLeftovers();
    const noInteraction = cancelled > 0 ? 0 : closeWindows();
    // Last: a campaign may be over because its last windows were closed.
    const completed = cancelled + noInteraction > 0 ? 0 : completeCampaigns();
    return { noInteraction, completed, cancelled };
  };

  return {
    ...{ leftovers, step },
    async runOnce(signal) {
      const closed: Closed = { noInteraction: 0, completed: 0, cancelled: 0 };
      await inSteps(() => {
        const { noInteraction, completed, cancelled } = step();
        closed.noInteraction += noInteraction;
        closed.completed += completed;
        closed.cancelled += cancelled;
        return noInteraction + completed + cancelled;
      }, signal);
      return closed;
    },
  };
}
