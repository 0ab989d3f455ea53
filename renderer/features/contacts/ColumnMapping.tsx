import { useTranslation } from 'react-i18next';
import type { ColumnRole, ImportPreview } from '../../../backend/contract/imports.ts';
import { Select } from '../../components/Field.tsx';
import { Strip } from '../../components/Notices.tsx';

type ColumnMappingProps = {
  preview: ImportPreview;
  disabled: boolean;
  onChange: (mapping: ColumnRole[]) => void;
};

/** Lines that fit beside the choices. */
const ROWS_SHOWN = 5;
const ROLES = [
  ...(['phone', 'name', 'first_name', 'last_name', 'attribute', 'category', 'opt_out', 'consent', 'ignore'] as const),
] satisfies ColumnRole[];

/** The first lines of the file, and above each column what it is. */
export function ColumnMapping({ preview, disabled, onChange }: ColumnMappingProps) {
  const { t } = useTranslation();
  const { header, mapping, rows, encoding, delimiter } = preview;
  const change = (column: number, role: ColumnRole): void => {
    // One column is the name; the phone may stand in several, the first that is filled counts.
    const cleared = mapping.map((present) => (role === 'name' && present === 'name' ? 'attribute' : present));
    onChange(cleared.map((present, index) => (index === column ? role : present)));
  };
  return (
    <section className="card overflow-hidden" aria-label={t('contacts.importer.columns')}>
      <div className="px-4 py-2.5">
        <h2 className="text-13 font-medium">{t('contacts.importer.columns')}</h2>
        <p className="text-12 text-soft" data-testid="import-dialect">
          {t('contacts.importer.dialect', {
            encoding: encoding.toUpperCase(),
            delimiter: t(`contacts.importer.delimiter.${DELIMITERS[delimiter]}`),
          })}
        </p>
      </div>
      {!mapping.includes('phone') && <Strip tone="attention">{t('contacts.importer.noPhone')}</Strip>}
      <div
        className="overflow-x-auto border-t border-line"
        tabIndex={0}
        role="region"
        aria-label={t('contacts.importer.firstLines')}
      >
        <table className="w-full border-separate border-spacing-0 text-13">
          <thead>
            <tr>
              {header.map((title, column) => (
                <th key={column} scope="col" className="min-w-44 border-b border-line px-2 py-2 text-left first:pl-4">
                  <span className="block truncate pb-1 text-12 font-medium text-soft">
                    {title || t('contacts.importer.untitled', { number: column + 1 })}
                  </span>
                  <Select
                    className="font-normal"
                    aria-label={t('contacts.importer.roleOf', { column: title || `${column + 1}` })}
                    disabled={disabled}
                    value={mapping[column] ?? 'ignore'}
                    onChange={(event) => change(column, event.target.value as ColumnRole)}
                  >
                    {ROLES.map((role) => (
                      <option key={role} value={role}>
                        {t(`contacts.importer.role.${role}`)}
                      </option>
                    ))}
                  </Select>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, ROWS_SHOWN).map(({ line, cells, refusal }) => (
              <tr key={line} title={refusal ?? undefined}>
                {header.map((_, column) => (
                  <td
                    key={column}
                    className={`max-w-56 truncate border-b border-line px-2 py-1.5 first:pl-4 ${
                      mapping[column] === 'ignore' ? 'text-faint' : refusal ? 'text-attention' : ''
                    }`}
                  >
                    {cells[column] ?? ''}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const DELIMITERS = { ',': 'comma', ';': 'semicolon', '\t': 'tab' } as const;
