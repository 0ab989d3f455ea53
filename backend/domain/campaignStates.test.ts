import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { campaignStatus, type CampaignStatus } from '../contract/campaigns.ts';
import { HOUR_MS } from '../core/days.ts';
import { isCampaignOver, nextCampaignStatus, type CampaignAction } from './campaignStates.ts';

const ACTIONS: readonly CampaignAction[] = [
  ...(['prepare', 'withdraw', 'start', 'schedule', 'pause', 'resume', 'cancel', 'complete', 'reopen'] as const),
];

/** The diagram of docs/states.md; what is not here is not possible. */
const POSSIBLE: Record<string, CampaignStatus> = {
  'draft prepare': 'preparing',
  'preparing start': 'running',
  'preparing schedule': 'scheduled',
  'preparing withdraw': 'draft',
  'draft start': 'running',
  'draft schedule': 'scheduled',
  'draft cancel': 'cancelled',
  'scheduled start': 'running',
  'scheduled schedule': 'scheduled',
  'scheduled cancel': 'cancelled',
  'running pause': 'paused',
  'running cancel': 'cancelled',
  'running complete': 'completed',
  'paused resume': 'running',
  'paused cancel': 'cancelled',
  'paused complete': 'completed',
  'completed reopen': 'running',
};

describe('campaign states', () => {
  it('are the drawn ones for every pair of status and action (SND-14, CMP-10)', () => {
    for (const status of campaignStatus.options) {
      for (const action of ACTIONS) {
        expect({ status, action, next: nextCampaignStatus(status, action) }).toEqual({
          status,
          action,
          next: POSSIBLE[`${status} ${action}`] ?? null,
        });
      }
    }
  });

  it('never leave cancelled, and completed only for a message that is sent again (CMP-10, SND-8)', () => {
    for (const action of ACTIONS) {
      expect(nextCampaignStatus('completed', action)).toBe(action === 'reopen' ? 'running' : null);
      expect(nextCampaignStatus('cancelled', action)).toBeNull();
    }
  });
});

describe('end of a campaign', () => {
  const running = { recipientsTotal: 10, ended: 4, lastMessage1At: 1_000, pendingMessage1: 0, now: 1_000 };

  it('comes when every recipient has an end state (CMP-10)', () => {
    expect(isCampaignOver({ ...running, ended: 9 })).toBe(false);
    expect(isCampaignOver({ ...running, ended: 10 })).toBe(true);
  });

  it('comes 48 h after its last Message 1 left, whatever the states (CMP-10)', () => {
    expect(isCampaignOver({ ...running, now: 1_000 + 48 * HOUR_MS - 1 })).toBe(false);
    expect(isCampaignOver({ ...running, now: 1_000 + 48 * HOUR_MS })).toBe(true);
  });

  it('does not come while a Message 1 is still to leave, were it a week later (CMP-10)', () => {
    expect(isCampaignOver({ ...running, pendingMessage1: 1, now: 1_000 + 168 * HOUR_MS })).toBe(false);
    expect(isCampaignOver({ ...running, lastMessage1At: null, now: 1_000 + 168 * HOUR_MS })).toBe(false);
  });

  it('stays once it came, as time passes and recipients end (CMP-10)', () => {
    const campaigns = fc.record({
      recipientsTotal: fc.integer({ min: 1, max: 50 }),
      ended: fc.nat(50),
      lastMessage1At: fc.option(fc.nat(200 * HOUR_MS)),
      pendingMessage1: fc.nat(2),
      now: fc.nat(300 * HOUR_MS),
    });
    fc.assert(
      fc.property(campaigns, fc.nat(100 * HOUR_MS), (campaign, later) => {
        if (!isCampaignOver(campaign)) return;
        expect(isCampaignOver({ ...campaign, now: campaign.now + later })).toBe(true);
        expect(isCampaignOver({ ...campaign, ended: campaign.ended + 1 })).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
