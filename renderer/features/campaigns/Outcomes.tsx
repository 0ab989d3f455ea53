import { useTranslation } from 'react-i18next';
import type { Campaign, CampaignFigures } from '../../../backend/contract/campaigns.ts';
import { useFormat } from '../../format/useFormat.ts';

/** Ends other than a follow-up; for a completed campaign, whether late news corrected its final figures (CMP-10). */
export function Outcomes({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const format = useFormat();
  const figures = [
    { label: t('campaigns.figures.noInteraction'), value: campaign.noInteraction },
    { label: t('campaigns.figures.late'), value: campaign.late },
    { label: t('campaigns.figures.optedOut'), value: campaign.optedOut },
    { label: t('campaigns.figures.cancelled'), value: campaign.cancelled },
  ];
  return (
    <div className="mt-5 border-t border-line pt-3">
      <h3 className="text-12 text-soft">{t('campaigns.figures.outcomes')}</h3>
      <dl className="mt-1 flex flex-wrap gap-x-6 gap-y-1">
        {figures.map(({ label, value }) => (
          <div key={label} className="flex items-baseline gap-1.5">
            <dt className="text-soft">{label}</dt>
            <dd className="font-medium">{format.number(value)}</dd>
          </div>
        ))}
      </dl>
      {campaign.finalFigures && corrected(campaign, campaign.finalFigures) && (
        <p className="mt-2 text-12 text-soft">{t('campaigns.figures.finalText')}</p>
      )}
    </div>
  );
}

/** True when a figure moved after the campaign was closed. */
export function corrected(now: CampaignFigures, final: CampaignFigures): boolean {
  return (Object.keys(final) as (keyof CampaignFigures)[]).some((figure) => now[figure] !== final[figure]);
}
