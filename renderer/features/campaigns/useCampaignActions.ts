import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Campaign } from '../../../backend/contract/campaigns.ts';
import { api } from '../../api/client.ts';
import { keys } from '../../api/queries.ts';
import { useSentence } from '../../components/LoadFailed.tsx';
import { toast } from '../../state/toasts.ts';

export type CampaignAction = 'start' | 'pause' | 'resume' | 'cancel';

type Asked = { id: string; action: CampaignAction };

/** A launch that goes on in the background. */
export function isBeingListed({ preparation }: Campaign): boolean {
  return preparation !== null && !preparation.cancelling;
}

/** Starts, pauses, resumes and cancels a campaign, and says how it went. */
export function useCampaignActions() {
  const { t } = useTranslation();
  const sentence = useSentence();
  const queryClient = useQueryClient();
  const said: Record<CampaignAction, string> = {
    start: t('campaigns.done.started'),
    pause: t('campaigns.done.paused'),
    resume: t('campaigns.done.resumed'),
    cancel: t('campaigns.done.cancelled'),
  };
  return useMutation({
    mutationFn: ({ id, action }: Asked): Promise<Campaign> => api.campaigns[action]({ id }),
    onSuccess: (campaign, { action }) => {
      queryClient.setQueryData([...keys.campaign, campaign.id], campaign);
      void queryClient.invalidateQueries({ queryKey: keys.campaigns });
      void queryClient.invalidateQueries({ queryKey: keys.recipients });
      // What was cancelled is a launch: the campaign is a draft again.
      const title = campaign.preparation?.cancelling ? t('campaigns.done.withdrawn') : said[action];
      toast({ tone: 'success', title: isBeingListed(campaign) ? t('campaigns.done.preparing') : title });
    },
    onError: (error) => toast({ tone: 'failure', title: t('campaigns.done.failed'), body: sentence(error) }),
  });
}
