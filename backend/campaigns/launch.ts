import type { Campaign, CampaignStatus } from '../contract/campaigns.ts';
import { VigieError } from '../contract/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { nextCampaignStatus, type CampaignAction } from '../domain/campaignStates.ts';
import { MESSAGE_1_PRIORITY } from '../domain/pick.ts';
import { recipientZone } from '../domain/recipientZone.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { AttemptQueue } from '../sending/attempt.ts';
import type { Services } from '../services.ts';
import type { Audit } from '../storage/audit.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { AudienceStore } from './audienceStore.ts';
import type { CampaignRow, CampaignStore } from './campaignStore.ts';
import { toCampaign } from './figures.ts';
import { personalise, unfillable } from './personalise.ts';
import type { RecipientStore } from './recipientStore.ts';

export type Launch = Pick<Services['campaigns'], 'start' | 'pause' | 'resume' | 'cancel'> & {
  /** Starts the scheduled campaigns whose hour has come; returns how many. */
  startDue(): number;
  /** When the next scheduled campaign starts, epoch milliseconds; null when none is scheduled. */
  nextStartAt(): number | null;
  /** Pauses a running campaign because the provider refuses its content (SND-5); no error when it is not running. */
  pauseForError(campaignId: string, code: string): void;
};

type LaunchDependencies = {
  database: Database;
  campaigns: CampaignStore;
  recipients: RecipientStore;
  audience: AudienceStore;
  attempts: AttemptQueue;
  audit: Pick<Audit, 'write'>;
  clock: Clock;
  logger: Logger;
  notify: Notify;
  settings: () => { maxAttempts: number };
  /**
   * The named line, else the default one.
   * @throws VigieError when there is none
   */
  chooseLine: (id: string | null) => string;
};

type Request = { id: string; actor: string; action: CampaignAction };

/** Recipients whose messages are written between two reads. */
const BATCH = 1_000;

/** Starts, pauses, resumes and cancels campaigns (CMP-4, SND-14). */
export function createLaunch(dependencies: LaunchDependencies): Launch {
  const { database, campaigns, recipients, audience, attempts, audit, clock, logger, notify } = dependencies;
  const { settings, chooseLine } = dependencies;

  const find = (id: string): CampaignRow => {
    const row = campaigns.byId(id);
    if (row === null) throw new VigieError('not_found');
    return row;
  };
  const move = (campaign: CampaignRow, action: CampaignAction): CampaignStatus => {
    const status = nextCampaignStatus(campaign.status, action);
    if (status === null) throw new VigieError('wrong_campaign_status', { status: campaign.status });
    campaigns.setStatus(campaign.id, status, clock.now());
    return status;
  };
  /** One transaction for each action, with its audit line. */
  const act = (request: Request, work: (campaign: CampaignRow) => void): Campaign => {
    const { id, actor, action } = request;
    const campaign = inTransaction(database, () => {
      const before = find(id);
      work(before);
      const { status, totalContacts } = find(id);
      audit.write({ actor, action: `campaign.${action}`, target: id, detail: { status, totalContacts } });
      return toCampaign(find(id));
    });
    notify.campaign(id);
    notify.changed('campaigns');
    logger.info({ campaign: id, status: campaign.status }, 'campaign changed');
    return campaign;
  };

  const writeMessages = (campaign: CampaignRow, lineId: string, dueAt: number): void => {
    const { maxAttempts } = settings();
    let after = '';
    for (;;) {
      const batch = recipients.unwritten(campaign.id, after, BATCH);
      for (const { contactId, phone, name, attributes } of batch) {
        const person = { name, phone, attributes: JSON.parse(attributes) as Record<string, string> };
        attempts.add({
          ...personalise(campaign.message1, person),
          ...{ lineId, phone, contactId, maxAttempts, dueAt, timeZone: recipientZone(person) },
          campaignId: campaign.id,
          type: 'message_1',
          priority: MESSAGE_1_PRIORITY,
        });
      }
      after = batch.at(-1)?.contactId ?? after;
      if (batch.length < BATCH) return;
    }
  };

  const fill = (campaign: CampaignRow, dueAt: number): void => {
    const unknown = unfillable([campaign.message1, campaign.message2], audience.attributeNames(campaign.audience));
    if (unknown.length > 0) throw new VigieError('unknown_variable', { names: unknown });
    const lineId = chooseLine(campaign.lineId);
    campaigns.setLine(campaign.id, lineId);
    if (audience.addRecipients(campaign.id, campaign.audience, clock.now()) === 0)
      throw new VigieError('no_recipients');
    writeMessages(campaign, lineId, dueAt);
  };

  return {
    // All of it in one transaction, however many contacts: a launch that stops half way would leave a campaign that can
    // neither be started again nor be trusted to be whole (CMP-4).
    start(id, actor) {
      const now = clock.now();
      const { startAt, status } = find(id);
      const waits = startAt !== null && startAt > now;
      const isLater = waits && status !== 'scheduled';
      return act({ id, actor, action: isLater ? 'schedule' : 'start' }, (campaign) => {
        move(campaign, isLater ? 'schedule' : 'start');
        if (campaign.status === 'draft') fill(campaign, isLater ? startAt : now);
        else if (waits) {
          // By hand, before its hour: its messages exist already and need not wait any longer.
          campaigns.setStartAt(id, now);
          attempts.advanceOfCampaign(id, now);
        }
      });
    },

    pause: (id, actor) => act({ id, actor, action: 'pause' }, (campaign) => move(campaign, 'pause')),

    resume: (id, actor) => act({ id, actor, action: 'resume' }, (campaign) => move(campaign, 'resume')),

    cancel: (id, actor) =>
      act({ id, actor, action: 'cancel' }, (campaign) => {
        move(campaign, 'cancel');
        // The listener ends the recipients of what is cancelled here; what is in flight ends when its outcome is known.
        attempts.cancelOfCampaign(id, 'campaign_cancelled');
      }),

    startDue() {
      const due = campaigns.dueToStart(clock.now());
      for (const id of due) act({ id, actor: 'system', action: 'start' }, (campaign) => move(campaign, 'start'));
      return due.length;
    },

    nextStartAt: () => campaigns.nextStart(),

    pauseForError(campaignId, code) {
      inTransaction(database, () => {
        const campaign = find(campaignId);
        if (campaign.status !== 'running') return;
        move(campaign, 'pause');
        audit.write({ actor: 'system', action: 'campaign.pause', target: campaignId, detail: { code } });
      });
      notify.campaign(campaignId);
      notify.changed('campaigns');
    },
  };
}
