import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { KeysetList } from '../../api/useKeysetList.ts';
import { Button } from '../../components/Button.tsx';

type ShortTableProps<Row> = {
  label: string;
  list: KeysetList<Row>;
  rowKey: (row: Row) => string;
  columns: readonly { header: string; cell: (row: Row) => ReactNode }[];
};

/** A small table inside a page, longer on demand. */
export function ShortTable<Row>({ label, list, rowKey, columns }: ShortTableProps<Row>) {
  const { t } = useTranslation();
  return (
    <div
      className="max-h-80 overflow-auto rounded-card border border-line"
      tabIndex={0}
      role="group"
      aria-label={label}
    >
      <table className="w-full border-separate border-spacing-0">
        <thead>
          <tr>
            {columns.map(({ header }, index) => (
              <th
                key={index}
                scope="col"
                className="sticky top-0 h-8 border-b border-line bg-surface px-3 text-left text-12 font-medium text-soft"
              >
                {header || <span className="sr-only">{t('common.details')}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {list.rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map(({ cell }, index) => (
                <td key={index} className="h-9 border-b border-line px-3 last:text-right">
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {list.loadMore && (
        <Button look="quiet" size="small" className="m-2" onClick={list.loadMore} disabled={list.loadingMore}>
          {t('common.more')}
        </Button>
      )}
    </div>
  );
}
