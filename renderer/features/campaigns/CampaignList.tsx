import { Megaphone, Plus } from 'lucide-react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Campaign } from '../../../backend/contract/campaigns.ts';
import { campaignsQuery } from '../../api/queries.ts';
import { ButtonLink } from '../../components/Button.tsx';
import { Bar } from '../../components/Funnel.tsx';
import { DataTable, type Column } from '../../components/DataTable.tsx';
import { FilterSelect } from '../../components/FilterSelect.tsx';
import { ListBody } from '../../components/ListBody.tsx';
import { Empty } from '../../components/Notices.tsx';
import { PageFrame } from '../../components/PageFrame.tsx';
import { shareOf } from '../../format/format.ts';
import { useFormat } from '../../format/useFormat.ts';
import { useWords } from '../../locales/i18n.ts';
import { href, navigate } from '../../state/router.ts';
import { useKeysetList } from '../../api/useKeysetList.ts';
import { CAMPAIGN_STATUSES, CampaignStatus } from './CampaignStatus.tsx';

/** Every campaign with its progress. */
export function CampaignList({ query }: { query: Readonly<Record<string, string>> }) {
  const { t } = useTranslation();
  const words = useWords();
  const status = CAMPAIGN_STATUSES.find((candidate) => candidate === query['status']);
  const list = useKeysetList(campaignsQuery({ status }));
  const filter = useCallback(
    (value: string) => navigate(href(['campaigns'], { status: value }), { replace: true }),
    [],
  );
  const create = (
    <ButtonLink look="primary" icon={<Plus size={14} />} href={href(['campaigns', 'new'])}>
      {t('campaigns.create')}
    </ButtonLink>
  );
  return (
    <PageFrame
      title={t('campaigns.title')}
      actions={create}
      bar={
        <FilterSelect
          label={t('campaigns.filter')}
          value={status ?? ''}
          onChange={filter}
          choices={CAMPAIGN_STATUSES.map((value) => ({ value, label: words.campaigns.status[value] }))}
        />
      }
    >
      <ListBody
        list={list}
        empty={
          status ? (
            <Empty icon={<Megaphone size={18} />} title={t('campaigns.emptyFilter')} />
          ) : (
            <Empty icon={<Megaphone size={18} />} title={t('campaigns.empty')} text={t('campaigns.emptyText')}>
              {create}
            </Empty>
          )
        }
      >
        <DataTable
          label={t('campaigns.title')}
          columns={useColumns()}
          rows={list.rows}
          rowKey={(campaign) => campaign.id}
          rowHref={(campaign) => href(['campaigns', campaign.id])}
          onEnd={list.loadMore}
          loadingMore={list.loadingMore}
        />
      </ListBody>
    </PageFrame>
  );
}

function useColumns(): Column<Campaign>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    { id: 'name', header: t('campaigns.columns.name'), cell: (campaign) => campaign.name },
    {
      id: 'status',
      header: t('campaigns.columns.status'),
      width: '128px',
      cell: (campaign) => <CampaignStatus status={campaign.status} />,
    },
    {
      id: 'progress',
      header: t('campaigns.columns.progress'),
      width: '210px',
      cell: (campaign) => <Progress campaign={campaign} />,
    },
    {
      id: 'answers',
      header: t('campaigns.columns.answers'),
      width: '96px',
      align: 'right',
      cell: (campaign) => format.number(campaign.interactions),
    },
    {
      id: 'followUps',
      header: t('campaigns.columns.followUps'),
      width: '96px',
      align: 'right',
      cell: (campaign) => format.number(campaign.message2Sent),
    },
    {
      id: 'failures',
      header: t('campaigns.columns.failures'),
      width: '84px',
      align: 'right',
      cell: (campaign) => format.number(campaign.failures),
    },
    {
      id: 'created',
      header: t('campaigns.columns.created'),
      width: '144px',
      align: 'right',
      from: 'wide',
      cell: (campaign) => <span className="text-soft">{format.dateTime(campaign.createdAt)}</span>,
    },
  ];
}

function Progress({ campaign }: { campaign: Campaign }) {
  const format = useFormat();
  if (campaign.totalContacts === 0) return <span className="text-faint">–</span>;
  return (
    <span className="flex items-center gap-2.5">
      <span className="-mt-1.5 w-20 shrink-0">
        <Bar share={shareOf(campaign.messagesSent, campaign.totalContacts)} />
      </span>
      <span className="truncate">
        {format.number(campaign.messagesSent)}{' '}
        <span className="text-soft">/ {format.number(campaign.totalContacts)}</span>
      </span>
    </span>
  );
}
