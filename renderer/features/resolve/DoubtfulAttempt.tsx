import { useTranslation } from 'react-i18next';
import type { Attempt } from '../../../backend/contract/attempts.ts';
import { Button } from '../../components/Button.tsx';
import { readablePhone } from '../../format/format.ts';
import { useFormat } from '../../format/useFormat.ts';
import { useWords } from '../../locales/i18n.ts';
import { href } from '../../state/router.ts';

export type Decision = { attempt: Attempt; outcome: 'sent' | 'not_sent' };

/** One message in doubt: what happened, what it means, and the two answers. */
export function DoubtfulAttempt({ attempt, onDecide }: { attempt: Attempt; onDecide: (decision: Decision) => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const format = useFormat();
  const stillAsking = attempt.parkedAt === null;
  const undecided = attempt.errorCode === 'outcome_unknown';
  return (
    <li className="px-4 py-4" data-testid="doubtful">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-80">
          <p className="font-medium">
            <a href={href(['attempts', attempt.id])} className="hover:underline">
              {t('resolve.to', { phone: readablePhone(attempt.to) })}
            </a>
            <span className="ml-2 font-normal text-soft">{words.attempts.type[attempt.type]}</span>
          </p>
          <p className="mt-1">
            {t('resolve.why', { at: format.dateTime(attempt.createdAt) })}{' '}
            {stillAsking || !undecided ? (attempt.errorMessage ?? t('resolve.unconfirmed')) : t('resolve.askedInVain')}
          </p>
          <p className="mt-1 text-12 text-soft">
            {t('resolve.slot')} {attempt.type === 'message_1' && t('resolve.blocks')}
          </p>
        </div>
        <div className="flex shrink-0 gap-2">
          <Button onClick={() => onDecide({ attempt, outcome: 'sent' })}>{t('resolve.sent')}</Button>
          <Button onClick={() => onDecide({ attempt, outcome: 'not_sent' })}>{t('resolve.notSent')}</Button>
        </div>
      </div>
    </li>
  );
}
