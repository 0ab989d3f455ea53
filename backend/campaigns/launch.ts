import { VigieError } from '../contract/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { BackgroundSteps } from '../core/steps.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { AttemptQueue } from '../sending/attempt.ts';
import type { Services } from '../services.ts';
import type { Audit } from '../storage/audit.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import { FIRST_POSITION, type AudiencePosition, type AudienceStore } from './audienceStore.ts';
import { AudienceSurvey } from './audienceSurvey.ts';
import type { CampaignActions } from './campaignActions.ts';
import type { CampaignRow, CampaignStore } from './campaignStore.ts';
import { checkLaunch, type FirstMessages } from './firstMessages.ts';
import type { Preparation } from './preparation.ts';

export type Launch = Pick<Services['campaigns'], 'start' | 'pause' | 'resume' | 'cancel'> & {
  /** Starts the scheduled campaigns whose hour has come, and resumes those whose pause is over; returns how many. */
  startDue(): number;
  /** When the next scheduled campaign starts, epoch milliseconds; null when none is scheduled. */
  nextStartAt(): number | null;
  /** Pauses a running campaign because the provider refuses its content (SND-5); no error when it is not running. */
  pauseForError(campaignId: string, code: string): void;
};

type LaunchDependencies = {
  database: Database;
  actions: CampaignActions;
  campaigns: CampaignStore;
  audience: AudienceStore;
  preparation: Pick<Preparation, 'begin' | 'withdraw'>;
  /** Cancels the rest of a big campaign. */
  leftovers: Pick<BackgroundSteps, 'wake'>;
  /** Moves the rest of a big campaign that is started before its hour. */
  earlyStarts: Pick<BackgroundSteps, 'wake'>;
  firstMessages: FirstMessages;
  attempts: AttemptQueue;
  audit: Pick<Audit, 'write'>;
  clock: Clock;
  notify: Notify;
  /**
   * The named line, else the default one.
   * @throws VigieError when there is none
   */
  chooseLine: (id: string | null) => string;
  /** Contacts up to which a campaign is launched, started early or cancelled within the call. */
  atOnce?: number;
};

/** Some hundred messages are written well within the time that a call may take (API-5). */
const AT_ONCE = 500;

/** Starts, pauses, resumes and cancels campaigns (CMP-4, SND-14). */
export function createLaunch(dependencies: LaunchDependencies): Launch {
  const { database, actions, campaigns, audience, preparation, firstMessages, attempts } = dependencies;
  const { leftovers, earlyStarts, audit, clock, notify, chooseLine, atOnce = AT_ONCE } = dependencies;
  const { find, move, act } = actions;

  const fill = (campaign: CampaignRow, dueAt: number): void => {
    const at = clock.now();
    const survey = new AudienceSurvey(audience, clock, campaign);
    while (survey.step() > 0);
    checkLaunch(survey);
    const lineId = chooseLine(campaign.lineId);
    campaigns.setLine(campaign.id, lineId);
    for (let position: AudiencePosition | null = FIRST_POSITION; position !== null;) {
      const { contacts, next } = audience.step({ audience: campaign.audience, at, position, limit: atOnce });
      firstMessages(campaign, contacts, { lineId, dueAt });
      position = next;
    }
  };

  return {
    // A small one in one transaction, a big one in many: in either case nothing leaves before its list is whole (CMP-4).
    start(id, actor) {
      const now = clock.now();
      const { startAt, status, audience: chosen } = find(id);
      if (status === 'preparing') throw new VigieError('wrong_campaign_status', { status });
      if (status === 'draft' && audience.extent(chosen, now) > atOnce) return preparation.begin(id, actor);
      const waits = startAt !== null && startAt > now;
      const isLater = waits && status !== 'scheduled';
      return act({ id, actor, action: isLater ? 'schedule' : 'start' }, (campaign) => {
        move(campaign, isLater ? 'schedule' : 'start');
        if (campaign.status === 'draft') fill(campaign, isLater ? startAt : now);
        else if (waits) {
          // By hand, before its hour: its messages exist already and need not wait any longer.
          campaigns.setStartAt(id, now);
          if (attempts.advanceOfCampaign(id, now, atOnce) === atOnce) earlyStarts.wake();
        }
      });
    },

    pause: (id, actor) => act({ id, actor, action: 'pause' }, (campaign) => move(campaign, 'pause')),

    resume: (id, actor) => act({ id, actor, action: 'resume' }, (campaign) => move(campaign, 'resume')),

    cancel(id, actor) {
      if (find(id).status === 'preparing') return preparation.withdraw(id, actor);
      return act({ id, actor, action: 'cancel' }, (campaign) => {
        move(campaign, 'cancel');
        // The listener ends the recipients of what is cancelled here; what is in flight ends when its outcome is known.
        const cancelled = attempts.cancelOfCampaign(id, 'campaign_cancelled', atOnce);
        if (cancelled === atOnce) leftovers.wake();
      });
    },

    startDue() {
      const due = campaigns.dueToStart(clock.now());
      for (const id of due) act({ id, actor: 'system', action: 'start' }, (campaign) => move(campaign, 'start'));
      const paused = campaigns.dueToResume(clock.now());
      for (const id of paused) act({ id, actor: 'system', action: 'resume' }, (campaign) => move(campaign, 'resume'));
      return due.length + paused.length;
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
