import { useTranslation } from 'react-i18next';
import type { MonitoringStats } from '../../../backend/contract/monitoring.ts';
import { Card } from '../../components/Card.tsx';
import { Gauge } from '../../components/Gauge.tsx';
import { LevelBadge } from '../../components/LevelBadge.tsx';
import { LevelShape } from '../../components/LevelShape.tsx';
import { Strip } from '../../components/Notices.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { useWords } from '../../locales/i18n.ts';
import { nextUtcMidnight, thresholdsOf } from './quotaMarks.ts';

/** The day's messages against the limit (UI-2). */
export function GaugeCard({ stats }: { stats: MonitoringStats }) {
  const { t } = useTranslation();
  const words = useWords();
  const format = useFormat();
  const word = words.level[stats.alertLevel];
  const marked = (['attention', 'danger'] as const).map((level) => {
    const value = thresholdsOf(stats.limit)[level];
    return { level, value, label: t('dashboard.gauge.threshold', { level: words.level[level], value: value + 1 }) };
  });
  return (
    <Card
      title={t('dashboard.gauge.title')}
      action={<LevelBadge standing={stats.alertLevel} word={word} />}
      bodyClassName="items-center justify-center gap-x-8 px-4 pb-4 vast:flex-row"
    >
      <div className="w-full max-w-[308px]">
        <Gauge
          sent={stats.sent}
          limit={stats.limit}
          level={stats.alertLevel}
          thresholds={marked}
          label={t('dashboard.gauge.label', { sent: stats.sent, limit: stats.limit, level: word })}
          figure={format.number(stats.sent)}
          caption={t('dashboard.gauge.of', { limit: stats.limit })}
        />
      </div>
      <div className="mt-1 max-w-72 text-center vast:mt-0 vast:text-left">
        {stats.canSend ? (
          <>
            <p className="font-medium vast:text-15">
              {t('dashboard.gauge.left', { count: Math.max(0, stats.limit - stats.sent) })}
            </p>
            <p className="text-12 text-soft vast:mt-0.5">
              {format.zone
                ? t('dashboard.gauge.reset', { time: format.time(nextUtcMidnight(stats.date)) })
                : t('dashboard.gauge.resetUtc')}
            </p>
          </>
        ) : (
          <Strip tone={stats.alertLevel === 'blocked' ? 'blocked' : 'danger'}>{stats.blockedMessage}</Strip>
        )}
        <ul className="mt-4 flex-col gap-1.5 text-13 text-soft max-vast:hidden vast:flex">
          {marked.map(({ level, label }) => (
            <li key={level} className="flex items-center gap-2">
              <LevelShape standing={level} />
              {label}
            </li>
          ))}
        </ul>
      </div>
    </Card>
  );
}
