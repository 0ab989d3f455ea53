import { useMutation, useQuery } from '@tanstack/react-query';
import { Archive } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Backup } from '../../../backend/contract/backups.ts';
import { api } from '../../api/client.ts';
import { backupsQuery } from '../../api/queries.ts';
import { Button } from '../../components/Button.tsx';
import { Confirm } from '../../components/Dialog.tsx';
import { LoadFailed, useSentence } from '../../components/LoadFailed.tsx';
import { Empty, SkeletonRows } from '../../components/Notices.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { useWords } from '../../locales/i18n.ts';
import { toast } from '../../state/toasts.ts';

/** The backups on this machine, newest first, each with the way back to it (REL-2, REL-6). */
export function BackupList() {
  const { t } = useTranslation();
  const format = useFormat();
  const sentence = useSentence();
  const kinds = useWords().settings.backups.kinds;
  const { data: backups, error, refetch } = useQuery(backupsQuery());
  const [asked, setAsked] = useState<Backup | null>(null);
  const restore = useMutation({
    mutationFn: (name: string) => api.backups.restore({ name }),
    onSuccess: () => toast({ tone: 'success', title: t('settings.backups.restoring') }),
    onError: (failure) => toast({ tone: 'failure', title: t('settings.backups.failed'), body: sentence(failure) }),
    onSettled: () => setAsked(null),
  });

  if (error) return <LoadFailed compact error={error} onRetry={() => void refetch()} />;
  if (!backups) return <SkeletonRows label={t('common.loading')} />;
  if (backups.length === 0) {
    return (
      <Empty
        compact
        icon={<Archive size={18} />}
        title={t('settings.backups.empty')}
        text={t('settings.backups.emptyText')}
      />
    );
  }
  return (
    <>
      <ul aria-label={t('settings.backups.title')} className="divide-y divide-line rounded-card border border-line">
        {backups.map((backup) => (
          <li key={backup.name} className="flex items-center gap-4 px-3 py-2">
            <div className="min-w-0 flex-1">
              <p className="font-medium">{format.dateTime(backup.createdAt)}</p>
              <p className="text-12 text-soft">
                {kinds[backup.kind]} · {format.size(backup.bytes)}
              </p>
              <p className="truncate font-mono text-12 text-faint" title={backup.path}>
                {backup.path}
              </p>
            </div>
            <Button
              size="small"
              onClick={() => setAsked(backup)}
              aria-label={`${t('settings.backups.restore')} ${format.dateTime(backup.createdAt)}`}
            >
              {t('settings.backups.restore')}
            </Button>
          </li>
        ))}
      </ul>
      <Confirm
        open={asked !== null}
        onClose={() => setAsked(null)}
        danger
        busy={restore.isPending}
        title={t('settings.backups.askTitle', { at: asked ? format.dateTime(asked.createdAt) : '' })}
        text={t('settings.backups.askText')}
        confirm={t('settings.backups.restore')}
        onConfirm={() => asked && restore.mutate(asked.name)}
      />
    </>
  );
}
