import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Campaign } from '../../../backend/contract/campaigns.ts';
import { api } from '../../api/client.ts';
import { keys } from '../../api/queries.ts';
import { useSentence } from '../../components/LoadFailed.tsx';
import { href, navigate } from '../../state/router.ts';
import { toast } from '../../state/toasts.ts';
import type { CampaignDraft } from './campaignDraft.ts';
import { isBeingListed } from './useCampaignActions.ts';

/** Saves what was typed, as a new draft or over the one of `id`, and launches it on demand. */
export function useSaveCampaign(id: string | undefined) {
  const { t } = useTranslation();
  const sentence = useSentence();
  const queryClient = useQueryClient();

  const remember = (campaign: Campaign): void => {
    queryClient.setQueryData([...keys.campaign, campaign.id], campaign);
    void queryClient.invalidateQueries({ queryKey: keys.campaigns });
  };
  const open = (campaign: Campaign): void => navigate(href(['campaigns', campaign.id]));

  const save = useMutation({
    mutationFn: ({ name, categoryIds, contactIds, message1, message2, line }: CampaignDraft) => {
      const input = {
        name: name.trim(),
        categoryIds: [...categoryIds],
        contactIds: [...contactIds],
        message1: { body: message1 },
        message2: { body: message2 },
        ...(line !== '' && { line }),
      };
      return id === undefined ? api.campaigns.create(input) : api.campaigns.update({ ...input, id });
    },
    onSuccess: remember,
    onError: (error) => toast({ tone: 'failure', title: t('campaigns.done.notSaved'), body: sentence(error) }),
  });
  const launch = useMutation({
    mutationFn: (campaign: Campaign) => api.campaigns.start({ id: campaign.id }),
    onSuccess: (campaign) => {
      remember(campaign);
      const title = isBeingListed(campaign) ? t('campaigns.done.preparing') : t('campaigns.done.started');
      toast({ tone: 'success', title });
    },
    onError: (error) => toast({ tone: 'failure', title: t('campaigns.done.notStarted'), body: sentence(error) }),
  });

  return {
    busy: save.isPending || launch.isPending,
    asDraft: (draft: CampaignDraft) =>
      save.mutate(draft, {
        onSuccess: (campaign) => {
          toast({ tone: 'success', title: t('campaigns.done.saved') });
          open(campaign);
        },
      }),
    /** Whether or not the launch is accepted, the draft is saved and shown. */
    andLaunch: (draft: CampaignDraft, onSettled: () => void) =>
      save.mutate(draft, {
        onSuccess: (campaign) =>
          launch.mutate(campaign, {
            onSettled: () => {
              onSettled();
              open(campaign);
            },
          }),
        onError: onSettled,
      }),
  };
}
