import type { Campaign, CampaignFigures, Preparation } from '../contract/campaigns.ts';
import { toIso } from '../core/days.ts';
import type { CampaignRow, CampaignStore, Figures } from './campaignStore.ts';

/** The figures of a campaign as its row keeps them; `failedCount` holds who failed and who never answered (CMP-9). */
export function toFigures(row: Figures): CampaignFigures {
  return {
    totalContacts: row.totalContacts,
    messagesSent: row.messagesSent,
    messagesDelivered: row.messagesDelivered,
    messagesRead: row.messagesRead,
    interactions: row.interactions,
    message2Sent: row.message2Sent,
    failures: row.failures,
    noInteraction: row.noInteraction,
    late: row.late,
    optedOut: row.optedOut,
    cancelled: row.cancelled,
    failedCount: row.failures + row.noInteraction,
  };
}

/** The figures counted anew from the recipients: must equal those of the row at every moment. */
export function recountFigures(store: CampaignStore, campaignId: string): CampaignFigures {
  return toFigures(store.recount(campaignId));
}

/** Row of the database to contract. */
export function toCampaign(row: CampaignRow): Campaign {
  return {
    ...toFigures(row),
    id: row.id,
    name: row.name,
    status: row.status,
    message1: row.message1,
    message2: row.message2,
    categoryIds: row.audience.categoryIds,
    contactIds: row.audience.contactIds,
    line: row.lineId,
    sendsPerMinute: row.sendsPerMinute,
    startAt: toIso(row.startAt),
    startedAt: toIso(row.startedAt),
    endedAt: toIso(row.endedAt),
    preparation: toPreparation(row),
    finalFigures: row.finalFigures,
    createdAt: toIso(row.createdAt),
    updatedAt: toIso(row.updatedAt),
  };
}

/** How far a launch is; one that was cancelled has no row any more, and its recipients go. */
function toPreparation({ status, looked, expected, totalContacts }: CampaignRow): Preparation | null {
  if (status !== 'preparing') return null;
  if (looked === null || expected === null) return { done: 0, expected: totalContacts, cancelling: true };
  return { done: looked, expected: Math.max(looked, expected), cancelling: false };
}
