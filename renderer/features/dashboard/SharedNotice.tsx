import { Unplug, Users } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { MonitoringStats } from '../../../backend/contract/monitoring.ts';
import { ButtonLink } from '../../components/Button.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { href } from '../../state/router.ts';
import { AttentionCard } from './AttentionCard.tsx';

/** The other machines of the account: what all have sent, or that nobody knows and what may leave all the same (SYN-5). */
export function SharedNotice({ stats }: { stats: MonitoringStats }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { shared } = stats;
  if (shared === null) return null;
  const { state, lostSince, canStillSend, sent, limit, machines, awaited } = shared;
  const left = canStillSend === 0 ? t('shared.nothingLeft') : t('shared.left', { count: canStillSend });
  if (state === 'connected') {
    if (machines === 1) return null;
    return (
      <p className="flex items-center gap-2 px-1 text-13 text-soft" data-testid="shared-total">
        <Users size={14} className="shrink-0" aria-hidden="true" />
        {t('shared.total', { sent: format.number(sent), limit: format.number(limit), count: machines })}
      </p>
    );
  }
  const isLost = state === 'lost' && lostSince !== null;
  if (!isLost && awaited.length === 0) return null;
  return (
    <AttentionCard
      icon={Unplug}
      testId="shared-notice"
      action={
        <ButtonLink size="small" href={href(['settings', 'shared'])}>
          {t('shared.more')}
        </ButtonLink>
      }
    >
      {isLost
        ? t('shared.lost', { since: format.dateTime(lostSince) })
        : t('shared.waiting', { count: awaited.length, names: awaited.join(', ') })}{' '}
      {left}
    </AttentionCard>
  );
}
