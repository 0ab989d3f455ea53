import { CircleCheck } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Attempt } from '../../../backend/contract/attempts.ts';
import { attemptsQuery } from '../../api/queries.ts';
import { useKeysetList } from '../../api/useKeysetList.ts';
import { Button, ButtonLink } from '../../components/Button.tsx';
import { Card } from '../../components/Card.tsx';
import { Confirm } from '../../components/Dialog.tsx';
import { ListBody } from '../../components/ListBody.tsx';
import { Empty } from '../../components/Notices.tsx';
import { href } from '../../state/router.ts';
import { useAttemptActions } from '../attempts/useAttemptActions.ts';
import { DoubtfulAttempt, type Decision } from './DoubtfulAttempt.tsx';
import { Failures } from './Failures.tsx';

/** Messages of which nobody knows whether they left: the operator's word settles it (SND-6, SND-8). */
export function ResolvePage() {
  const { t } = useTranslation();
  const list = useKeysetList(attemptsQuery({ state: 'unknown' }));
  const [asked, setAsked] = useState<Decision | null>(null);
  const { resolve } = useAttemptActions();
  const parked = list.rows.filter((attempt) => attempt.parkedAt !== null);
  const checking = list.rows.filter((attempt) => attempt.parkedAt === null);
  const sent = asked?.outcome === 'sent';
  return (
    <div className="mx-auto flex min-h-full max-w-4xl flex-col px-6 pt-5 pb-10">
      <h1 className="text-20 font-semibold tracking-tight">{t('resolve.title')}</h1>
      <p className="mt-1 mb-5 max-w-2xl text-soft">{t('resolve.intro')}</p>
      <ListBody
        list={list}
        empty={
          <div className="card flex flex-col">
            <Empty icon={<CircleCheck size={18} />} title={t('resolve.empty')} text={t('resolve.emptyText')}>
              <ButtonLink href={href(['attempts'])}>{t('resolve.showAttempts')}</ButtonLink>
            </Empty>
          </div>
        }
      >
        <div className="flex flex-col gap-6">
          <Group title={t('resolve.parked')} hint={t('resolve.parkedHint')} attempts={parked} onDecide={setAsked} />
          <Group
            title={t('resolve.checking')}
            hint={t('resolve.checkingHint')}
            attempts={checking}
            onDecide={setAsked}
          />
        </div>
      </ListBody>
      {list.loadMore && (
        <Button className="mt-4 self-center" onClick={list.loadMore} disabled={list.loadingMore}>
          {t('common.more')}
        </Button>
      )}
      <Failures />
      <Confirm
        open={asked !== null}
        onClose={() => setAsked(null)}
        busy={resolve.isPending}
        title={sent ? t('resolve.sentTitle') : t('resolve.notSentTitle')}
        text={sent ? t('resolve.sentText') : t('resolve.notSentText')}
        confirm={sent ? t('resolve.sent') : t('resolve.notSent')}
        onConfirm={() =>
          asked && resolve.mutate({ id: asked.attempt.id, outcome: asked.outcome }, { onSettled: () => setAsked(null) })
        }
      />
    </div>
  );
}

type GroupProps = { title: string; hint: string; attempts: readonly Attempt[]; onDecide: (decision: Decision) => void };

function Group({ title, hint, attempts, onDecide }: GroupProps) {
  if (attempts.length === 0) return null;
  return (
    <Card title={title} bodyClassName="">
      <p className="-mt-2 px-4 pb-3 text-soft">{hint}</p>
      <ul className="divide-y divide-line border-t border-line">
        {attempts.map((attempt) => (
          <DoubtfulAttempt key={attempt.id} attempt={attempt} onDecide={onDecide} />
        ))}
      </ul>
    </Card>
  );
}
