import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, CircleDashed, CirclePause, CloudOff, Hourglass, type LucideIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { SyncStatus } from '../../../backend/contract/sync.ts';
import { api } from '../../api/client.ts';
import { keys, syncQuery } from '../../api/queries.ts';
import { Button } from '../../components/Button.tsx';
import { LoadFailed, useSentence } from '../../components/LoadFailed.tsx';
import { SkeletonRows } from '../../components/Notices.tsx';
import { Facts } from '../../components/SidePanel.tsx';
import { StateMark, type Tone } from '../../components/StateMark.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { useWords } from '../../locales/i18n.ts';
import { toast } from '../../state/toasts.ts';
import { SetAsideRows } from './SetAsideRows.tsx';

const SIGNS: Record<SyncStatus['state'], { icon: LucideIcon; tone: Tone }> = {
  off: { icon: CloudOff, tone: 'faint' },
  never: { icon: CircleDashed, tone: 'faint' },
  up_to_date: { icon: CircleCheck, tone: 'ok' },
  waiting: { icon: Hourglass, tone: 'attention' },
  paused: { icon: CirclePause, tone: 'danger' },
};

/** How the copy in Supabase stands, in plain words, and what was set aside (SYN-2). */
export function Sync() {
  const { t } = useTranslation();
  const sentence = useSentence();
  const queryClient = useQueryClient();
  const { data: status, error, refetch } = useQuery(syncQuery());
  const keep = (fresh: SyncStatus): void => {
    queryClient.setQueryData(keys.sync, fresh);
  };
  const push = useMutation({
    mutationFn: () => api.sync.push(),
    onSuccess: (fresh) => {
      keep(fresh);
      if (fresh.problem === null) toast({ tone: 'success', title: t('settings.sync.pushed') });
      else toast({ tone: 'failure', title: t('settings.sync.notPushed'), body: fresh.message });
    },
    onError: (failure) => toast({ tone: 'failure', title: t('settings.sync.notPushed'), body: sentence(failure) }),
  });

  if (error) return <LoadFailed compact error={error} onRetry={() => void refetch()} />;
  if (!status) return <SkeletonRows label={t('common.loading')} />;
  return (
    <>
      <div className="mt-0.5 mb-3 flex items-start justify-between gap-4">
        <p className="text-soft">{t('settings.sync.text')}</p>
        {status.state !== 'off' && (
          <Button size="small" disabled={push.isPending} onClick={() => push.mutate()}>
            {push.isPending ? t('settings.sync.pushing') : t('settings.sync.push')}
          </Button>
        )}
      </div>
      <Standing status={status} />
      {status.setAsideCount > 0 && <SetAsideRows status={status} onTried={keep} />}
    </>
  );
}

function Standing({ status }: { status: SyncStatus }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords().settings.sync.states;
  const { state, message, lastPushAt, waiting, waitingSince, source } = status;
  return (
    <div role="status" className="rounded-card border border-line px-3 py-2">
      <p className="font-medium">
        <StateMark {...SIGNS[state]} word={words[state]} />
      </p>
      <p className="mt-1 text-soft">{message}</p>
      {state !== 'off' && (
        <div className="mt-2">
          <Facts
            facts={[
              [
                t('settings.sync.lastPush'),
                lastPushAt === null ? t('settings.sync.none') : format.dateTime(lastPushAt),
              ],
              [t('settings.sync.waiting'), format.number(waiting)],
              ...(waitingSince === null
                ? []
                : [[t('settings.sync.waitingSince'), format.dateTime(waitingSince)] as const]),
              [t('settings.sync.source'), <code className="font-mono text-12 break-all">{source}</code>],
            ]}
          />
        </div>
      )}
    </div>
  );
}
