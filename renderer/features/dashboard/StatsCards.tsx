import { useTranslation } from 'react-i18next';
import type { MonitoringStats } from '../../../backend/contract/monitoring.ts';
import { LevelShape } from '../../components/LevelShape.tsx';
import { useFormat } from '../../format/useFormat.ts';

/** The day's four figures. */
export function StatsCards({ stats }: { stats: MonitoringStats }) {
  const { t } = useTranslation();
  const format = useFormat();
  const errorRate = format.percent(stats.errorRate);
  const figures = [
    {
      id: 'message1',
      label: t('dashboard.stats.message1'),
      value: stats.message1,
      hint: t('dashboard.stats.message1Hint'),
    },
    {
      id: 'message2',
      label: t('dashboard.stats.message2'),
      value: stats.message2,
      hint: t('dashboard.stats.message2Hint', { rate: format.percent(stats.interactionRate) }),
    },
    { id: 'other', label: t('dashboard.stats.other'), value: stats.other, hint: t('dashboard.stats.otherHint') },
    {
      id: 'errors',
      label: t('dashboard.stats.errors'),
      value: stats.errors,
      hint: stats.errorAlert
        ? t('dashboard.stats.errorsAlert', { rate: errorRate })
        : t('dashboard.stats.errorsHint', { rate: errorRate }),
      alert: stats.errorAlert,
    },
  ];
  return (
    <ul aria-label={t('dashboard.stats.label')} className="col-span-2 grid grid-cols-2 gap-4 vast:grid-cols-4">
      {figures.map(({ id, label, value, hint, alert }) => (
        <li key={id} className="card px-4 py-3" data-testid={`stat-${id}`}>
          <p className="truncate text-13 text-soft">{label}</p>
          <p className="mt-0.5 text-20 font-semibold tracking-tight">{format.number(value)}</p>
          <p className={`flex items-center gap-1.5 text-12 ${alert ? 'font-medium text-danger' : 'text-soft'}`}>
            {alert && <LevelShape standing="danger" size={10} />}
            {hint}
          </p>
        </li>
      ))}
    </ul>
  );
}
