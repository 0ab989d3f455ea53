import { useQuery } from '@tanstack/react-query';
import { ChartColumn } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { historyQuery } from '../../api/queries.ts';
import { Card } from '../../components/Card.tsx';
import { LoadFailed } from '../../components/LoadFailed.tsx';
import { Empty, Skeleton } from '../../components/Notices.tsx';
import { useLive } from '../../state/live.ts';
import { HistoryTable } from './HistoryTable.tsx';

const DAYS = 7;
// Started with this module, awaited where it is drawn: the chart is there sooner than behind a lazy request.
const chartModule = import('./HistoryChart.tsx');
const HistoryChart = lazy(() => chartModule.then((module) => ({ default: module.HistoryChart })));

/** The last seven UTC days: a chart for the eyes, a table for screen readers. */
export function HistoryCard() {
  const { t } = useTranslation();
  const { data: days, error, refetch } = useQuery(historyQuery(DAYS));
  const limit = useLive((live) => live.stats?.limit);
  const nothing = days?.every((day) => day.sent === 0 && day.errors === 0) ?? false;
  return (
    <Card
      title={t('dashboard.chart.title')}
      action={<span className="text-12 text-faint">{t('dashboard.chart.days')}</span>}
      className="h-[344px]"
    >
      {error ? (
        <LoadFailed error={error} onRetry={() => void refetch()} compact />
      ) : nothing ? (
        <Empty icon={<ChartColumn size={18} />} title={t('dashboard.chart.empty')} compact />
      ) : days ? (
        <>
          <Suspense fallback={<Skeleton className="flex-1" />}>
            <HistoryChart days={days} limit={limit} />
          </Suspense>
          <HistoryTable days={days} />
        </>
      ) : (
        <Skeleton className="flex-1" />
      )}
    </Card>
  );
}
