import { useTranslation } from 'react-i18next';
import { Bar, BarChart, CartesianGrid, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { DayCounts } from '../../../backend/contract/monitoring.ts';
import { useFormat } from '../../format/useFormat.ts';
import { chartTicks } from './chartTicks.ts';

/** The limit's line has its words above it. */
const LIMIT_ROOM = 1.1;

type Series = { key: 'message1' | 'message2' | 'other' | 'errors'; label: string; color: string };

/** Messages per day as stacked bars, errors beside them, and the limit as a line. */
export function HistoryChart({ days, limit }: { days: readonly DayCounts[]; limit: number | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const series: Series[] = [
    { key: 'message1', label: t('dashboard.chart.message1'), color: 'var(--accent)' },
    { key: 'message2', label: t('dashboard.chart.message2'), color: 'var(--second)' },
    { key: 'other', label: t('dashboard.chart.other'), color: 'var(--third)' },
    { key: 'errors', label: t('dashboard.chart.errors'), color: 'var(--danger)' },
  ];
  const highest = Math.max(...days.map((day) => Math.max(day.sent, day.errors)), (limit ?? 0) * LIMIT_ROOM);
  const ticks = chartTicks(highest);
  const tick = { fill: 'var(--soft)', fontSize: 12 };
  return (
    <div className="flex min-h-0 flex-1 flex-col" aria-hidden="true" data-testid="history-chart">
      <ul className="flex flex-wrap gap-x-4 gap-y-1 pb-3 text-12 text-soft">
        {series.map(({ key, label, color }) => (
          <li key={key} className="flex items-center gap-1.5">
            <span className="size-2.5 rounded-[3px]" style={{ background: color }} />
            {label}
          </li>
        ))}
      </ul>
      <div className="min-h-0 flex-1">
        <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 480, height: 230 }}>
          <BarChart
            data={[...days]}
            margin={{ top: 6, right: 4, bottom: 0, left: -18 }}
            barGap={3}
            accessibilityLayer={false}
          >
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="date"
              tickFormatter={format.shortDay}
              tick={tick}
              tickLine={false}
              axisLine={{ stroke: 'var(--line-strong)' }}
            />
            <YAxis
              allowDecimals={false}
              tickFormatter={format.number}
              tick={tick}
              tickLine={false}
              axisLine={false}
              ticks={ticks}
              domain={[0, ticks.at(-1) ?? 0]}
            />
            <Tooltip cursor={{ fill: 'var(--hover)' }} isAnimationActive={false} content={<Hint series={series} />} />
            {limit !== undefined && (
              <ReferenceLine
                y={limit}
                stroke="var(--edge)"
                strokeDasharray="4 4"
                label={{
                  value: t('dashboard.chart.limit', { limit }),
                  position: 'insideBottomRight',
                  fill: 'var(--soft)',
                  fontSize: 12,
                }}
              />
            )}
            {series.map(({ key, color }) => (
              <Bar
                key={key}
                dataKey={key}
                stackId={key === 'errors' ? 'errors' : 'sent'}
                fill={color}
                maxBarSize={key === 'errors' ? 8 : 32}
                isAnimationActive={false}
                stroke="var(--surface)"
                strokeWidth={1}
                radius={key === 'errors' ? 2 : 1}
              />
            ))}
          </BarChart>
        </ResponsiveContainer>
      </div>
    </div>
  );
}

type HintProps = { series: readonly Series[]; active?: boolean; payload?: readonly { payload?: DayCounts }[] };

function Hint({ series, active, payload }: HintProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const day = payload?.[0]?.payload;
  if (!active || !day) return null;
  return (
    <div className="rounded-card border border-line bg-raised px-3 py-2 text-12 shadow-over">
      <p className="mb-1 font-medium first-letter:uppercase">{format.longDay(day.date)}</p>
      {series.map(({ key, label, color }) => (
        <p key={key} className="flex items-center gap-2">
          <span className="size-2 rounded-[2px]" style={{ background: color }} />
          <span className="flex-1 pr-4 text-soft">{label}</span>
          <span className="font-medium">{format.number(day[key])}</span>
        </p>
      ))}
      <p className="mt-1 flex justify-between gap-4 border-t border-line pt-1 font-medium">
        <span>{t('dashboard.chart.total')}</span>
        {format.number(day.sent)}
      </p>
    </div>
  );
}
