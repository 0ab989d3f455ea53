import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { PAGE_SIZE, type KeysetQuery } from './queries.ts';

export type KeysetList<Item> = {
  rows: Item[];
  waiting: boolean;
  error: Error | null;
  retry: () => void;
  /** Absent when the last page is there. */
  loadMore: (() => void) | undefined;
  loadingMore: boolean;
};

/**
 * The pages of a list as one array of rows, and the way to the next page. A search through many rows gives short and
 * empty pages that go on: until the first row is there, the next page is asked for.
 */
export function useKeysetList<Item>({ queryKey, ask }: KeysetQuery<Item>): KeysetList<Item> {
  const { data, isPending, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage, isFetchNextPageError } =
    useInfiniteQuery({
      queryKey,
      queryFn: ({ pageParam, signal }) => ask({ cursor: pageParam, limit: PAGE_SIZE }, { signal }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
    });
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  const loadMore = useMemo(
    () => (hasNextPage && !isFetchNextPageError ? () => void fetchNextPage() : undefined),
    [hasNextPage, isFetchNextPageError, fetchNextPage],
  );
  const searching = rows.length === 0 && loadMore !== undefined;
  useEffect(() => {
    if (searching && !isFetchingNextPage) loadMore();
  }, [searching, isFetchingNextPage, loadMore]);
  return {
    rows,
    waiting: isPending || searching,
    error: data ? null : error,
    retry: () => void refetch(),
    loadMore,
    loadingMore: isFetchingNextPage,
  };
}
