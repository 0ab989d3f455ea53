import type { InfiniteData } from '@tanstack/react-query';
import type { Attempt } from '../../backend/contract/attempts.ts';
import type { Page } from '../../backend/contract/common.ts';
import type { DayCounts, MessageError, MonitoringStats } from '../../backend/contract/monitoring.ts';

/** Errors on the dashboard (MON-7). */
export const ERRORS_SHOWN = 10;

/** Newest first, each error once, no more than are shown. */
export function withError(errors: readonly MessageError[], error: MessageError): MessageError[] {
  return [error, ...errors.filter(({ id }) => id !== error.id)].slice(0, ERRORS_SHOWN);
}

/** Today's row follows the live counters; null when the history ends on another day and has to be asked for again. */
export function withToday(history: readonly DayCounts[], stats: MonitoringStats): DayCounts[] | null {
  if (history.at(-1)?.date !== stats.date) return null;
  const { date, sent, message1, message2, other, errors } = stats;
  return [...history.slice(0, -1), { date, sent, message1, message2, other, errors }];
}

export type AttemptPages = InfiniteData<Page<Attempt>>;

/** The same pages with the attempt's new state; the same object when it is not on them. */
export function withAttemptState(data: AttemptPages, id: string, state: Attempt['state']): AttemptPages {
  const touched = (attempt: Attempt): boolean => attempt.id === id && attempt.state !== state;
  if (!data.pages.some(({ items }) => items.some(touched))) return data;
  const pages = data.pages.map((page) => ({
    ...page,
    items: page.items.map((attempt) => (touched(attempt) ? { ...attempt, state } : attempt)),
  }));
  return { ...data, pages };
}
