import type { CampaignInput, CampaignPatch, Recipient } from '../contract/campaigns.ts';
import { VigieError } from '../contract/errors.ts';
import type { Clock } from '../core/clock.ts';
import { notBefore, toIso } from '../core/days.ts';
import type { Ids } from '../core/ids.ts';
import { decodeCursor, toPage } from '../core/paging.ts';
import { inSteps, resultInSteps } from '../core/steps.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { Services } from '../services.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { AudienceCounts } from './audienceCounts.ts';
import type { AudienceStore } from './audienceStore.ts';
import { AudienceSurvey } from './audienceSurvey.ts';
import type { CampaignRow, CampaignStore } from './campaignStore.ts';
import { toCampaign } from './figures.ts';
import type { Launch } from './launch.ts';
import { personalise } from './personalise.ts';
import type { ListedRecipient, RecipientStore } from './recipientStore.ts';

type CampaignDependencies = {
  database: Database;
  store: CampaignStore;
  recipients: RecipientStore;
  audience: AudienceStore;
  audienceCounts: AudienceCounts;
  launch: Launch;
  clock: Clock;
  ids: Ids;
  notify: Notify;
  settings: () => { dailyLimit: number; rollingLimit: number };
  /** Message 2 per Message 1 to be expected (MON-5). */
  interactionRate: () => number;
  chooseLine: (id: string | null) => string;
  /** The sentence for an end reason or a provider's error code; the line names the provider. */
  reasonMessage: (reason: string, lineId: string | null) => string;
};

/** Campaigns: plan, preview, start and follow (CMP-3, CMP-11). */
export function createCampaigns(dependencies: CampaignDependencies): Services['campaigns'] {
  const { database, store, recipients, audience, audienceCounts, launch, clock, ids, notify } = dependencies;
  const { settings, interactionRate, chooseLine, reasonMessage } = dependencies;

  const find = (id: string): CampaignRow => {
    const row = store.byId(id);
    if (row === null) throw new VigieError('not_found');
    return row;
  };

  return {
    ...{ start: launch.start, pause: launch.pause, resume: launch.resume, cancel: launch.cancel },

    list({ limit, cursor, status }) {
      const newest = [Number.MAX_SAFE_INTEGER, ''] as const;
      const [beforeCreatedAt, beforeId] =
        cursor === undefined ? newest : (decodeCursor(cursor, ['number', 'string'] as const) ?? badCursor());
      const rows = store.page({ beforeCreatedAt, beforeId, limit: limit + 1 }, status ?? null);
      return toPage(rows, limit, { item: toCampaign, position: (row) => [row.createdAt, row.id] });
    },

    get: (id) => toCampaign(find(id)),

    create(input: CampaignInput) {
      const campaign = inTransaction(database, () => {
        const id = ids.next();
        if (input.line !== undefined) chooseLine(input.line);
        store.insert({ id, ...toPlan(input) }, clock.now());
        return toCampaign(find(id));
      });
      notify.changed('campaigns');
      return campaign;
    },

    update({ id, ...patch }: CampaignPatch) {
      const campaign = inTransaction(database, () => {
        const present = find(id);
        const { name: _name, sendsPerMinute, ...plan } = patch;
        const touchesPlan = Object.values(plan).some((value) => value !== undefined);
        const isOver = present.status === 'completed' || present.status === 'cancelled';
        if ((touchesPlan && present.status !== 'draft') || (sendsPerMinute !== undefined && isOver)) {
          throw new VigieError('wrong_campaign_status', { status: present.status });
        }
        if (plan.line !== undefined) chooseLine(plan.line);
        store.updatePlan({ id, ...merge(present, patch) }, clock.now());
        return toCampaign(find(id));
      });
      notify.changed('campaigns');
      notify.campaign(id);
      return campaign;
    },

    recipients({ id, limit, cursor, state }) {
      find(id);
      const item = (row: ListedRecipient): Recipient =>
        toRecipient(row, row.reason === null ? null : reasonMessage(row.reason, row.lineId));
      if (state === undefined) {
        const [after] = cursor === undefined ? [''] : (decodeCursor(cursor, ['string'] as const) ?? badCursor());
        const rows = recipients.page(id, after ?? '', limit + 1);
        return toPage(rows, limit, { item, position: (row) => [row.contactId] });
      }
      const [after] = cursor === undefined ? [0] : (decodeCursor(cursor, ['number'] as const) ?? badCursor());
      const rows = recipients.pageOfState({ campaignId: id, state, after: after ?? 0, limit: limit + 1 });
      return toPage(rows, limit, { item, position: (row) => [row.id] });
    },

    async preview({ categoryIds, contactIds, message1, message2, samples }, signal) {
      const chosen = { categoryIds: [...new Set(categoryIds)], contactIds: [...new Set(contactIds)] };
      const survey = new AudienceSurvey(audience, clock, { audience: chosen, message1, message2, samples });
      await inSteps(() => survey.step(), signal);
      const { contacts, optedOut } = await resultInSteps(audienceCounts.count(chosen, clock.now()), signal);
      const eligible = contacts - optedOut;
      const { dailyLimit, rollingLimit } = settings();
      const messages = eligible * (1 + interactionRate());
      return {
        ...{ eligible, optedOut, unknownVariables: survey.unknownVariables },
        daysNeeded: Math.ceil(messages / Math.min(dailyLimit, rollingLimit)),
        samples: survey.samples.map(({ id, name, phone, attributes }) => {
          const person = { name, phone, attributes: JSON.parse(attributes) as Record<string, string> };
          return {
            contactId: id,
            name,
            message1: personalise(message1, person).body,
            message2: personalise(message2, person).body,
          };
        }),
      };
    },
  };
}

function badCursor(): never {
  throw new VigieError('bad_request', { detail: 'cursor' });
}

function toPlan(input: CampaignInput) {
  const { name, message1, message2, categoryIds, contactIds, line, sendsPerMinute, startAt } = input;
  return {
    ...{ name, message1, message2 },
    audience: { categoryIds: [...new Set(categoryIds)], contactIds: [...new Set(contactIds)] },
    lineId: line ?? null,
    sendsPerMinute: sendsPerMinute ?? null,
    startAt: startAt === undefined ? null : Date.parse(startAt),
  };
}

function merge(present: CampaignRow, patch: Omit<CampaignPatch, 'id'>) {
  return {
    name: patch.name ?? present.name,
    message1: patch.message1 ?? present.message1,
    message2: patch.message2 ?? present.message2,
    audience: {
      categoryIds: patch.categoryIds ?? present.audience.categoryIds,
      contactIds: patch.contactIds ?? present.audience.contactIds,
    },
    lineId: patch.line ?? present.lineId,
    sendsPerMinute: patch.sendsPerMinute ?? present.sendsPerMinute,
    startAt: patch.startAt === undefined ? present.startAt : Date.parse(patch.startAt),
  };
}

function toRecipient(row: ListedRecipient, reasonMessage: string | null): Recipient {
  return {
    contactId: row.contactId,
    name: row.name,
    phone: row.phone,
    state: row.state,
    reason: row.reason,
    reasonMessage,
    message1SentAt: toIso(row.message1SentAt),
    deliveredAt: toIso(notBefore(row.message1SentAt, row.deliveredAt)),
    readAt: toIso(notBefore(row.message1SentAt, row.readAt)),
    interactionAt: toIso(row.interactionAt),
    interactionType: row.interactionType,
    within24h: row.within24h === null ? null : row.within24h === 1,
    message2SentAt: toIso(row.message2SentAt),
  };
}
