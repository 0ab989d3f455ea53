import type { Locale } from '../contract/common.ts';
import type { ImportPreview } from '../contract/imports.ts';
import { sentence } from '../contract/messages/sentence.ts';
import { columnsOf, findRoles } from './csvColumns.ts';
import { openCsv } from './csvFile.ts';
import type { Bytes } from './csvText.ts';
import { lineReader, type Reading, type ReadingOptions } from './importLines.ts';

/** Lines that are shown. */
const SHOWN_ROWS = 20;
const SHOWN_LETTERS = 200;

/**
 * The first lines of a file: as they stand, and what would become of them (CMP-1).
 * @throws CsvFileError when the file as a whole cannot be read; a missing phone column is for the mapping to name
 */
export function previewOf(bytes: Bytes, { country, mapping }: ReadingOptions, locale: Locale): ImportPreview {
  const { encoding, delimiter, header, rows } = openCsv(bytes);
  const roles = header.map((_, index) => mapping?.[index] ?? findRoles(header)[index] ?? 'ignore');
  const read = columnsOf(header, roles) === null ? null : lineReader(header, { country, mapping: roles });
  const shown: ImportPreview['rows'] = [];
  for (const row of [...rows].flat().slice(0, SHOWN_ROWS)) {
    const cells = row.kind === 'broken' ? [row.text] : row.cells.slice(0, header.length);
    shown.push({
      line: row.line,
      cells: cells.map((cell) => cell.trim().slice(0, SHOWN_LETTERS)),
      ...become(read?.(row), locale),
    });
  }
  return { encoding, delimiter, header: header.map((title) => title.trim()), mapping: roles, rows: shown };
}

function become(
  reading: Reading | undefined,
  locale: Locale,
): Pick<ImportPreview['rows'][number], 'phone' | 'name' | 'refusal'> {
  if (reading === undefined) return { phone: null, name: '', refusal: null };
  if (reading.kind === 'line') return { phone: reading.line.phone, name: reading.line.name, refusal: null };
  return { phone: null, name: '', refusal: sentence(locale, `import.${reading.refusal.reason}`) };
}
