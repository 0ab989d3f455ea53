import { CircleCheck, Info, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ImportReport as Report, RefusedLine } from '../../../backend/contract/contacts.ts';
import { DataTable } from '../../components/DataTable.tsx';
import { ROW_HEIGHT } from '../../components/useRowWindow.ts';
import { Strip } from '../../components/Notices.tsx';
import { useFormat } from '../../format/useFormat.ts';

/** The refused lines take the place they need, up to this many rows. */
const MOST_ROWS_SHOWN = 8;

/** What an import did, or would do: figures, and every refused line with its number and reason. */
export function ImportReport({ report }: { report: Report }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { dryRun } = report;
  const figures = [
    { id: 'total', label: t('contacts.importer.total'), value: report.total },
    {
      id: 'imported',
      label: dryRun ? t('contacts.importer.toImport') : t('contacts.importer.imported'),
      value: report.imported,
    },
    {
      id: 'updated',
      label: dryRun ? t('contacts.importer.toUpdate') : t('contacts.importer.updated'),
      value: report.updated,
    },
    { id: 'refused', label: t('contacts.importer.refused'), value: report.refused.length },
  ];
  return (
    <section className="flex flex-col gap-4" data-testid="import-report">
      <Headline report={report} />
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
      {report.refused.length > 0 && <RefusedLines lines={report.refused} />}
    </section>
  );
}

function Headline({ report }: { report: Report }) {
  const { t } = useTranslation();
  if (report.dryRun && report.imported + report.updated === 0) {
    return (
      <Strip tone="attention" icon={<TriangleAlert size={14} />}>
        {t('contacts.importer.nothing')}
      </Strip>
    );
  }
  return report.dryRun ? (
    <Strip tone="info" icon={<Info size={14} />}>
      {t('contacts.importer.checked')}
    </Strip>
  ) : (
    <Strip tone="ok" icon={<CircleCheck size={14} />}>
      {t('contacts.importer.done')}
    </Strip>
  );
}

function RefusedLines({ lines }: { lines: readonly RefusedLine[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="card overflow-hidden">
      <div className="px-4 py-2.5">
        <h2 className="text-13 font-medium">{t('contacts.importer.refusedTitle')}</h2>
        <p className="text-12 text-soft">{t('contacts.importer.refusedHint')}</p>
      </div>
      <div className="flex" style={{ height: (Math.min(lines.length, MOST_ROWS_SHOWN) + 1) * ROW_HEIGHT }}>
        <DataTable
          label={t('contacts.importer.refusedTitle')}
          rows={lines}
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
