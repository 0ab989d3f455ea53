import { InfiniteQueryObserver, QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRefreshes } from './refreshes.ts';

let queryClient: QueryClient;
beforeEach(() => {
  vi.useFakeTimers();
  queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, gcTime: Infinity } } });
});
afterEach(() => {
  queryClient.clear();
  vi.useRealTimers();
});

/** A list on the screen, scrolled through so many pages; counts how often a page is asked for. */
function listOf(filter: string, pages: number): () => number {
  let calls = 0;
  const queryKey = ['attempts', { filter }];
  const numbers = Array.from({ length: pages }, (_, page) => page);
  queryClient.setQueryData(queryKey, { pages: numbers.map(() => ({ items: [] })), pageParams: numbers });
  const observer = new InfiniteQueryObserver(queryClient, {
    ...{ queryKey, initialPageParam: 0, getNextPageParam: (_page: unknown, all: unknown[]) => all.length },
    queryFn: () => {
      calls += 1;
      return { items: [] };
    },
  });
  observer.subscribe(() => {});
  return () => calls;
}

/** Something changes ten times a second. */
async function changesFor(seconds: number): Promise<void> {
  const refreshSoon = createRefreshes(queryClient);
  for (let tenth = 0; tenth < seconds * 10; tenth++) {
    refreshSoon(['attempts']);
    await vi.advanceTimersByTimeAsync(100);
  }
}

describe('a list on the screen while things change', () => {
  it('is asked for again every second, whole (UI-3)', async () => {
    const calls = listOf('all', 3);
    await changesFor(5);
    expect(calls()).toBe(5 * 3);
  });

  it('that was scrolled far takes no more calls for it, and holds up no other (UI-7, API-4)', async () => {
    const [long, short] = [listOf('all', 200), listOf('read', 1)];
    await changesFor(41);
    expect(long()).toBe(3 * 200);
    expect(short()).toBe(41);
  });

  it('is asked for a last time after the last change, however long it is (UI-3)', async () => {
    const calls = listOf('all', 200);
    await changesFor(3);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls()).toBe(2 * 200);
  });
});
