import { useQuery } from '@tanstack/react-query';
import { Ban, Pause, Pencil, Play } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Campaign } from '../../../backend/contract/campaigns.ts';
import { previewQuery } from '../../api/queries.ts';
import { Button, ButtonLink } from '../../components/Button.tsx';
import { Confirm } from '../../components/Dialog.tsx';
import { href } from '../../state/router.ts';
import { useCampaignActions, type CampaignAction } from './useCampaignActions.ts';

/** What can be done with a campaign in its present state; each asks first, except resuming. */
export function CampaignActions({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<CampaignAction | 'startNow' | null>(null);
  const actions = useCampaignActions();
  const act = (action: CampaignAction): void =>
    actions.mutate({ id: campaign.id, action }, { onSettled: () => setAsked(null) });
  const { status, name } = campaign;
  const close = (): void => setAsked(null);

  return (
    <>
      {status === 'draft' && (
        <>
          <ButtonLink icon={<Pencil size={14} />} href={href(['campaigns', campaign.id, 'edit'])}>
            {t('common.edit')}
          </ButtonLink>
          <Button look="primary" icon={<Play size={14} />} onClick={() => setAsked('start')}>
            {t('campaigns.detail.start')}
          </Button>
        </>
      )}
      {status === 'scheduled' && (
        <Button look="primary" icon={<Play size={14} />} onClick={() => setAsked('startNow')}>
          {t('campaigns.detail.startNow')}
        </Button>
      )}
      {status === 'running' && (
        <Button icon={<Pause size={14} />} onClick={() => setAsked('pause')}>
          {t('campaigns.detail.pause')}
        </Button>
      )}
      {status === 'paused' && (
        <Button look="primary" icon={<Play size={14} />} disabled={actions.isPending} onClick={() => act('resume')}>
          {t('campaigns.detail.resume')}
        </Button>
      )}
      {(status === 'running' || status === 'scheduled' || status === 'paused') && (
        <Button look="danger" icon={<Ban size={14} />} onClick={() => setAsked('cancel')}>
          {t('campaigns.detail.cancel')}
        </Button>
      )}
      <Confirm
        open={asked === 'start'}
        onClose={close}
        onConfirm={() => act('start')}
        busy={actions.isPending}
        title={t('campaigns.confirm.startTitle', { name })}
        text={asked === 'start' && <LaunchText campaign={campaign} />}
        confirm={t('campaigns.confirm.start')}
      />
      <Confirm
        open={asked === 'startNow'}
        onClose={close}
        onConfirm={() => act('start')}
        busy={actions.isPending}
        title={t('campaigns.confirm.startNowTitle', { name })}
        text={t('campaigns.confirm.startNowText', { count: campaign.totalContacts })}
        confirm={t('campaigns.confirm.start')}
      />
      <Confirm
        open={asked === 'pause'}
        onClose={close}
        onConfirm={() => act('pause')}
        busy={actions.isPending}
        title={t('campaigns.confirm.pauseTitle', { name })}
        text={t('campaigns.confirm.pauseText')}
        confirm={t('campaigns.confirm.pause')}
      />
      <Confirm
        open={asked === 'cancel'}
        onClose={close}
        onConfirm={() => act('cancel')}
        busy={actions.isPending}
        danger
        title={t('campaigns.confirm.cancelTitle', { name })}
        text={t('campaigns.confirm.cancelText')}
        confirm={t('campaigns.confirm.cancel')}
        keep={t('campaigns.confirm.keep')}
      />
    </>
  );
}

/** How many messages a launch means, and over how many days (CMP-3). */
export function LaunchText({
  campaign,
}: {
  campaign: Pick<Campaign, 'categoryIds' | 'contactIds' | 'message1' | 'message2'>;
}) {
  const { t } = useTranslation();
  const { categoryIds, contactIds, message1, message2 } = campaign;
  const { data } = useQuery(previewQuery({ categoryIds, contactIds, message1, message2, samples: 1 }));
  if (!data) return <span>{t('common.loading')}</span>;
  return (
    <>
      {t('campaigns.confirm.startText', { count: data.eligible })}{' '}
      {t('campaigns.confirm.startDays', { count: data.daysNeeded })}
    </>
  );
}
