import type { Campaign } from '../contract/campaigns.ts';
import { VigieError } from '../contract/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { createBackgroundSteps, inSteps, type BackgroundSteps } from '../core/steps.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { Audit } from '../storage/audit.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { AudienceStore } from './audienceStore.ts';
import { AudienceSurvey } from './audienceSurvey.ts';
import type { CampaignActions } from './campaignActions.ts';
import type { CampaignRow, CampaignStore } from './campaignStore.ts';
import type { Completion } from './completion.ts';
import { checkLaunch, type FirstMessages } from './firstMessages.ts';
import type { LaunchRow, LaunchStore } from './launchStore.ts';

export type Preparation = BackgroundSteps & {
  /**
   * Begins the launch of a big campaign; the answer is `preparing`.
   * @throws VigieError when nobody would be written to, or nobody fills a variable; nothing has changed then
   */
  begin(id: string, actor: string): Promise<Campaign>;
  /** Takes a launch back: the campaign is a draft again, soon. */
  withdraw(id: string, actor: string): Campaign;
  /** One step of the oldest launch; 0 when none is under way. */
  step(): number;
};

type PreparationDependencies = {
  database: Database;
  actions: CampaignActions;
  campaigns: CampaignStore;
  audience: AudienceStore;
  launches: LaunchStore;
  completion: Pick<Completion, 'check'>;
  firstMessages: FirstMessages;
  audit: Pick<Audit, 'write'>;
  clock: Clock;
  logger: Logger;
  notify: Notify;
  chooseLine: (id: string | null) => string;
  /** A list is whole, or gone. */
  ended: () => void;
  stepSize?: StepSize;
};
/** Contacts between two looks at the clock, the most of such rounds, and milliseconds that a step may take (API-5). */
export type StepSize = { contacts: number; rounds: number; ms: number };
const STEP: StepSize = { contacts: 25, rounds: 20, ms: 10 };

/**
 * Makes the lists of big campaigns in short transactions, with others in between (CMP-4, UI-5). Nothing of a campaign
 * leaves while it is `preparing`: `claim.ts` takes from running ones alone. Where the list stands is written with it, so
 * that a start after a crash goes on from there; drawn in `docs/states.md`.
 */
export function createPreparation(dependencies: PreparationDependencies): Preparation {
  const { database, actions, campaigns, audience, launches, completion, firstMessages } = dependencies;
  const { audit, clock, notify, chooseLine, ended, stepSize = STEP } = dependencies;

  /** Repeats a round until it has nothing more to do, or the step is long enough; false when there is nothing more. */
  const inRounds = (round: () => boolean): boolean => {
    const until = clock.monotonic() + stepSize.ms;
    for (let rounds = 1; round(); rounds++) {
      if (rounds >= stepSize.rounds || clock.monotonic() >= until) return true;
    }
    return false;
  };

  const goOn = (campaign: CampaignRow, launch: LaunchRow): void => {
    const { lineId, dueAt, beganAt } = launch;
    let { part, after } = launch;
    let looked = 0;
    const isUnderWay = inRounds(() => {
      const position = { part, after };
      const found = audience.step({
        audience: campaign.audience,
        at: beganAt,
        position,
        limit: stepSize.contacts,
      });
      firstMessages(campaign, found.contacts, { lineId, dueAt });
      looked += found.looked;
      ({ part, after } = found.next ?? position);
      return found.next !== null;
    });
    if (isUnderWay) launches.advance(launch, { part, after }, looked);
    else finish(campaign, launch);
  };

  const finish = (campaign: CampaignRow, { lineId, dueAt }: LaunchRow): void => {
    const { id } = campaign;
    launches.remove(id);
    // All opted out since: it goes back to a draft.
    const { totalContacts } = actions.find(id);
    if (totalContacts === 0) return;
    campaigns.setLine(id, lineId);
    const status = actions.move(campaign, dueAt > clock.now() ? 'schedule' : 'start');
    audit.write({ actor: 'system', action: 'campaign.prepared', target: id, detail: { status, totalContacts } });
    completion.check(id);
  };

  /** Of a copy from Supabase the messages can be newer than their campaign: once one has left, the list was whole. */
  const takeBack = (campaign: CampaignRow): void => {
    if (launches.hasLeft(campaign.id)) actions.move(campaign, 'start');
    else if (!inRounds(() => launches.takeBack(campaign.id, stepSize.contacts) > 0)) actions.move(campaign, 'withdraw');
  };

  const step = (): number => {
    const id = launches.nextCampaign();
    if (id === null) return 0;
    const hasEnded = inTransaction(database, () => {
      const campaign = actions.find(id);
      const launch = launches.byCampaign(id);
      if (launch === null) takeBack(campaign);
      else goOn(campaign, launch);
      return actions.find(id).status !== 'preparing';
    });
    notify.campaign(id);
    if (hasEnded) {
      notify.changed('campaigns');
      notify.changed('attempts');
      ended();
    }
    return 1;
  };
  const background = createBackgroundSteps({ ...dependencies, name: 'launch', step });

  const begin = async (id: string, actor: string): Promise<Campaign> => {
    const asked = actions.find(id);
    const survey = new AudienceSurvey(audience, clock, asked);
    await inSteps(() => survey.step());
    checkLaunch(survey);
    // Others had their turn meanwhile.
    if (planOf(actions.find(id)) !== planOf(asked)) return begin(id, actor);
    const now = clock.now();
    const isLater = asked.startAt !== null && asked.startAt > now;
    const campaign = actions.act({ id, actor, action: isLater ? 'schedule' : 'start' }, (present) => {
      actions.move(present, 'prepare');
      launches.insert({
        ...{ campaignId: id, lineId: chooseLine(present.lineId), beganAt: now },
        dueAt: isLater ? (asked.startAt ?? now) : now,
        expected: audience.extent(present.audience, now),
      });
    });
    background.wake();
    return campaign;
  };

  return {
    ...background,
    step,
    begin,
    withdraw(id, actor) {
      const campaign = actions.act({ id, actor, action: 'withdraw' }, ({ status }) => {
        if (status !== 'preparing') throw new VigieError('wrong_campaign_status', { status });
        launches.remove(id);
      });
      background.wake();
      return campaign;
    },
  };
}

/** What a launch depends on. */
function planOf({ message1, message2, audience, startAt }: CampaignRow): string {
  return JSON.stringify([message1, message2, audience, startAt]);
}
