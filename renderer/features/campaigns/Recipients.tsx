import {
  Ban,
  Circle,
  CircleSlash,
  Clock,
  CornerDownRight,
  MessageCircle,
  OctagonX,
  Send,
  UserX,
  Users,
  type LucideIcon,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Campaign, Recipient, RecipientState } from '../../../backend/contract/campaigns.ts';
import { recipientsQuery } from '../../api/queries.ts';
import { useKeysetList } from '../../api/useKeysetList.ts';
import { DataTable, type Column } from '../../components/DataTable.tsx';
import { FilterSelect } from '../../components/FilterSelect.tsx';
import { ListBody } from '../../components/ListBody.tsx';
import { Empty } from '../../components/Notices.tsx';
import { StateMark, type Tone } from '../../components/StateMark.tsx';
import { readablePhone } from '../../format/format.ts';
import { useFormat } from '../../format/useFormat.ts';
import { useWords } from '../../locales/i18n.ts';
import { href, navigate } from '../../state/router.ts';
import { useCapabilities } from './useCapabilities.ts';

const SIGNS: Record<RecipientState, { icon: LucideIcon; tone: Tone }> = {
  pending: { icon: Circle, tone: 'faint' },
  message_1_sent: { icon: Send, tone: 'accent' },
  answered: { icon: MessageCircle, tone: 'second' },
  message_2_sent: { icon: CornerDownRight, tone: 'ok' },
  no_interaction: { icon: CircleSlash, tone: 'faint' },
  late_interaction: { icon: Clock, tone: 'attention' },
  failed: { icon: OctagonX, tone: 'danger' },
  opted_out: { icon: UserX, tone: 'blocked' },
  cancelled: { icon: Ban, tone: 'faint' },
};
const STATES = Object.keys(SIGNS) as RecipientState[];

/** The contacts of a campaign, each with its state and times. */
export function Recipients({ campaign, state: wanted }: { campaign: Campaign; state: string | undefined }) {
  const { t } = useTranslation();
  const words = useWords();
  const state = STATES.find((candidate) => candidate === wanted);
  const list = useKeysetList(recipientsQuery({ id: campaign.id, state }));
  const columns = useColumns(campaign.line);
  return (
    <section aria-label={t('campaigns.detail.recipients')} className="flex min-h-80 flex-1 flex-col">
      <div className="flex items-center justify-between gap-3 px-6 pb-3">
        <h2 className="text-15 font-semibold">{t('campaigns.detail.recipients')}</h2>
        <a
          href={href(['attempts'], { campaign: campaign.id })}
          className="mr-auto text-12 font-medium text-accent hover:underline"
        >
          {t('campaigns.detail.attempts')}
        </a>
        <FilterSelect
          label={t('campaigns.recipients.filter')}
          value={state ?? ''}
          onChange={(value) => navigate(href(['campaigns', campaign.id], { state: value }), { replace: true })}
          choices={STATES.map((value) => ({ value, label: words.campaigns.recipients.state[value] }))}
        />
      </div>
      <ListBody
        list={list}
        empty={
          <Empty
            compact
            icon={<Users size={18} />}
            title={state ? t('campaigns.recipients.emptyFilter') : t('campaigns.recipients.empty')}
            {...(state ? {} : { text: t('campaigns.recipients.emptyText') })}
          />
        }
      >
        <DataTable
          label={t('campaigns.detail.recipients')}
          columns={columns}
          rows={list.rows}
          rowKey={(recipient) => recipient.contactId}
          rowHref={(recipient) => href(['attempts'], { campaign: campaign.id, q: recipient.phone })}
          onEnd={list.loadMore}
          loadingMore={list.loadingMore}
        />
      </ListBody>
    </section>
  );
}

function useColumns(line: string | null): Column<Recipient>[] {
  const { t } = useTranslation();
  const capabilities = useCapabilities(line);
  const words = useWords();
  const format = useFormat();
  const at = (value: string | null) => <span className="text-soft">{format.dateTime(value)}</span>;
  const reported = (value: string | null, isReported: boolean | undefined) =>
    value === null && isReported === false ? (
      <span className="truncate text-12 text-faint" title={t('common.notOnThisLine')}>
        {t('common.notOnThisLine')}
      </span>
    ) : (
      at(value)
    );
  return [
    {
      id: 'contact',
      header: t('campaigns.recipients.columns.contact'),
      cell: ({ name, phone }) => (
        <>
          {name || t('contacts.noName')} <span className="ml-1.5 font-normal text-soft">{readablePhone(phone)}</span>
        </>
      ),
    },
    {
      id: 'state',
      header: t('campaigns.recipients.columns.state'),
      cell: ({ state, reasonMessage }) => (
        <span className="flex min-w-0 items-center gap-2" title={reasonMessage ?? undefined}>
          <span className="shrink-0">
            <StateMark {...SIGNS[state]} word={words.campaigns.recipients.state[state]} />
          </span>
          {reasonMessage && <span className="truncate text-12 text-soft">{reasonMessage}</span>}
        </span>
      ),
    },
    {
      id: 'message1',
      header: t('campaigns.recipients.columns.message1'),
      width: '118px',
      cell: (row) => at(row.message1SentAt),
    },
    {
      id: 'delivered',
      header: t('campaigns.recipients.columns.delivered'),
      width: '118px',
      from: 'vast',
      cell: (row) => reported(row.deliveredAt, capabilities?.deliveryReports),
    },
    {
      id: 'read',
      header: t('campaigns.recipients.columns.read'),
      width: '118px',
      from: 'vast',
      cell: (row) => reported(row.readAt, capabilities?.readReports),
    },
    {
      id: 'answer',
      header: t('campaigns.recipients.columns.answer'),
      width: '118px',
      cell: (row) => (row.interactionType ? words.campaigns.recipients.answerType[row.interactionType] : at(null)),
    },
    {
      id: 'message2',
      header: t('campaigns.recipients.columns.message2'),
      width: '136px',
      cell: (row) => at(row.message2SentAt),
    },
  ];
}
