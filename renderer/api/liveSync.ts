import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { Attempt } from '../../backend/contract/attempts.ts';
import type { Page } from '../../backend/contract/common.ts';
import type { LiveEvent } from '../../backend/contract/liveEvents.ts';
import type { DayCounts, MessageError, MonitoringStats } from '../../backend/contract/monitoring.ts';
import { keys, ERRORS_SHOWN } from './queries.ts';

/** A list is asked for again at most this often, however fast things change. */
const REFRESH_MS = 1_000;

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

type AttemptPages = InfiniteData<Page<Attempt>>;

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

/** Brings cached lists up to date with what the backend tells. */
export function createLiveSync(queryClient: QueryClient): (event: LiveEvent) => void {
  const waiting = new Map<string, readonly string[]>();

  const refreshSoon = (key: readonly string[]): void => {
    const name = key.join('/');
    if (waiting.has(name)) return;
    waiting.set(name, key);
    setTimeout(() => {
      waiting.delete(name);
      void queryClient.invalidateQueries({ queryKey: key });
    }, REFRESH_MS);
  };

  let errorsKnown: string | null = null;

  const onStats = (stats: MonitoringStats): void => {
    // A count that moved means an error that may not have been told by itself.
    const errors = `${stats.date}/${stats.errors}`;
    if (errorsKnown !== null && errorsKnown !== errors) refreshSoon(keys.errors);
    errorsKnown = errors;
    for (const [key, history] of queryClient.getQueriesData<DayCounts[]>({ queryKey: keys.history })) {
      if (!history) continue;
      const next = withToday(history, stats);
      if (next) queryClient.setQueryData(key, next);
      else refreshSoon(keys.history);
    }
  };

  return (event) => {
    switch (event.type) {
      case 'stats':
        onStats(event.stats);
        return;
      case 'campaign':
        queryClient.setQueryData([...keys.campaign, event.campaign.id], event.campaign);
        refreshSoon(keys.campaigns);
        refreshSoon([...keys.recipients, event.campaign.id]);
        return;
      case 'campaign_removed':
        refreshSoon(keys.campaigns);
        return;
      case 'attempt':
        queryClient.setQueriesData<AttemptPages>({ queryKey: keys.attempts }, (data) =>
          data ? withAttemptState(data, event.id, event.state) : data,
        );
        refreshSoon(keys.attempts);
        refreshSoon([...keys.attempt, event.id]);
        return;
      case 'error':
        queryClient.setQueryData<MessageError[]>(keys.errors, (errors) => errors && withError(errors, event.error));
        return;
      case 'changed':
        refreshSoon(keys.changed[event.what]);
        return;
      case 'notice':
        return;
      default:
        return event satisfies never;
    }
  };
}
