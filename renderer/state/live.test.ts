import { describe, expect, it } from 'vitest';
import { someCampaign, someStats } from '../../tests/support/samples.ts';
import { afterConnecting, afterEvent, INITIAL_LIVE_STATE, standingOf, type LiveState } from './live.ts';

const online: LiveState = { ...INITIAL_LIVE_STATE, connection: 'online', stats: someStats };

describe('live state', () => {
  it('takes the figures of each event (MON-11)', () => {
    const stats = { ...someStats, sent: 133, updatedAt: '2026-11-20T08:00:01.000Z' };
    expect(afterEvent(online, { type: 'stats', stats }).stats?.sent).toBe(133);
  });

  it('never goes back to older figures, whatever the order of answers and events', () => {
    const older = { ...someStats, sent: 1, updatedAt: '2026-11-20T07:59:59.000Z' };
    expect(afterEvent(online, { type: 'stats', stats: older })).toBe(online);
  });

  it('keeps campaigns that are under way, and drops them when they end or go (CMP-11)', () => {
    const running = afterEvent(online, { type: 'campaign', campaign: someCampaign });
    expect(Object.keys(running.campaigns)).toEqual(['campaign-1']);
    const ended = afterEvent(running, { type: 'campaign', campaign: { ...someCampaign, status: 'completed' } });
    expect(ended.campaigns).toEqual({});
    expect(afterEvent(running, { type: 'campaign_removed', id: 'campaign-1' }).campaigns).toEqual({});
    expect(afterEvent(online, { type: 'campaign_removed', id: 'unknown' })).toBe(online);
  });

  it('starts from the snapshot after a cut: what ended meanwhile does not stay (UI-4)', () => {
    const running = afterEvent(online, { type: 'campaign', campaign: someCampaign });
    expect(afterConnecting({ ...running, connection: 'lost' })).toEqual({ ...online, campaigns: {} });
  });

  it('says first that the connection is lost, then that everything is paused, then the level', () => {
    expect(standingOf(INITIAL_LIVE_STATE)).toBeNull();
    expect(standingOf(online)).toBe('ok');
    expect(standingOf({ ...online, stats: { ...someStats, paused: true, alertLevel: 'danger' } })).toBe('paused');
    expect(standingOf({ ...online, stats: { ...someStats, paused: true }, connection: 'lost' })).toBe('offline');
  });
});
