import { useTranslation } from 'react-i18next';
import type { Campaign } from '../../../backend/contract/campaigns.ts';
import { useFormat } from '../../format/useFormat.ts';
import { corrected } from './corrected.ts';

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
