import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { campaignQuery } from '../../api/queries.ts';
import { LoadFailed } from '../../components/LoadFailed.tsx';
import { SkeletonRows } from '../../components/Notices.tsx';
import { CampaignForm } from './CampaignForm.tsx';
import { emptyDraft, draftOf } from './campaignDraft.ts';

/** A new campaign, or a draft to change. `categoryId`: chosen from the start, as after an import. */
export function CampaignFormPage({ id, categoryId }: { id?: string | undefined; categoryId?: string | undefined }) {
  if (id !== undefined) return <SavedDraft id={id} />;
  return <CampaignForm initial={categoryId ? { ...emptyDraft, categoryIds: [categoryId] } : emptyDraft} />;
}

function SavedDraft({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data: campaign, error, refetch } = useQuery(campaignQuery(id));
  if (error) return <LoadFailed error={error} onRetry={() => void refetch()} />;
  if (!campaign) return <SkeletonRows label={t('common.loading')} />;
  return <CampaignForm id={id} initial={draftOf(campaign)} />;
}
