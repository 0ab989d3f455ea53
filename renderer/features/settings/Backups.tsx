import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { keys } from '../../api/queries.ts';
import { Button } from '../../components/Button.tsx';
import { useSentence } from '../../components/LoadFailed.tsx';
import { toast } from '../../state/toasts.ts';
import { BackupList } from './BackupList.tsx';

/** Backups made by the daily job or now, and the way back (REL-6). */
export function Backups() {
  const { t } = useTranslation();
  const sentence = useSentence();
  const queryClient = useQueryClient();
  const create = useMutation({
    mutationFn: () => api.backups.create(),
    onSuccess: () => toast({ tone: 'success', title: t('settings.backups.made') }),
    onError: (error) => toast({ tone: 'failure', title: t('settings.backups.notMade'), body: sentence(error) }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.backups }),
  });
  return (
    <>
      <div className="mt-0.5 mb-3 flex items-start justify-between gap-4">
        <p className="text-soft">{t('settings.backups.text')}</p>
        <Button size="small" disabled={create.isPending} onClick={() => create.mutate()}>
          {create.isPending ? t('settings.backups.making') : t('settings.backups.make')}
        </Button>
      </div>
      <BackupList />
    </>
  );
}
