import { useTranslation } from 'react-i18next';
import type { MonitoringStats } from '../../../backend/contract/monitoring.ts';
import { Card } from '../../components/Card.tsx';
import { Bar } from '../../components/Funnel.tsx';
import { shareOf } from '../../format/format.ts';
import { useFormat } from '../../format/useFormat.ts';

const NEAR_CAP = 0.9;

/** When the quota will be used up (MON-10), and how much of the 24-hour cap is (MON-3). */
export function ForecastCard({ stats }: { stats: MonitoringStats }) {
  const { t } = useTranslation();
  const format = useFormat();
  const share = shareOf(stats.rolling.sent, stats.rolling.limit);
  return (
    <Card title={t('dashboard.forecast.title')}>
      <Forecast stats={stats} />
      <div className="mt-auto pt-3 text-12 text-soft">
        <p className="flex items-baseline justify-between gap-2">
          {t('dashboard.forecast.rolling')}
          <span className="text-13 font-medium text-ink">{t('dashboard.forecast.rollingOf', stats.rolling)}</span>
        </p>
        <Bar share={share} tone={share > NEAR_CAP ? 'bg-danger' : 'bg-accent'} />
      </div>
      <span className="sr-only">{format.percent(share)}</span>
    </Card>
  );
}

function Forecast({ stats }: { stats: MonitoringStats }) {
  const { t } = useTranslation();
  const format = useFormat();
  const at = stats.forecast.exhaustedAt;
  if (!stats.canSend) {
    return (
      <>
        <p className="text-20 font-semibold tracking-tight">
          {stats.blockedReason === 'rolling_limit_reached'
            ? t('dashboard.forecast.capReached')
            : stats.blockedReason === 'shared_counters_unavailable'
              ? t('dashboard.forecast.unsure')
              : t('dashboard.forecast.reached')}
        </p>
        <p className="mt-1 text-soft">{t('dashboard.forecast.reachedText')}</p>
      </>
    );
  }
  if (at === null) {
    return (
      <>
        <p className="text-20 font-semibold tracking-tight">{t('dashboard.forecast.never')}</p>
        <p className="mt-1 text-soft">{t('dashboard.forecast.neverText')}</p>
      </>
    );
  }
  return (
    <>
      <p className="flex items-baseline gap-2">
        <span className="text-15 text-soft">{t('dashboard.forecast.at')}</span>
        <time dateTime={at} title={format.exact(at)} className="text-32 font-semibold tracking-tight">
          {format.time(at)}
        </time>
      </p>
      <p className="mt-1 text-soft">{t('dashboard.forecast.atText')}</p>
    </>
  );
}
