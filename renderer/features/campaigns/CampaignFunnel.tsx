import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Campaign, CampaignFigures } from '../../../backend/contract/campaigns.ts';
import type { Settings } from '../../../backend/contract/workspace.ts';
import { settingsQuery } from '../../api/queries.ts';
import { Funnel } from '../../components/Funnel.tsx';
import { shareOf } from '../../format/format.ts';
import { useFormat } from '../../format/useFormat.ts';

type Funnelled = CampaignFigures & Pick<Campaign, 'line'>;

/** From all contacts to the follow-ups (CMP-11). A step that the line cannot report is said to be missing, not 0 % (SND-12). */
export function CampaignFunnel({ campaign }: { campaign: Funnelled }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { data: settings } = useQuery(settingsQuery());
  const capabilities = lineOf(settings, campaign.line)?.capabilities;
  const total = campaign.totalContacts;
  const unreported = (reported: boolean | undefined) =>
    reported === false ? { unavailable: t('common.notOnThisLine') } : {};
  const steps = [
    { key: 'total', label: t('campaigns.figures.total'), count: total },
    { key: 'sent', label: t('campaigns.figures.sent'), count: campaign.messagesSent },
    {
      key: 'delivered',
      label: t('campaigns.figures.delivered'),
      count: campaign.messagesDelivered,
      ...unreported(capabilities?.deliveryReports),
    },
    {
      key: 'read',
      label: t('campaigns.figures.read'),
      count: campaign.messagesRead,
      ...unreported(capabilities?.readReports),
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

function lineOf(settings: Settings | undefined, id: string | null) {
  return settings?.lines.find((line) => (id === null ? line.isDefault : line.id === id));
}
