import { Ban, RotateCw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Attempt } from '../../../backend/contract/attempts.ts';
import { Button, ButtonLink } from '../../components/Button.tsx';
import { Confirm } from '../../components/Dialog.tsx';
import { href } from '../../state/router.ts';
import { useAttemptActions } from './useAttemptActions.ts';

/** What can be done with an attempt in its present state (SND-8). */
export function AttemptActions({ attempt }: { attempt: Attempt }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const { retry, cancel } = useAttemptActions();
  // What the provider once accepted is never sent a second time.
  const retryable = (attempt.state === 'failed_final' || attempt.state === 'failed_retry') && attempt.sentAt === null;
  const cancellable = attempt.state === 'pending' || attempt.state === 'failed_retry';
  if (!retryable && !cancellable && attempt.state !== 'unknown') return null;
  return (
    <div className="mt-4 flex flex-wrap gap-2">
      {retryable && (
        <Button
          size="small"
          icon={<RotateCw size={14} />}
          disabled={retry.isPending}
          onClick={() => retry.mutate(attempt.id)}
        >
          {t('attempts.action.retry')}
        </Button>
      )}
      {cancellable && (
        <Button size="small" look="danger" icon={<Ban size={14} />} onClick={() => setAsking(true)}>
          {t('attempts.action.cancel')}
        </Button>
      )}
      {attempt.state === 'unknown' && (
        <ButtonLink size="small" href={href(['resolve'])}>
          {t('nav.resolve')}
        </ButtonLink>
      )}
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        danger
        busy={cancel.isPending}
        title={t('attempts.action.cancelTitle')}
        text={t('attempts.action.cancelText')}
        confirm={t('attempts.action.cancel')}
        keep={t('attempts.action.keep')}
        onConfirm={() => cancel.mutate(attempt.id, { onSettled: () => setAsking(false) })}
      />
    </div>
  );
}
