import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { KeysetList } from '../api/useKeysetList.ts';
import { LoadFailed } from './LoadFailed.tsx';
import { SkeletonRows } from './Notices.tsx';

type ListBodyProps<Item> = { list: KeysetList<Item>; empty: ReactNode; children: ReactNode };

/** The four states of a list: loading, failed, empty, there. */
export function ListBody<Item>({ list, empty, children }: ListBodyProps<Item>) {
  const { t } = useTranslation();
  if (list.waiting) return <SkeletonRows label={t('common.loading')} />;
  if (list.error) return <LoadFailed error={list.error} onRetry={list.retry} />;
  return list.rows.length === 0 ? empty : children;
}
