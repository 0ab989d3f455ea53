import { create } from 'zustand';
import type { Campaign } from '../../backend/contract/campaigns.ts';
import type { LiveEvent } from '../../backend/contract/liveEvents.ts';
import type { MonitoringStats } from '../../backend/contract/monitoring.ts';

/** How the page stands with the backend. `locked`: a sign-in is needed first. */
export type Connection = 'connecting' | 'online' | 'lost' | 'locked';

export type LiveState = {
  connection: Connection;
  stats: MonitoringStats | null;
  /** Preparing, scheduled, running and paused campaigns, by id. */
  campaigns: Readonly<Record<string, Campaign>>;
};

export const INITIAL_LIVE_STATE: LiveState = { connection: 'connecting', stats: null, campaigns: {} };

const ACTIVE = new Set<Campaign['status']>(['preparing', 'scheduled', 'running', 'paused']);

/** What the live state becomes after an event; the same object when the event says nothing about it. */
export function afterEvent(state: LiveState, event: LiveEvent): LiveState {
  switch (event.type) {
    case 'stats':
      if (state.stats && event.stats.updatedAt < state.stats.updatedAt) return state;
      return { ...state, stats: event.stats };
    case 'campaign':
      if (!ACTIVE.has(event.campaign.status)) return withoutCampaign(state, event.campaign.id);
      return { ...state, campaigns: { ...state.campaigns, [event.campaign.id]: event.campaign } };
    case 'campaign_removed':
      return withoutCampaign(state, event.id);
    case 'attempt':
    case 'error':
    case 'import':
    case 'changed':
    case 'notice':
      return state;
    default:
      return event satisfies never;
  }
}

function withoutCampaign(state: LiveState, id: string): LiveState {
  if (!(id in state.campaigns)) return state;
  const { [id]: _gone, ...campaigns } = state.campaigns;
  return { ...state, campaigns };
}

/** A new subscription starts from its own snapshot: campaigns that ended meanwhile must not stay. */
export function afterConnecting(state: LiveState): LiveState {
  return { ...state, connection: 'online', campaigns: {} };
}

export const useLive = create<LiveState>(() => INITIAL_LIVE_STATE);

/** What the operator should see first: a lost connection and a pause hide the level. */
export type Standing = 'ok' | 'attention' | 'danger' | 'blocked' | 'paused' | 'offline';

export function standingOf(state: Pick<LiveState, 'connection' | 'stats'>): Standing | null {
  if (state.connection === 'lost') return 'offline';
  if (!state.stats) return null;
  return state.stats.paused ? 'paused' : state.stats.alertLevel;
}
