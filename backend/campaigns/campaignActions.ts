import type { Campaign, CampaignStatus } from '../contract/campaigns.ts';
import { VigieError } from '../contract/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { nextCampaignStatus, type CampaignAction } from '../domain/campaignStates.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { Audit } from '../storage/audit.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { CampaignRow, CampaignStore } from './campaignStore.ts';
import { toCampaign } from './figures.ts';

export type CampaignActions = {
  /** @throws VigieError `not_found` */
  find(id: string): CampaignRow;
  /**
   * Changes the status, as part of the caller's transaction.
   * @throws VigieError `wrong_campaign_status` when the action is not possible
   */
  move(campaign: CampaignRow, action: CampaignAction): CampaignStatus;
  /** One transaction for each action, with its audit line. */
  act(request: Request, work: (campaign: CampaignRow) => void): Campaign;
};
type Request = { id: string; actor: string; action: CampaignAction };

type ActionDependencies = {
  database: Database;
  campaigns: CampaignStore;
  audit: Pick<Audit, 'write'>;
  clock: Clock;
  logger: Logger;
  notify: Notify;
};

/** What every change of a campaign's status needs. */
export function createCampaignActions(dependencies: ActionDependencies): CampaignActions {
  const { database, campaigns, audit, clock, logger, notify } = dependencies;
  const find = (id: string): CampaignRow => {
    const row = campaigns.byId(id);
    if (row === null) throw new VigieError('not_found');
    return row;
  };
  return {
    find,
    move(campaign, action) {
      const status = nextCampaignStatus(campaign.status, action);
      if (status === null) throw new VigieError('wrong_campaign_status', { status: campaign.status });
      campaigns.setStatus(campaign.id, status, clock.now());
      return status;
    },
    act({ id, actor, action }, work) {
      const campaign = inTransaction(database, () => {
        const before = find(id);
        work(before);
        const after = toCampaign(find(id));
        const { status, totalContacts } = after;
        audit.write({ actor, action: `campaign.${action}`, target: id, detail: { status, totalContacts } });
        return after;
      });
      notify.campaign(id);
      notify.changed('campaigns');
      logger.info({ campaign: id, status: campaign.status }, 'campaign changed');
      return campaign;
    },
  };
}
