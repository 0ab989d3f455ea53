import { useQuery } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Campaign } from '../../../backend/contract/campaigns.ts';
import { api } from '../../api/client.ts';
import { campaignQuery } from '../../api/queries.ts';
import { Card } from '../../components/Card.tsx';
import { ExportButton } from '../../components/ExportButton.tsx';
import { LoadFailed } from '../../components/LoadFailed.tsx';
import { SkeletonRows, Strip } from '../../components/Notices.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { href } from '../../state/router.ts';
import { CampaignActions } from './CampaignActions.tsx';
import { CampaignFunnel } from './CampaignFunnel.tsx';
import { CampaignStatus } from './CampaignStatus.tsx';
import { Outcomes } from './Outcomes.tsx';
import { PreparationProgress } from './PreparationProgress.tsx';
import { Recipients } from './Recipients.tsx';

/** One campaign: where it stands, its messages, its recipients. */
export function CampaignDetail({ id, query }: { id: string; query: Readonly<Record<string, string>> }) {
  const { t } = useTranslation();
  const { data: campaign, error, refetch } = useQuery(campaignQuery(id));
  if (error) return <LoadFailed error={error} onRetry={() => void refetch()} />;
  if (!campaign) return <SkeletonRows label={t('common.loading')} />;
  return (
    <div className="flex h-full min-h-0 flex-col overflow-auto">
      <div className="shrink-0 px-6 pt-4 pb-4">
        <a
          href={href(['campaigns'])}
          className="-ml-1 inline-flex items-center gap-0.5 text-12 text-soft hover:text-ink"
        >
          <ChevronLeft size={14} aria-hidden="true" />
          {t('campaigns.detail.back')}
        </a>
        <div className="mt-1 flex flex-wrap items-center justify-between gap-3">
          <div className="min-w-0">
            <h1 className="truncate text-20 font-semibold tracking-tight">{campaign.name}</h1>
            <div className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-1 text-soft">
              <span className="text-ink" data-testid="campaign-status">
                <CampaignStatus status={campaign.status} />
              </span>
              <Dates campaign={campaign} />
            </div>
          </div>
          <div className="flex flex-wrap items-center gap-2">
            {campaign.status !== 'draft' && (
              <ExportButton
                fileName={t('campaigns.detail.exportFile')}
                ask={(separator, options) => api.exports.recipients({ id, separator }, options)}
              />
            )}
            <CampaignActions campaign={campaign} />
          </div>
        </div>
      </div>
      <div className="flex shrink-0 flex-col gap-4 px-6 pb-5">
        {campaign.preparation && <PreparationProgress campaign={campaign} preparation={campaign.preparation} />}
        {campaign.status === 'draft' ? (
          <Strip tone="info">{t('campaigns.detail.draftHint')}</Strip>
        ) : (
          <Card title={t('campaigns.figures.funnel')}>
            <CampaignFunnel campaign={campaign} />
            <Outcomes campaign={campaign} />
          </Card>
        )}
        <Messages campaign={campaign} />
      </div>
      <Recipients campaign={campaign} state={query['state']} />
    </div>
  );
}

function Dates({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (campaign.endedAt) return <span>{t('campaigns.detail.endedAt', { at: format.dateTime(campaign.endedAt) })}</span>;
  if (campaign.startedAt)
    return <span>{t('campaigns.detail.startedAt', { at: format.dateTime(campaign.startedAt) })}</span>;
  if (campaign.startAt) return <span>{t('campaigns.detail.startsAt', { at: format.dateTime(campaign.startAt) })}</span>;
  return <span>{t('campaigns.detail.createdAt', { at: format.dateTime(campaign.createdAt) })}</span>;
}

function Messages({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const messages = [
    { label: t('campaigns.form.stepMessage1'), body: campaign.message1.body },
    { label: t('campaigns.form.stepMessage2'), body: campaign.message2.body },
  ];
  return (
    <details open={campaign.status === 'draft'} className="card px-4">
      <summary className="flex h-10 items-center gap-1.5 text-13 font-medium text-soft">
        <ChevronRight size={14} className="transition-transform in-open:rotate-90" aria-hidden="true" />
        {t('campaigns.detail.messages')}
      </summary>
      <dl className="grid grid-cols-1 gap-4 pb-4 mid:grid-cols-2">
        {messages.map(({ label, body }) => (
          <div key={label}>
            <dt className="text-12 text-soft">{label}</dt>
            <dd className="mt-1 max-h-32 overflow-auto rounded-card bg-fill px-3 py-2 break-words whitespace-pre-wrap">
              {body}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
