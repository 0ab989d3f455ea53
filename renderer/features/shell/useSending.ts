import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { MonitoringStats, Pause } from '../../../backend/contract/monitoring.ts';
import { api } from '../../api/client.ts';
import { useSentence } from '../../components/LoadFailed.tsx';
import { afterEvent, useLive } from '../../state/live.ts';
import { toast } from '../../state/toasts.ts';

type Target = { scope: Pause['scope']; id?: string };

/** Pausing and resuming: what the backend answers is shown at once, without waiting for the live event. */
export function useSending() {
  const { t } = useTranslation();
  const sentence = useSentence();
  const show = (stats: MonitoringStats): void =>
    useLive.setState((state) => afterEvent(state, { type: 'stats', stats }));
  const onError = (error: unknown): void => toast({ tone: 'failure', title: t('pause.failed'), body: sentence(error) });

  const pause = useMutation({
    mutationFn: (target: Target) => api.sending.pause(target),
    onSuccess: (stats, { scope }) => {
      show(stats);
      toast({ tone: 'success', title: scope === 'message_1' ? t('pause.doneFirst') : t('pause.done') });
    },
    onError,
  });
  const resume = useMutation({
    mutationFn: (target: Target) => api.sending.resume(target),
    onSuccess: (stats) => {
      show(stats);
      toast({ tone: 'success', title: t('pause.resumed') });
    },
    onError,
  });
  return { pause: pause.mutate, resume: resume.mutate, busy: pause.isPending || resume.isPending };
}
