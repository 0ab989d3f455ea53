import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { MonitoringStats, Pause } from '../../../backend/contract/monitoring.ts';
import { settingsQuery } from '../../api/queries.ts';
import { Button } from '../../components/Button.tsx';
import { LevelShape } from '../../components/LevelShape.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { useSending } from '../shell/useSending.ts';

/** Pauses of everything, of first messages and of lines: said before any figure. Campaigns say it themselves. */
export function Pauses({ stats }: { stats: MonitoringStats }) {
  const shown = stats.pauses.filter((pause) => pause.scope !== 'campaign');
  return shown.map((pause) => <PauseStrip key={`${pause.scope}/${pause.id}`} pause={pause} />);
}

function PauseStrip({ pause }: { pause: Pause }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { resume, busy } = useSending();
  const { data: settings } = useQuery(settingsQuery());
  const titles: Record<Pause['scope'], string> = {
    all: t('pause.pausedAll'),
    message_1: t('pause.pausedFirst'),
    line: t('pause.pausedLine', { line: settings?.lines.find(({ id }) => id === pause.id)?.label ?? pause.id }),
    campaign: t('pause.pausedCampaign', { name: pause.id }),
  };
  const target = pause.id === '' ? { scope: pause.scope } : { scope: pause.scope, id: pause.id };
  return (
    <div role="status" className="card flex items-center gap-3 bg-paused-tint px-4 py-2.5">
      <LevelShape standing="paused" />
      <p className="min-w-0 flex-1">
        <span className="font-semibold text-paused">{titles[pause.scope]}</span>
        <span className="ml-2 text-soft">
          {pause.until
            ? t('pause.until', { until: format.dateTime(pause.until) })
            : t('pause.since', { since: format.dateTime(pause.since) })}
          {pause.reason === 'taken_over' && ` ${t('pause.taken_over')}`}
          {pause.reason === 'restored' && ` ${t('pause.restored')}`}
        </span>
      </p>
      <Button size="small" disabled={busy} onClick={() => resume(target)}>
        {t('pause.resume')}
      </Button>
    </div>
  );
}
