import type { QueryClient } from '@tanstack/react-query';
import type { LiveEvent } from '../../backend/contract/liveEvents.ts';
import type { DayCounts, MessageError, MonitoringStats } from '../../backend/contract/monitoring.ts';
import { withAttemptState, withError, withToday, type AttemptPages } from './cacheChanges.ts';
import { keys } from './queries.ts';
import { createRefreshes } from './refreshes.ts';

/** Brings cached lists up to date with what the backend tells. */
export function createLiveSync(queryClient: QueryClient): (event: LiveEvent) => void {
  const refreshSoon = createRefreshes(queryClient);
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
      case 'import':
        queryClient.setQueryData([...keys.imports, event.import.id], event.import);
        refreshSoon(keys.importList);
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
