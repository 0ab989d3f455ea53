import { useTranslation } from 'react-i18next';
import type { TimelineEntry } from '../../../backend/contract/attempts.ts';
import { useFormat } from '../../format/useFormat.ts';
import { useWords } from '../../locales/i18n.ts';

const BAD = new Set(['refused_for_good', 'reported_failed', 'expired']);
const DOUBTFUL = new Set(['refused_will_retry', 'outcome_unknown', 'proved_absent', 'parked']);
const GOOD = new Set(['accepted', 'found_at_provider', 'reported_delivered', 'reported_read', 'resolved_sent']);

function dotOf(event: string): string {
  if (BAD.has(event)) return 'bg-danger';
  if (DOUBTFUL.has(event)) return 'bg-attention';
  return GOOD.has(event) ? 'bg-ok' : 'bg-edge';
}

/** What happened, oldest first. An event that this version does not know is shown by its own name. */
export function Timeline({ entries }: { entries: readonly TimelineEntry[] }) {
  const { t } = useTranslation();
  const words = useWords();
  const format = useFormat();
  const named = words.attempts.event as Record<string, string>;
  if (entries.length === 0) return <p className="text-soft">{t('attempts.detail.noTimeline')}</p>;
  return (
    <ol className="relative ml-1 border-l border-line pl-4" data-testid="timeline">
      {entries.map((entry, index) => (
        <li key={index} className="relative pb-3 last:pb-0">
          <span
            className={`absolute top-1.5 -left-[20.5px] size-2 rounded-full ring-3 ring-surface ${dotOf(entry.event)}`}
            aria-hidden="true"
          />
          <p className="flex items-baseline justify-between gap-3">
            <span className="font-medium">{named[entry.event] ?? entry.event}</span>
            <time dateTime={entry.at} title={format.exact(entry.at)} className="text-12 whitespace-nowrap text-soft">
              {format.dateTimeWithSeconds(entry.at)}
            </time>
          </p>
          {entry.detail && <p className="text-12 break-words text-soft">{readableDetail(entry.detail)}</p>}
        </li>
      ))}
    </ol>
  );
}

/** Values of an event, as `name: value`. */
export function readableDetail(detail: NonNullable<TimelineEntry['detail']>): string {
  return Object.entries(detail)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ');
}
