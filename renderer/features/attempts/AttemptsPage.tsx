import { Send } from 'lucide-react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Attempt } from '../../../backend/contract/attempts.ts';
import { api } from '../../api/client.ts';
import { attemptsQuery } from '../../api/queries.ts';
import { useKeysetList } from '../../api/useKeysetList.ts';
import { ButtonLink } from '../../components/Button.tsx';
import { DataTable, type Column } from '../../components/DataTable.tsx';
import { ExportButton } from '../../components/ExportButton.tsx';
import { ListBody } from '../../components/ListBody.tsx';
import { Empty } from '../../components/Notices.tsx';
import { PageFrame } from '../../components/PageFrame.tsx';
import { readablePhone } from '../../format/format.ts';
import { useFormat } from '../../format/useFormat.ts';
import { useWords } from '../../locales/i18n.ts';
import { href, navigate, type PageProps } from '../../state/router.ts';
import { AttemptFilters, filtersOf } from './AttemptFilters.tsx';
import { AttemptPanel } from './AttemptPanel.tsx';
import { AttemptState } from './AttemptState.tsx';

/** `attempts`, `attempts/ID`: every message, with all its tries. */
export function AttemptsPage({ path, query }: PageProps) {
  const { t } = useTranslation();
  const [id] = path;
  const filters = filtersOf(query);
  const list = useKeysetList(attemptsQuery(filters));
  const columns = useColumns();
  const close = useCallback(() => navigate(href(['attempts'], query)), [query]);
  const filtered = Object.values(filters).some((value) => value !== undefined);
  return (
    <PageFrame
      title={t('attempts.title')}
      actions={
        <ExportButton
          fileName={t('attempts.exportFile')}
          ask={(separator, options) => api.exports.attempts({ ...filters, separator }, options)}
        />
      }
      bar={<AttemptFilters query={query} />}
      panel={id && <AttemptPanel key={id} id={id} onClose={close} />}
    >
      <ListBody
        list={list}
        empty={
          filtered ? (
            <Empty icon={<Send size={18} />} title={t('attempts.emptyFilter')}>
              <ButtonLink href={href(['attempts'])}>{t('attempts.clearFilters')}</ButtonLink>
            </Empty>
          ) : (
            <Empty icon={<Send size={18} />} title={t('attempts.empty')} text={t('attempts.emptyText')}>
              <ButtonLink look="primary" href={href(['campaigns', 'new'])}>
                {t('dashboard.campaigns.create')}
              </ButtonLink>
            </Empty>
          )
        }
      >
        <DataTable
          label={t('attempts.title')}
          columns={columns}
          rows={list.rows}
          rowKey={(attempt) => attempt.id}
          rowHref={(attempt) => href(['attempts', attempt.id], query)}
          selectedKey={id}
          onEnd={list.loadMore}
          loadingMore={list.loadingMore}
        />
      </ListBody>
    </PageFrame>
  );
}

function useColumns(): Column<Attempt>[] {
  const { t } = useTranslation();
  const words = useWords();
  const format = useFormat();
  return [
    { id: 'to', header: t('attempts.columns.to'), width: '176px', cell: ({ to }) => readablePhone(to) },
    {
      id: 'state',
      header: t('attempts.columns.state'),
      width: '208px',
      cell: ({ state }) => <AttemptState state={state} />,
    },
    { id: 'type', header: t('attempts.columns.type'), width: '148px', cell: ({ type }) => words.attempts.type[type] },
    {
      id: 'reason',
      header: t('attempts.columns.reason'),
      cell: ({ errorMessage }) => (
        <span className="text-soft" title={errorMessage ?? undefined}>
          {errorMessage}
        </span>
      ),
    },
    {
      id: 'tries',
      header: t('attempts.columns.tries'),
      width: '72px',
      align: 'right',
      from: 'wide',
      cell: ({ tries, maxAttempts }) => (
        <span className="text-soft">{t('attempts.triesOf', { tries, max: maxAttempts })}</span>
      ),
    },
    {
      id: 'created',
      header: t('attempts.columns.created'),
      width: '128px',
      align: 'right',
      cell: ({ createdAt }) => <span className="text-soft">{format.dateTime(createdAt)}</span>,
    },
    {
      id: 'sent',
      header: t('attempts.columns.sent'),
      width: '136px',
      align: 'right',
      from: 'wide',
      cell: ({ sentAt }) => <span className="text-soft">{format.dateTime(sentAt)}</span>,
    },
  ];
}
