import { MINUTE_MS } from '../core/days.ts';
import type { AttemptRow } from './attempt.ts';

/** `until`: when the first of them may go on; `Infinity` when there is none. */
export type Slowed = { campaigns: ReadonlySet<string>; until: number };

/** Holds the first messages of campaigns back that allow themselves only so many a minute. */
export class CampaignPace {
  readonly #perMinute: (campaignId: string) => number | null;
  readonly #lastMessage1 = new Map<string, number>();

  /** @param perMinute messages a minute that a campaign allows itself, null for no limit of its own */
  constructor(perMinute: (campaignId: string) => number | null) {
    this.#perMinute = perMinute;
  }

  started({ type, campaignId }: Pick<AttemptRow, 'type' | 'campaignId'>, at: number): void {
    if (type === 'message_1' && campaignId !== null) this.#lastMessage1.set(campaignId, at);
  }

  /** Campaigns whose own pace holds their next Message 1 back; what the present look claimed counts with the rest. */
  slowed(now: number, claimed: readonly AttemptRow[]): Slowed {
    const campaigns = new Set<string>();
    const starts = new Map(this.#lastMessage1);
    for (const { type, campaignId } of claimed) {
      if (type === 'message_1' && campaignId !== null) starts.set(campaignId, now);
    }
    let until = Infinity;
    for (const [campaignId, last] of starts) {
      const perMinute = this.#perMinute(campaignId);
      const next = perMinute === null ? now : Math.ceil(last + MINUTE_MS / perMinute);
      // What a clock that was ahead left in the future holds nothing.
      if (next <= now || last > now) continue;
      campaigns.add(campaignId);
      until = Math.min(until, next);
    }
    return { campaigns, until };
  }
}
