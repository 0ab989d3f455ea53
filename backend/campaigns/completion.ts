import type { CampaignStatus } from '../contract/campaigns.ts';
import type { Locale } from '../contract/common.ts';
import { VigieError } from '../contract/errors.ts';
import { sentence } from '../contract/messages/sentence.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { isCampaignOver, nextCampaignStatus } from '../domain/campaignStates.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { Database } from '../storage/database.ts';
import type { CampaignRow, CampaignStore } from './campaignStore.ts';
import { toFigures } from './figures.ts';

export type Completion = {
  /** Completes the campaign when it is over (CMP-10); part of the caller's transaction. True when it did. */
  check(campaignId: string): boolean;
  /**
   * A message of the campaign is still to leave: on the operator's word (SND-8), or because an answer came from one who
   * had been taken for failed (CMP-6). A completed one runs until that has ended too. Part of the caller's transaction.
   * @throws VigieError `wrong_campaign_status` for one that was cancelled
   */
  reopen(campaignId: string): void;
};

type CompletionDependencies = {
  database: Database;
  campaigns: CampaignStore;
  clock: Clock;
  logger: Logger;
  notify: Notify;
  locale: () => Locale;
};

/** Ends campaigns: when every recipient has an end state, else 48 hours after the last Message 1 left (CMP-10). */
export function createCompletion(dependencies: CompletionDependencies): Completion {
  const { database, campaigns, clock, logger, notify, locale } = dependencies;

  const isOver = (campaign: CampaignRow): boolean => {
    const { totalContacts: recipientsTotal, ended, lastMessage1At } = campaign;
    const age = { recipientsTotal, ended, lastMessage1At, now: clock.now() };
    // The count of waiting messages is asked for only where it decides.
    if (!isCampaignOver({ ...age, pendingMessage1: 0 })) return false;
    return isCampaignOver({ ...age, pendingMessage1: campaigns.message1Waits(campaign.id) ? 1 : 0 });
  };
  const announce = (campaignId: string): void => {
    const campaign = database.open ? campaigns.byId(campaignId) : null;
    if (campaign?.status !== 'completed') return;
    const { name, messagesSent: sent, interactions, message2Sent: message2 } = campaign;
    notify.notice({
      kind: 'campaign_completed',
      level: null,
      title: sentence(locale(), 'notice.campaign_completed', { name }),
      body: sentence(locale(), 'notice.campaign_completed.body', { sent, interactions, message2 }),
      page: `/campaigns/${campaignId}`,
    });
    notify.changed('campaigns');
  };

  return {
    check(campaignId) {
      const campaign = campaigns.byId(campaignId);
      if (campaign === null) return false;
      const status = nextCampaignStatus(campaign.status, 'complete');
      if (status === null || !isOver(campaign)) return false;
      campaigns.setStatus(campaignId, status, clock.now());
      campaigns.setFinalFigures(campaignId, toFigures(campaign));
      const { ended, totalContacts } = campaign;
      logger.info({ campaign: campaignId, ended, totalContacts }, 'campaign completed');
      notify.campaign(campaignId);
      // Said once the surrounding transaction is over, and only if it was kept.
      clock.after(0, () => {
        announce(campaignId);
      });
      return true;
    },

    reopen(campaignId) {
      const status = campaigns.byId(campaignId)?.status;
      if (status === undefined || !isEnded(status)) return;
      const reopened = nextCampaignStatus(status, 'reopen');
      if (reopened === null) throw new VigieError('wrong_campaign_status', { status });
      campaigns.setStatus(campaignId, reopened, clock.now());
      campaigns.setFinalFigures(campaignId, null);
      logger.info({ campaign: campaignId }, 'campaign reopened for a message that is still to leave');
      notify.campaign(campaignId);
      notify.changed('campaigns');
    },
  };
}

const isEnded = (status: CampaignStatus): boolean => status === 'completed' || status === 'cancelled';
