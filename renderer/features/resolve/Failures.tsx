import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { RotateCw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { keys } from '../../api/queries.ts';
import { Button, ButtonLink } from '../../components/Button.tsx';
import { Confirm } from '../../components/Dialog.tsx';
import { useSentence } from '../../components/LoadFailed.tsx';
import { href } from '../../state/router.ts';
import { toast } from '../../state/toasts.ts';

/** Retries brought forward in one go (SND-8). */
const MOST_PER_RUN = 50;

/** Messages that failed: the way to them, and retries brought forward. */
export function Failures() {
  const { t } = useTranslation();
  const sentence = useSentence();
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState(false);
  const { data: dryRun } = useQuery({
    queryKey: keys.waitingRetries,
    queryFn: () => api.attempts.retryMany({ max: MOST_PER_RUN, dryRun: true }),
    enabled: asking,
    staleTime: 0,
  });
  const count = Math.min(dryRun?.candidates ?? 0, MOST_PER_RUN);
  const retry = useMutation({
    mutationFn: () => api.attempts.retryMany({ max: MOST_PER_RUN, dryRun: false }),
    onSuccess: ({ retried }) => toast({ tone: 'success', title: t('resolve.retryManyDone', { count: retried }) }),
    onError: (error) => toast({ tone: 'failure', title: t('attempts.action.failed'), body: sentence(error) }),
    onSettled: () => {
      setAsking(false);
      return queryClient.invalidateQueries({ queryKey: keys.attempts });
    },
  });
  return (
    <section className="mt-6 flex flex-wrap items-center justify-between gap-3 rounded-card border border-line px-4 py-3">
      <div className="min-w-0 flex-1 basis-72">
        <h2 className="font-medium">{t('resolve.finalTitle')}</h2>
        <p className="text-soft">{t('resolve.finalText')}</p>
      </div>
      <div className="flex gap-2">
        <ButtonLink look="quiet" href={href(['attempts'], { state: 'failed_final' })}>
          {t('resolve.finalLink')}
        </ButtonLink>
        <Button icon={<RotateCw size={14} />} onClick={() => setAsking(true)}>
          {t('resolve.retryMany')}
        </Button>
      </div>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        busy={retry.isPending || count === 0}
        title={t('resolve.retryManyTitle')}
        text={
          !dryRun
            ? t('common.loading')
            : count === 0
              ? t('resolve.retryManyNone')
              : t('resolve.retryManyText', { count })
        }
        confirm={t('resolve.retryManyConfirm')}
        onConfirm={() => retry.mutate()}
      />
    </section>
  );
}
