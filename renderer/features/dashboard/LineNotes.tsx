import { useQuery } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { MonitoringStats } from '../../../backend/contract/monitoring.ts';
import { settingsQuery } from '../../api/queries.ts';
import { ButtonLink } from '../../components/Button.tsx';
import { LineHolds } from '../../components/LineHolds.tsx';
import { href } from '../../state/router.ts';
import { AttentionCard } from './AttentionCard.tsx';

/** Lines that hold themselves back or lack their keys, so that nobody wonders why nothing leaves (SND-12, SND-13). */
export function LineNotes({ stats }: { stats: MonitoringStats }) {
  const held = stats.lines.filter(({ quietUntil, warmup }) => quietUntil !== null || warmup !== null);
  return (
    <>
      <MissingKeys />
      {held.length > 0 && (
        <ul className="flex flex-col gap-1.5">
          {held.map((standing) => (
            <li key={standing.id} className="card flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 text-13">
              <span className="font-medium">{standing.label}</span>
              <LineHolds standing={standing} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** After a restore without keys: what waits on these lines leaves once they are given again. */
function MissingKeys() {
  const { t } = useTranslation();
  const { data: settings } = useQuery(settingsQuery());
  const lines = settings?.lines.filter(({ use }) => use === 'keys_missing') ?? [];
  if (lines.length === 0) return null;
  return (
    <AttentionCard
      icon={KeyRound}
      testId="keys-notice"
      action={
        <ButtonLink size="small" href={href(['settings', 'lines'])}>
          {t('settings.lines.enterKeys')}
        </ButtonLink>
      }
    >
      {t('dashboard.keysMissing', { count: lines.length, lines: lines.map(({ label }) => label).join(', ') })}
    </AttentionCard>
  );
}
