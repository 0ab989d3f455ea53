import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { keys } from '../../api/queries.ts';
import { useSentence } from '../../components/LoadFailed.tsx';
import { toast } from '../../state/toasts.ts';

type Resolution = { id: string; outcome: 'sent' | 'not_sent' };

/** Retries, cancels and resolves attempts, and says how it went. */
export function useAttemptActions() {
  const { t } = useTranslation();
  const sentence = useSentence();
  const queryClient = useQueryClient();
  const options = (done: string, failed: string) => ({
    onSuccess: () => toast({ tone: 'success', title: done }),
    onError: (error: Error) => toast({ tone: 'failure', title: failed, body: sentence(error) }),
    onSettled: () => {
      void queryClient.invalidateQueries({ queryKey: keys.attempt });
      return queryClient.invalidateQueries({ queryKey: keys.attempts });
    },
  });
  const retry = useMutation({
    mutationFn: (id: string) => api.attempts.retry({ id }),
    ...options(t('attempts.action.retried'), t('attempts.action.failed')),
  });
  const cancel = useMutation({
    mutationFn: (id: string) => api.attempts.cancel({ id }),
    ...options(t('attempts.action.cancelled'), t('attempts.action.failed')),
  });
  const resolve = useMutation({
    mutationFn: (resolution: Resolution) => api.attempts.resolve(resolution),
    ...options(t('resolve.done'), t('resolve.failed')),
  });
  return { retry, cancel, resolve };
}
