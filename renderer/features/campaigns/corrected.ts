import type { CampaignFigures } from '../../../backend/contract/campaigns.ts';

/** True when a figure moved after the campaign was closed (CMP-10). */
export function corrected(now: CampaignFigures, final: CampaignFigures): boolean {
  return (Object.keys(final) as (keyof CampaignFigures)[]).some((figure) => now[figure] !== final[figure]);
}
