import { useMutation } from '@tanstack/react-query';
import { ClockAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MonitoringStats } from '../../../backend/contract/monitoring.ts';
import { api } from '../../api/client.ts';
import { Button } from '../../components/Button.tsx';
import { Confirm } from '../../components/Dialog.tsx';
import { useSentence } from '../../components/LoadFailed.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { toast } from '../../state/toasts.ts';
import { AttentionCard } from './AttentionCard.tsx';

/** A clock that is wrong, or was: what that holds back, and the way out (MON-8, REL-4). */
export function ClockNotice({ stats }: { stats: MonitoringStats }) {
  const { t } = useTranslation();
  const format = useFormat();
  const sentence = useSentence();
  const [asked, setAsked] = useState(false);
  const reset = useMutation({
    mutationFn: () => api.clock.reset(),
    onSuccess: () => toast({ tone: 'success', title: t('clock.done') }),
    onError: (error) => toast({ tone: 'failure', title: t('clock.failed'), body: sentence(error) }),
    onSettled: () => setAsked(false),
  });
  const { heldUntil, offsetMinutes } = stats.clock;
  if (heldUntil === null && offsetMinutes === null) return null;
  return (
    <>
      <AttentionCard
        icon={ClockAlert}
        testId="clock-notice"
        action={
          heldUntil !== null && (
            <Button size="small" disabled={reset.isPending} onClick={() => setAsked(true)}>
              {t('clock.reset')}
            </Button>
          )
        }
      >
        {offsetMinutes !== null &&
          (offsetMinutes > 0
            ? t('clock.ahead', { count: offsetMinutes })
            : t('clock.behind', { count: -offsetMinutes }))}{' '}
        {heldUntil !== null && t('clock.held', { until: format.dateTime(heldUntil) })}
      </AttentionCard>
      <Confirm
        open={asked}
        onClose={() => setAsked(false)}
        onConfirm={() => reset.mutate()}
        busy={reset.isPending}
        title={t('clock.confirmTitle')}
        text={t('clock.confirmText')}
        confirm={t('clock.reset')}
      />
    </>
  );
}
