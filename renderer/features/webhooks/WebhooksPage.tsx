import { Webhook } from 'lucide-react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { WebhookEvent } from '../../../backend/contract/webhookEvents.ts';
import { webhooksQuery } from '../../api/queries.ts';
import { useKeysetList } from '../../api/useKeysetList.ts';
import { ButtonLink } from '../../components/Button.tsx';
import { DataTable, type Column } from '../../components/DataTable.tsx';
import { FilterSelect } from '../../components/FilterSelect.tsx';
import { ListBody } from '../../components/ListBody.tsx';
import { Empty } from '../../components/Notices.tsx';
import { PageFrame } from '../../components/PageFrame.tsx';
import { SearchInput } from '../../components/SearchInput.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { useWords } from '../../locales/i18n.ts';
import { href, navigate, type PageProps } from '../../state/router.ts';
import { WebhookPanel } from './WebhookPanel.tsx';
import { VERDICTS, WebhookVerdict } from './WebhookVerdict.tsx';

/** `webhooks`, `webhooks/ID`: what the provider told, and what became of it (WHK-6). */
export function WebhooksPage({ path, query }: PageProps) {
  const { t } = useTranslation();
  const words = useWords();
  const [id] = path;
  const verdict = VERDICTS.find((candidate) => candidate === query['verdict']);
  const q = query['q'] || undefined;
  const list = useKeysetList(webhooksQuery({ verdict, q }));
  const columns = useColumns();
  const close = useCallback(() => navigate(href(['webhooks'], query)), [query]);
  const search = useCallback(
    (text: string) => navigate(href(['webhooks'], { ...query, q: text }), { replace: true }),
    [query],
  );
  return (
    <PageFrame
      title={t('webhooks.title')}
      bar={
        <>
          <SearchInput label={t('webhooks.search')} value={q ?? ''} onChange={search} className="w-72" />
          <FilterSelect
            label={t('webhooks.filter')}
            value={verdict ?? ''}
            onChange={(value) => navigate(href(['webhooks'], { ...query, verdict: value }), { replace: true })}
            choices={VERDICTS.map((value) => ({ value, label: words.webhooks.verdict[value] }))}
          />
        </>
      }
      panel={id && <WebhookPanel key={id} id={id} onClose={close} />}
    >
      <ListBody
        list={list}
        empty={
          verdict || q ? (
            <Empty icon={<Webhook size={18} />} title={t('webhooks.emptyFilter')} />
          ) : (
            <Empty icon={<Webhook size={18} />} title={t('webhooks.empty')} text={t('webhooks.emptyText')}>
              <ButtonLink href={href(['settings', 'lines'])}>{t('webhooks.openSettings')}</ButtonLink>
            </Empty>
          )
        }
      >
        <DataTable
          label={t('webhooks.title')}
          columns={columns}
          rows={list.rows}
          rowKey={(event) => event.id}
          rowHref={(event) => href(['webhooks', event.id], query)}
          selectedKey={id}
          onEnd={list.loadMore}
          loadingMore={list.loadingMore}
        />
      </ListBody>
    </PageFrame>
  );
}

function useColumns(): Column<WebhookEvent>[] {
  const { t } = useTranslation();
  const words = useWords();
  const format = useFormat();
  const reasons = words.webhooks.reason as Record<string, string>;
  return [
    {
      id: 'event',
      header: t('webhooks.columns.event'),
      width: '220px',
      cell: ({ event }) => <code className="font-mono text-12 font-normal">{event}</code>,
    },
    {
      id: 'verdict',
      header: t('webhooks.columns.verdict'),
      width: '184px',
      cell: ({ verdict }) => <WebhookVerdict verdict={verdict} />,
    },
    { id: 'phone', header: t('webhooks.columns.phone'), width: '148px', cell: ({ phoneMasked }) => phoneMasked ?? '–' },
    {
      id: 'effect',
      header: t('webhooks.columns.effect'),
      cell: ({ reason, changes }) => (
        <span className="text-soft">
          {reason
            ? (reasons[reason] ?? reason)
            : changes.length > 0 && t('webhooks.changes', { count: changes.length })}
        </span>
      ),
    },
    {
      id: 'received',
      header: t('webhooks.columns.received'),
      width: '168px',
      align: 'right',
      cell: ({ receivedAt }) => <span className="text-soft">{format.dateTimeWithSeconds(receivedAt)}</span>,
    },
  ];
}
