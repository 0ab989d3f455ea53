import { History } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { auditQuery } from '../../api/queries.ts';
import { useKeysetList } from '../../api/useKeysetList.ts';
import { ListBody } from '../../components/ListBody.tsx';
import { Empty } from '../../components/Notices.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { useWords } from '../../locales/i18n.ts';
import { ShortTable } from './ShortTable.tsx';

/** Who did what. An action that this version does not know is shown by its own name. */
export function AuditLog() {
  const { t } = useTranslation();
  const words = useWords();
  const format = useFormat();
  const list = useKeysetList(auditQuery());
  const named = words.settings.audit.actions as Record<string, string>;
  return (
    <>
      <p className="mt-0.5 mb-3 text-soft">{t('settings.audit.text')}</p>
      <ListBody
        list={list}
        empty={
          <Empty
            compact
            icon={<History size={18} />}
            title={t('settings.audit.empty')}
            text={t('settings.audit.emptyText')}
          />
        }
      >
        <ShortTable
          label={t('settings.audit.title')}
          list={list}
          rowKey={(row) => row.id}
          columns={[
            {
              header: t('settings.audit.at'),
              cell: ({ at }) => <span className="whitespace-nowrap">{format.dateTime(at)}</span>,
            },
            { header: t('settings.audit.action'), cell: ({ action }) => named[action] ?? action },
            {
              header: t('settings.audit.target'),
              cell: ({ target }) => <code className="font-mono text-12 break-all text-soft">{target}</code>,
            },
            { header: t('settings.audit.actor'), cell: ({ actor }) => actor },
          ]}
        />
      </ListBody>
    </>
  );
}
