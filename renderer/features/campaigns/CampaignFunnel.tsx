import { useTranslation } from 'react-i18next';
import type { Campaign, CampaignFigures } from '../../../backend/contract/campaigns.ts';
import { Funnel } from '../../components/Funnel.tsx';
import { shareOf } from '../../format/format.ts';
import { useFormat } from '../../format/useFormat.ts';
import { useCapabilities } from './useCapabilities.ts';

type Funnelled = CampaignFigures & Pick<Campaign, 'line'>;

/** From all contacts to the follow-ups (CMP-11). A step that the line cannot report is said to be missing, not 0 % (SND-12). */
export function CampaignFunnel({ campaign }: { campaign: Funnelled }) {
  const { t } = useTranslation();
  const format = useFormat();
  const capabilities = useCapabilities(campaign.line);
  const total = campaign.totalContacts;
  // What another line reported before the campaign came to this one is shown.
  const unreported = (reported: boolean | undefined, count: number) =>
    reported === false && count === 0 ? { unavailable: t('common.notOnThisLine') } : {};
  const steps = [
    { key: 'total', label: t('campaigns.figures.total'), count: total },
    { key: 'sent', label: t('campaigns.figures.sent'), count: campaign.messagesSent },
    {
      key: 'delivered',
      label: t('campaigns.figures.delivered'),
      count: campaign.messagesDelivered,
      ...unreported(capabilities?.deliveryReports, campaign.messagesDelivered),
    },
    {
      key: 'read',
      label: t('campaigns.figures.read'),
      count: campaign.messagesRead,
      ...unreported(capabilities?.readReports, campaign.messagesRead),
    },
    { key: 'interactions', label: t('campaigns.figures.interactions'), count: campaign.interactions },
    { key: 'message2', label: t('campaigns.figures.message2'), count: campaign.message2Sent },
    { key: 'failures', label: t('campaigns.figures.failures'), count: campaign.failures },
  ];
  return (
    <Funnel
      label={t('campaigns.figures.funnel')}
      steps={steps.map(({ count, ...step }) => {
        const share = shareOf(count, total);
        return { ...step, value: format.number(count), share, shareText: format.wholePercent(share) };
      })}
    />
  );
}
