import { useMutation } from '@tanstack/react-query';
import { CircleCheck, Download, Info, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ContactImport } from '../../../backend/contract/imports.ts';
import { api } from '../../api/client.ts';
import { refusedQuery } from '../../api/queries.ts';
import { useKeysetList } from '../../api/useKeysetList.ts';
import { Button } from '../../components/Button.tsx';
import { DataTable } from '../../components/DataTable.tsx';
import { ROW_HEIGHT } from '../../components/useRowWindow.ts';
import { Strip } from '../../components/Notices.tsx';
import { useFormat } from '../../format/useFormat.ts';

/** The refused lines take the place they need, up to this many rows. */
const MOST_ROWS_SHOWN = 8;

/** What an import did, or would do: figures, and every refused line with its number and reason. */
export function ImportReport({ current }: { current: ContactImport }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { state, total, imported, updated, refused, removed, restored, kept } = current;
  const isChecked = state === 'checked';
  const figures =
    state === 'undone'
      ? [
          { id: 'removed', label: t('contacts.importer.removed'), value: removed },
          { id: 'restored', label: t('contacts.importer.restored'), value: restored },
          { id: 'kept', label: t('contacts.importer.kept'), value: kept },
        ]
      : [
          { id: 'total', label: t('contacts.importer.total'), value: total },
          {
            id: 'imported',
            label: isChecked ? t('contacts.importer.toImport') : t('contacts.importer.imported'),
            value: imported,
          },
          {
            id: 'updated',
            label: isChecked ? t('contacts.importer.toUpdate') : t('contacts.importer.updated'),
            value: updated,
          },
          { id: 'refused', label: t('contacts.importer.refused'), value: refused },
        ];
  return (
    <section className="flex flex-col gap-4" data-testid="import-report">
      {state !== 'running' && <Headline current={current} />}
      <dl className="grid grid-cols-4 gap-3">
        {figures.map(({ id, label, value }) => (
          <div key={id} className="card flex flex-col-reverse justify-end px-3 py-2.5">
            <dt className="text-12 text-soft">{label}</dt>
            <dd
              className={`text-20 font-semibold ${id === 'refused' && value > 0 ? 'text-attention' : ''}`}
              data-testid={`import-${id}`}
            >
              {format.number(value)}
            </dd>
          </div>
        ))}
      </dl>
      {refused > 0 && state !== 'running' && state !== 'undone' && <RefusedLines id={current.id} count={refused} />}
    </section>
  );
}

function Headline({ current }: { current: ContactImport }) {
  const { t } = useTranslation();
  const { state, fileName, problem } = current;
  if (state === 'checked' && current.imported + current.updated === 0) {
    return (
      <Strip tone="attention" icon={<TriangleAlert size={14} />}>
        {t('contacts.importer.nothing')}
      </Strip>
    );
  }
  if (state === 'checked') {
    return (
      <Strip tone="info" icon={<Info size={14} />}>
        {t('contacts.importer.checked')}
      </Strip>
    );
  }
  if (state === 'done' || state === 'undone') {
    return (
      <Strip tone="ok" icon={<CircleCheck size={14} />}>
        {state === 'done' ? t('contacts.importer.done') : t('contacts.importer.undone', { file: fileName })}
      </Strip>
    );
  }
  return (
    <Strip tone="attention" icon={<TriangleAlert size={14} />}>
      <p className="font-medium">{t(`contacts.importer.state.${state}`)}</p>
      {problem ?? t('contacts.importer.cut')}
    </Strip>
  );
}

/** Hands the whole report over as a file. */
async function download(id: string): Promise<void> {
  const file = await api.imports.refusedFile({ id });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function RefusedLines({ id, count }: { id: string; count: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const list = useKeysetList(refusedQuery(id));
  const save = useMutation({ mutationFn: () => download(id) });
  return (
    <div className="card overflow-hidden">
      <div className="flex items-center justify-between gap-3 px-4 py-2.5">
        <div>
          <h2 className="text-13 font-medium">{t('contacts.importer.refusedTitle')}</h2>
          <p className="text-12 text-soft">{t('contacts.importer.refusedHint')}</p>
        </div>
        <Button size="small" icon={<Download size={14} />} disabled={save.isPending} onClick={() => save.mutate()}>
          {t('contacts.importer.download')}
        </Button>
      </div>
      <div className="flex" style={{ height: (Math.min(count, MOST_ROWS_SHOWN) + 1) * ROW_HEIGHT }}>
        <DataTable
          label={t('contacts.importer.refusedTitle')}
          rows={list.rows}
          onEnd={list.loadMore}
          loadingMore={list.loadingMore}
          rowKey={(line) => `${line.line}`}
          columns={[
            { id: 'line', header: t('contacts.importer.line'), width: '84px', cell: ({ line }) => format.number(line) },
            {
              id: 'value',
              header: t('contacts.importer.value'),
              width: '30%',
              cell: ({ value }) => <code className="font-mono text-12">{value}</code>,
            },
            {
              id: 'reason',
              header: t('contacts.importer.reason'),
              cell: ({ message }) => <span title={message}>{message}</span>,
            },
          ]}
        />
      </div>
    </div>
  );
}
