import { useQuery } from '@tanstack/react-query';
import { Megaphone, Plus, Upload } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { Campaign } from '../../../backend/contract/campaigns.ts';
import { categoriesQuery } from '../../api/queries.ts';
import { ButtonLink } from '../../components/Button.tsx';
import { Card } from '../../components/Card.tsx';
import { Empty } from '../../components/Notices.tsx';
import { useLive } from '../../state/live.ts';
import { href } from '../../state/router.ts';
import { CampaignFunnel } from '../campaigns/CampaignFunnel.tsx';
import { CampaignStatus } from '../campaigns/CampaignStatus.tsx';

/** Campaigns that are under way, newest first, each with its funnel. */
export function RunningCampaigns() {
  const { t } = useTranslation();
  const campaigns = useLive(useShallow((live) => Object.values(live.campaigns)));
  const known = useLive((live) => live.stats !== null);
  const newestFirst = campaigns.toSorted((one, other) => other.createdAt.localeCompare(one.createdAt));
  return (
    <Card
      title={t('dashboard.campaigns.title')}
      bodyClassName=""
      action={
        <a href={href(['campaigns'])} className="text-12 font-medium text-accent hover:underline">
          {t('dashboard.campaigns.all')}
        </a>
      }
    >
      {newestFirst.length > 0 ? (
        <ul className="divide-y divide-line border-t border-line">
          {newestFirst.map((campaign) => (
            <RunningCampaign key={campaign.id} campaign={campaign} />
          ))}
        </ul>
      ) : (
        known && <NoCampaign />
      )}
    </Card>
  );
}

function RunningCampaign({ campaign }: { campaign: Campaign }) {
  return (
    <li className="px-4 py-3" data-testid="running-campaign">
      <div className="mb-2 flex items-center gap-3">
        <a href={href(['campaigns', campaign.id])} className="min-w-0 truncate text-15 font-medium hover:underline">
          {campaign.name}
        </a>
        <CampaignStatus status={campaign.status} />
      </div>
      <CampaignFunnel campaign={campaign} />
    </li>
  );
}

/** The one next action: contacts first, a campaign once there are some. */
function NoCampaign() {
  const { t } = useTranslation();
  const { data: categories } = useQuery(categoriesQuery());
  const hasContacts = categories?.some((category) => category.contactCount > 0) ?? true;
  return (
    <Empty
      compact
      icon={<Megaphone size={18} />}
      title={t('dashboard.campaigns.empty')}
      text={hasContacts ? t('dashboard.campaigns.emptyText') : t('dashboard.campaigns.emptyContacts')}
    >
      {hasContacts ? (
        <ButtonLink look="primary" icon={<Plus size={14} />} href={href(['campaigns', 'new'])}>
          {t('dashboard.campaigns.create')}
        </ButtonLink>
      ) : (
        <ButtonLink look="primary" icon={<Upload size={14} />} href={href(['contacts', 'import'])}>
          {t('dashboard.campaigns.import')}
        </ButtonLink>
      )}
    </Empty>
  );
}
