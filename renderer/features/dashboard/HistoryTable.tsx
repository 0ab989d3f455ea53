import { useTranslation } from 'react-i18next';
import type { DayCounts } from '../../../backend/contract/monitoring.ts';
import { useFormat } from '../../format/useFormat.ts';

/** The chart's figures for those who cannot see it. */
export function HistoryTable({ days }: { days: readonly DayCounts[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <table className="sr-only">
      <caption>{t('dashboard.chart.table')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('dashboard.chart.day')}</th>
          <th scope="col">{t('dashboard.chart.message1')}</th>
          <th scope="col">{t('dashboard.chart.message2')}</th>
          <th scope="col">{t('dashboard.chart.other')}</th>
          <th scope="col">{t('dashboard.chart.errors')}</th>
        </tr>
      </thead>
      <tbody>
        {days.map((day) => (
          <tr key={day.date}>
            <th scope="row">{format.longDay(day.date)}</th>
            <td>{format.number(day.message1)}</td>
            <td>{format.number(day.message2)}</td>
            <td>{format.number(day.other)}</td>
            <td>{format.number(day.errors)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
