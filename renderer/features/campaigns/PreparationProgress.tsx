import { useTranslation } from 'react-i18next';
import type { Campaign, Preparation } from '../../../backend/contract/campaigns.ts';
import { Button } from '../../components/Button.tsx';
import { Strip } from '../../components/Notices.tsx';
import { WorkProgress } from '../../components/WorkProgress.tsx';
import { useCampaignActions } from './useCampaignActions.ts';

/** How far the list of a big campaign is, and the way back to a draft (UI-5). */
export function PreparationProgress({ campaign, preparation }: { campaign: Campaign; preparation: Preparation }) {
  const { t } = useTranslation();
  const actions = useCampaignActions();
  const { done, expected, cancelling } = preparation;
  if (cancelling) return <Strip tone="info">{t('campaigns.preparing.cancelling', { count: expected })}</Strip>;
  return (
    <WorkProgress label={t('campaigns.preparing.text')} share={expected === 0 ? 0 : done / expected}>
      <Button disabled={actions.isPending} onClick={() => actions.mutate({ id: campaign.id, action: 'cancel' })}>
        {t('campaigns.preparing.cancel')}
      </Button>
    </WorkProgress>
  );
}
