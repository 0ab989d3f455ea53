import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { SyncStatus } from '../../../backend/contract/sync.ts';
import { api } from '../../api/client.ts';
import { Button } from '../../components/Button.tsx';
import { useSentence } from '../../components/LoadFailed.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { toast } from '../../state/toasts.ts';

/** Rows that Supabase refuses, each with its reason and another try. */
export function SetAsideRows({ status, onTried }: { status: SyncStatus; onTried: (fresh: SyncStatus) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const sentence = useSentence();
  const retry = useMutation({
    mutationFn: (id: string) => api.sync.retry({ id }),
    onSuccess: (fresh, id) => {
      onTried(fresh);
      const isStill = fresh.setAside.some((row) => row.id === id);
      if (isStill) toast({ tone: 'failure', title: t('settings.sync.stillRefused') });
      else toast({ tone: 'success', title: t('settings.sync.tried') });
    },
    onError: (error) => toast({ tone: 'failure', title: t('settings.sync.notPushed'), body: sentence(error) }),
  });
  return (
    <div className="mt-4">
      <h3 className="font-medium">{t('settings.sync.setAside', { count: status.setAsideCount })}</h3>
      <p className="mb-2 text-soft">{t('settings.sync.setAsideText')}</p>
      <ul
        aria-label={t('settings.sync.setAside', { count: status.setAsideCount })}
        className="max-h-80 divide-y divide-line overflow-auto rounded-card border border-line"
        tabIndex={0}
      >
        {status.setAside.map(({ id, table, key, reason, since }) => (
          <li key={id} className="flex items-center gap-4 px-3 py-2">
            <div className="min-w-0 flex-1">
              <p className="truncate font-mono text-12" title={`${table} ${key}`}>
                {table} · {key}
              </p>
              <p className="text-12 text-soft">
                {t('settings.sync.reason', { reason })} · {format.dateTime(since)}
              </p>
            </div>
            <Button
              size="small"
              disabled={retry.isPending}
              onClick={() => retry.mutate(id)}
              aria-label={`${t('settings.sync.retry')} ${table} ${key}`}
            >
              {t('settings.sync.retry')}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
