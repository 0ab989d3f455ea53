import { useMutation, useQueryClient } from '@tanstack/react-query';
import { UserX } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { keys, suppressionsQuery } from '../../api/queries.ts';
import { useKeysetList } from '../../api/useKeysetList.ts';
import { Button } from '../../components/Button.tsx';
import { Confirm } from '../../components/Dialog.tsx';
import { ListBody } from '../../components/ListBody.tsx';
import { useSentence } from '../../components/LoadFailed.tsx';
import { Empty } from '../../components/Notices.tsx';
import { readablePhone } from '../../format/format.ts';
import { useFormat } from '../../format/useFormat.ts';
import { useWords } from '../../locales/i18n.ts';
import { toast } from '../../state/toasts.ts';
import { ShortTable } from './ShortTable.tsx';

/** Numbers that are never written to. */
export function Suppressions() {
  const { t } = useTranslation();
  const format = useFormat();
  const sentence = useSentence();
  const reasons = useWords().settings.suppressions.reasons as Record<string, string>;
  const queryClient = useQueryClient();
  const list = useKeysetList(suppressionsQuery());
  const [asked, setAsked] = useState<string | null>(null);
  const remove = useMutation({
    mutationFn: (phone: string) => api.suppressions.remove({ phone }),
    onSuccess: () => toast({ tone: 'success', title: t('settings.suppressions.removed') }),
    onError: (error) => toast({ tone: 'failure', title: t('settings.suppressions.failed'), body: sentence(error) }),
    onSettled: () => {
      setAsked(null);
      return queryClient.invalidateQueries({ queryKey: keys.suppressions });
    },
  });
  return (
    <>
      <p className="mt-0.5 mb-3 text-soft">{t('settings.suppressions.text')}</p>
      <ListBody
        list={list}
        empty={
          <Empty
            compact
            icon={<UserX size={18} />}
            title={t('settings.suppressions.empty')}
            text={t('settings.suppressions.emptyText')}
          />
        }
      >
        <ShortTable
          label={t('settings.suppressions.title')}
          list={list}
          rowKey={(row) => row.phone}
          columns={[
            { header: t('settings.suppressions.phone'), cell: ({ phone }) => readablePhone(phone) },
            { header: t('settings.suppressions.reason'), cell: ({ reason }) => reasons[reason] ?? reason },
            { header: t('settings.suppressions.since'), cell: ({ createdAt }) => format.dateTime(createdAt) },
            {
              header: '',
              cell: ({ phone }) => (
                <Button
                  size="small"
                  look="quiet"
                  onClick={() => setAsked(phone)}
                  aria-label={`${t('settings.suppressions.remove')} ${phone}`}
                >
                  {t('settings.suppressions.remove')}
                </Button>
              ),
            },
          ]}
        />
      </ListBody>
      <Confirm
        open={asked !== null}
        onClose={() => setAsked(null)}
        danger
        busy={remove.isPending}
        title={t('settings.suppressions.removeTitle', { phone: readablePhone(asked ?? '') })}
        text={t('settings.suppressions.removeText')}
        confirm={t('settings.suppressions.remove')}
        onConfirm={() => asked && remove.mutate(asked)}
      />
    </>
  );
}
