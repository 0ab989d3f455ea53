import { TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { MonitoringStats } from '../../../backend/contract/monitoring.ts';
import { Card } from '../../components/Card.tsx';
import { Strip } from '../../components/Notices.tsx';
import { useFormat } from '../../format/useFormat.ts';

/** Contacts that can still be served today (MON-5), with a warning below 10. */
export function CapacityCard({ stats }: { stats: MonitoringStats }) {
  const { t } = useTranslation();
  const format = useFormat();
  const count = stats.remainingCapacity;
  const warning = count === 0 ? t('dashboard.capacity.none') : t('dashboard.capacity.warning', { count });
  return (
    <Card title={t('dashboard.capacity.title')}>
      <p className="flex items-baseline gap-2" data-testid="capacity">
        <span className="text-32 font-semibold tracking-tight">{format.number(count)}</span>
        <span className="text-15 text-soft">{t('dashboard.capacity.contacts', { count })}</span>
      </p>
      {stats.capacityWarning ? (
        <div className="mt-2" data-testid="capacity-warning">
          <Strip tone="attention" icon={<TriangleAlert size={14} />}>
            {warning}
          </Strip>
        </div>
      ) : (
        <p className="mt-1 text-13 text-soft">{t('dashboard.capacity.text')}</p>
      )}
      {stats.heldForReplies > 0 && (
        <p className="mt-1 text-12 text-soft" title={t('dashboard.capacity.heldHint')} data-testid="held-for-replies">
          {t('dashboard.capacity.held', { count: stats.heldForReplies })}
        </p>
      )}
      <p className="mt-auto flex items-baseline justify-between gap-2 pt-3 text-12 text-soft">
        {t('dashboard.capacity.rate')}
        <span className="text-13 font-medium text-ink">{format.percent(stats.interactionRate)}</span>
      </p>
    </Card>
  );
}
