import { useTranslation } from 'react-i18next';
import { Skeleton } from '../../components/Notices.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { useLive } from '../../state/live.ts';
import { CapacityCard } from './CapacityCard.tsx';
import { ClockNotice } from './ClockNotice.tsx';
import { FirstSteps } from './FirstSteps.tsx';
import { ForecastCard } from './ForecastCard.tsx';
import { GaugeCard } from './GaugeCard.tsx';
import { HistoryCard } from './HistoryCard.tsx';
import { LastErrors } from './LastErrors.tsx';
import { LineNotes } from './LineNotes.tsx';
import { Pauses } from './Pauses.tsx';
import { RunningCampaigns } from './RunningCampaigns.tsx';
import { SharedNotice } from './SharedNotice.tsx';
import { StatsCards } from './StatsCards.tsx';

/** How close the line is to being blocked, at a glance; below, the week, the errors and the campaigns. */
export function DashboardPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const stats = useLive((live) => live.stats);
  return (
    <div className="mx-auto flex max-w-[1600px] flex-col gap-4 px-6 pt-5 pb-8">
      <div className="flex items-baseline justify-between gap-4">
        <h1 className="text-20 font-semibold tracking-tight">{t('dashboard.title')}</h1>
        {stats && <p className="text-soft first-letter:uppercase">{format.longDay(stats.date)}</p>}
      </div>
      {stats ? (
        <>
          <FirstSteps />
          <Pauses stats={stats} />
          <ClockNotice stats={stats} />
          <SharedNotice stats={stats} />
          <LineNotes stats={stats} />
          <div className="grid grid-cols-1 gap-4 mid:grid-cols-[minmax(300px,4fr)_minmax(0,7fr)]">
            <GaugeCard stats={stats} />
            <div className="grid grid-cols-2 gap-4">
              <CapacityCard stats={stats} />
              <ForecastCard stats={stats} />
              <StatsCards stats={stats} />
            </div>
          </div>
        </>
      ) : (
        <Waiting label={t('common.loading')} />
      )}
      <div className="grid grid-cols-1 gap-4 mid:grid-cols-2">
        <HistoryCard />
        <LastErrors />
      </div>
      <RunningCampaigns />
    </div>
  );
}

/** The first row's shape, until the first figures come. */
function Waiting({ label }: { label: string }) {
  return (
    <div
      role="status"
      aria-label={label}
      className="grid grid-cols-1 gap-4 mid:grid-cols-[minmax(300px,4fr)_minmax(0,7fr)]"
    >
      <div className="card flex h-[372px] items-center justify-center">
        <Skeleton className="size-60 rounded-full" />
      </div>
      <div className="grid grid-cols-2 gap-4">
        {Array.from({ length: 4 }, (_, index) => (
          <div key={index} className="card p-4">
            <Skeleton className="h-4 w-28" />
            <Skeleton className="mt-4 h-8 w-20" />
          </div>
        ))}
      </div>
    </div>
  );
}
