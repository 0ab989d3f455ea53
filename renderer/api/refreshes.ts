import type { InfiniteData, Query, QueryClient } from '@tanstack/react-query';

/** A list is asked for again at most this often, however fast things change. */
const REFRESH_MS = 1_000;
/** A long list less often: every page that was scrolled through is asked for anew, one call each. */
const PAGES_PER_REFRESH = 10;

/** Gives a function that has the queries under a key asked for again soon. */
export function createRefreshes(queryClient: QueryClient): (key: readonly string[]) => void {
  const waiting = new Set<string>();
  const refreshedAt = new WeakMap<Query, number>();

  const rests = (query: Query, now: number): boolean => {
    const { pages } = (query.state.data ?? {}) as Partial<InfiniteData<unknown>>;
    const restMs = ((pages?.length ?? 0) / PAGES_PER_REFRESH) * REFRESH_MS;
    return query.isActive() && now - (refreshedAt.get(query) ?? -Infinity) < restMs;
  };

  const refresh = (key: readonly string[]): void => {
    const now = performance.now();
    const queries = queryClient.getQueryCache().findAll({ queryKey: key });
    const due = new Set(queries.filter((query) => !rests(query, now)));
    for (const query of due) refreshedAt.set(query, now);
    void queryClient.invalidateQueries({ queryKey: key, predicate: (query) => due.has(query) });
    if (due.size < queries.length) refreshSoon(key);
  };

  function refreshSoon(key: readonly string[]): void {
    const name = key.join('/');
    if (waiting.has(name)) return;
    waiting.add(name);
    setTimeout(() => {
      waiting.delete(name);
      refresh(key);
    }, REFRESH_MS);
  }
  return refreshSoon;
}
