import { useEffect, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ROW_HEIGHT, useRowWindow } from './useRowWindow.ts';

export type Column<Row> = {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** CSS width of the column; without one it shares what is left. */
  width?: string;
  align?: 'right';
  /** Left out on screens that are not at least so wide. */
  from?: 'wide' | 'vast';
};

type DataTableProps<Row> = {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Where a row leads; its first cell is the link, the whole row takes the click. */
  rowHref?: (row: Row) => string;
  selectedKey?: string | undefined;
  /** Called when the end comes near and there is more. */
  onEnd?: (() => void) | undefined;
  loadingMore?: boolean;
};

/** How near the end may come before more is asked for. */
const AHEAD_ROWS = 30;

/** A list of any length: rows of 36 px, of which only those in view are drawn. Arrow keys move between rows. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowKey, rowHref, selectedKey, onEnd, loadingMore = false } = props;
  const { t } = useTranslation();
  const { start, end, box } = useRowWindow(rows.length);
  const nearEnd = end + AHEAD_ROWS >= rows.length;

  useEffect(() => {
    if (nearEnd && !loadingMore) onEnd?.();
  }, [nearEnd, loadingMore, onEnd, rows.length]);

  return (
    <div
      ref={box}
      className="min-h-0 flex-1 overflow-auto border-t border-line"
      onKeyDown={moveBetweenRows}
      {...(rowHref ? {} : { tabIndex: 0, role: 'region', 'aria-label': label })}
    >
      <table
        aria-label={label}
        aria-rowcount={onEnd ? -1 : rows.length + 1}
        className="w-full table-fixed border-separate border-spacing-0 text-13"
      >
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                style={column.width ? { width: column.width } : undefined}
                className={`sticky top-0 z-10 h-8 truncate border-b border-line bg-canvas px-2 text-12 font-medium text-soft first:pl-6 last:pr-6 ${alignment(column)} ${hidden(column)}`}
              >
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer rows={start} />
          {rows.slice(start, end).map((row, index) => (
            <tr
              key={rowKey(row)}
              aria-rowindex={start + index + 2}
              aria-current={selectedKey === rowKey(row) ? 'true' : undefined}
              className="group relative h-9 hover:bg-hover aria-[current]:bg-accent-tint"
            >
              {columns.map((column, place) => (
                <td
                  key={column.id}
                  className={`h-9 truncate border-b border-line px-2 first:pl-6 last:pr-6 ${alignment(column)} ${hidden(column)}`}
                >
                  {place === 0 && rowHref ? (
                    <a
                      href={rowHref(row)}
                      data-row-link=""
                      className="font-medium text-ink outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
                    >
                      {column.cell(row)}
                    </a>
                  ) : (
                    column.cell(row)
                  )}
                </td>
              ))}
            </tr>
          ))}
          <Spacer rows={rows.length - end} />
        </tbody>
      </table>
      {loadingMore && (
        <p role="status" className="appear-late px-6 py-3 text-12 text-soft">
          {t('common.loadingMore')}
        </p>
      )}
    </div>
  );
}

/** Stands for rows that are out of view. One cell: more would bring back the columns that are left out. */
function Spacer({ rows }: { rows: number }) {
  if (rows <= 0) return null;
  return (
    <tr aria-hidden="true" style={{ height: rows * ROW_HEIGHT }}>
      <td />
    </tr>
  );
}

const HIDDEN_BELOW = { wide: 'max-wide:hidden', vast: 'max-vast:hidden' } as const;
const hidden = (column: Pick<Column<never>, 'from'>): string => (column.from ? HIDDEN_BELOW[column.from] : '');
const alignment = (column: { align?: 'right' }): string => (column.align === 'right' ? 'text-right' : 'text-left');

/** Up and down go from one row's link to the next. */
function moveBetweenRows(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0 || !(event.target instanceof HTMLElement) || !('rowLink' in event.target.dataset)) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row-link]')];
  const next = links[links.indexOf(event.target) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
