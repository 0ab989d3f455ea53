import { useQuery } from '@tanstack/react-query';
import { ArrowRight, CircleCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { MessageError } from '../../../backend/contract/monitoring.ts';
import { errorsQuery } from '../../api/queries.ts';
import { Card } from '../../components/Card.tsx';
import { LoadFailed } from '../../components/LoadFailed.tsx';
import { Empty, SkeletonRows } from '../../components/Notices.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { href } from '../../state/router.ts';

/** The last ten errors: when, which, what it means, who, and the way to the attempt. */
export function LastErrors() {
  const { t } = useTranslation();
  const { data: errors, error, refetch } = useQuery(errorsQuery());
  return (
    <Card
      title={t('dashboard.errors.title')}
      className="h-[344px]"
      bodyClassName="overflow-auto"
      action={
        errors && errors.length > 0 ? (
          <a
            href={href(['attempts'], { state: 'failed_final' })}
            className="text-12 font-medium text-accent hover:underline"
          >
            {t('dashboard.errors.all')}
          </a>
        ) : undefined
      }
    >
      {error ? (
        <LoadFailed error={error} onRetry={() => void refetch()} compact />
      ) : errors?.length === 0 ? (
        <Empty
          icon={<CircleCheck size={18} />}
          title={t('dashboard.errors.empty')}
          text={t('dashboard.errors.emptyText')}
          compact
        />
      ) : errors ? (
        <ol className="divide-y divide-line border-t border-line" data-testid="last-errors">
          {errors.map((item) => (
            <ErrorLine key={item.id} item={item} />
          ))}
        </ol>
      ) : (
        <SkeletonRows label={t('common.loading')} rows={6} />
      )}
    </Card>
  );
}

function ErrorLine({ item }: { item: MessageError }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li className="group relative px-4 py-2 hover:bg-hover">
      <p className="flex items-center gap-2 text-12 text-soft">
        <time dateTime={item.occurredAt} title={format.exact(item.occurredAt)}>
          {format.dateTime(item.occurredAt)}
        </time>
        <code className="truncate rounded bg-fill px-1 font-mono text-soft">{item.code}</code>
        <span className="ml-auto whitespace-nowrap">{item.phoneMasked}</span>
        <a
          href={href(['attempts', item.attemptId])}
          aria-label={t('dashboard.errors.open')}
          title={t('dashboard.errors.open')}
          className="-mr-1 rounded p-0.5 text-faint group-hover:text-accent after:absolute after:inset-0"
        >
          <ArrowRight size={14} aria-hidden="true" />
        </a>
      </p>
      <p className="mt-0.5 text-13 text-ink">{item.message}</p>
    </li>
  );
}
