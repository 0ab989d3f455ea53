import type { CampaignStatus } from '../contract/campaigns.ts';
import { HOUR_MS } from '../core/days.ts';

export type CampaignAction =
  'prepare' | 'withdraw' | 'start' | 'schedule' | 'pause' | 'resume' | 'cancel' | 'complete' | 'reopen';

/** A campaign is over this long after its last Message 1 left, whatever its recipients' states (CMP-10). */
export const CAMPAIGN_AGE_LIMIT_MS = 48 * HOUR_MS;

const TRANSITIONS: Record<CampaignStatus, Partial<Record<CampaignAction, CampaignStatus>>> = {
  draft: { prepare: 'preparing', start: 'running', schedule: 'scheduled', cancel: 'cancelled' },
  // Its list is being made in steps: nothing leaves before it is whole, and it can be taken back (CMP-4, UI-5).
  preparing: { start: 'running', schedule: 'scheduled', withdraw: 'draft' },
  scheduled: { start: 'running', schedule: 'scheduled', cancel: 'cancelled' },
  running: { pause: 'paused', cancel: 'cancelled', complete: 'completed' },
  paused: { resume: 'running', cancel: 'cancelled', complete: 'completed' },
  // Only for a message of it that the operator has sent again (SND-8).
  completed: { reopen: 'running' },
  cancelled: {},
};

/** Status of a campaign after an action, or null when the action is not possible; drawn in `docs/states.md`. */
export function nextCampaignStatus(status: CampaignStatus, action: CampaignAction): CampaignStatus | null {
  return TRANSITIONS[status][action] ?? null;
}

/**
 * Whether a campaign is over (CMP-10): every recipient has an end state, or no Message 1 is still to leave and the
 * last one left 48 hours ago. Its age counts from there: a campaign that the quota spreads over a week is not cut.
 * @param campaign.ended recipients with an end state
 * @param campaign.lastMessage1At when its last Message 1 was accepted; null before the first
 * @param campaign.pendingMessage1 Message 1 attempts that may still leave (pending, failed_retry, sending)
 */
export function isCampaignOver(campaign: {
  recipientsTotal: number;
  ended: number;
  lastMessage1At: number | null;
  pendingMessage1: number;
  now: number;
}): boolean {
  if (campaign.ended >= campaign.recipientsTotal) return true;
  if (campaign.pendingMessage1 > 0 || campaign.lastMessage1At === null) return false;
  return campaign.now - campaign.lastMessage1At >= CAMPAIGN_AGE_LIMIT_MS;
}
