import type { ColumnRole } from '../contract/imports.ts';
import { fromCell } from '../core/spreadsheetText.ts';
import { parsePhone } from '../domain/phone.ts';
import { CsvFileError, type CsvRow } from './csv.ts';
import { columnsOf, findRoles, nameOf, type Columns } from './csvColumns.ts';

export type RefusalReason =
  'phone_missing' | 'phone_invalid' | 'too_many_columns' | 'quote_unclosed' | 'name_too_long' | 'value_too_long';
export type Refusal = { line: number; reason: RefusalReason; value: string };
/** A line that can be imported. */
export type Line = {
  phone: string;
  original: string;
  name: string;
  attributes: Record<string, string>;
  categories: string[];
  optedOut: boolean;
};
export type Reading = { kind: 'line'; line: Line } | { kind: 'refused'; refusal: Refusal };

/** What an import is told besides the file. */
export type ReadingOptions = { country: string; mapping?: readonly ColumnRole[] | undefined };

/** As the contract allows them. */
const MAX_NAME_LENGTH = 200;
const MAX_VALUE_LENGTH = 2_000;
const MAX_CATEGORY_LENGTH = 100;
/** Of a refused line this much is shown. */
const SHOWN_LENGTH = 100;
const NO = new Set(['non', 'no', 'n', '0', 'false', 'faux']);

/** Reads lines of a file with this header. @throws CsvFileError `no_phone_column` */
export function lineReader(
  header: readonly string[],
  { country, mapping = findRoles(header) }: ReadingOptions,
): (row: CsvRow) => Reading {
  const columns = columnsOf(header, mapping);
  if (columns === null) throw new CsvFileError('no_phone_column');
  const keys = attributeKeys(columns);
  return (row) => readLine(row, { columns, keys, country, width: header.length });
}

type Key = { key: string; indexes: number[] };

/** Each attribute once, with the columns that it may stand in. */
function attributeKeys({ attributes }: Columns): Key[] {
  const keys = new Map<string, Key>();
  for (const { index, key } of attributes) {
    const known = keys.get(key);
    if (known === undefined) keys.set(key, { key, indexes: [index] });
    else known.indexes.push(index);
  }
  return [...keys.values()];
}

function readLine(
  row: CsvRow,
  { columns, keys, country, width }: { columns: Columns; keys: Key[]; country: string; width: number },
): Reading {
  const refused = (reason: RefusalReason, value: string): Reading => ({
    kind: 'refused',
    refusal: { line: row.line, reason, value: value.trim().slice(0, SHOWN_LENGTH) },
  });
  if (row.kind === 'broken') return refused('quote_unclosed', row.text);
  if (row.cells.length > width && row.cells.slice(width).some((cell) => cell.trim() !== ''))
    return refused('too_many_columns', row.cells.slice(0, 20).join(' '));
  const cells = row.cells.length > width ? row.cells.slice(0, width).map(clean) : row.cells.map(clean);
  const at = (index: number): string => cells[index] ?? '';
  const filled = (index: number): boolean => at(index) !== '';
  const phoneIndex = columns.phones.find(filled);
  if (phoneIndex === undefined) return refused('phone_missing', cells.filter((cell) => cell !== '').join(' '));
  const original = at(phoneIndex);
  const phone = parsePhone(original, country);
  if (phone === null) return refused('phone_invalid', original);
  const name = nameOf(cells, columns);
  if (name.length > MAX_NAME_LENGTH) return refused('name_too_long', name);
  const attributes: Record<string, string> = {};
  for (const { key, indexes } of keys) {
    const index = indexes.find(filled);
    if (index === undefined) continue;
    const value = at(index);
    if (value.length > MAX_VALUE_LENGTH) return refused('value_too_long', `${key}: ${value}`);
    attributes[key] = value;
  }
  const categories = columns.categories.flatMap((index) => namesIn(at(index)));
  const longest = categories.find((category) => category.length > MAX_CATEGORY_LENGTH);
  if (longest !== undefined) return refused('value_too_long', longest);
  const optedOut =
    columns.optOuts.some((index) => filled(index) && !NO.has(at(index).toLowerCase())) ||
    columns.consents.some((index) => NO.has(at(index).toLowerCase()));
  return {
    kind: 'line',
    line: {
      phone,
      original: original.slice(0, SHOWN_LENGTH),
      name,
      attributes,
      categories,
      optedOut,
    },
  };
}

function namesIn(cell: string): string[] {
  if (cell === '') return [];
  return cell
    .split('|')
    .map((name) => name.replace(/\s+/g, ' ').trim())
    .filter((name) => name !== '');
}

/** One form for letters with accents, no control characters but tab and line end, no mark of our own exports (CMP-13). */
function clean(cell: string): string {
  // Plain Western text is in that form already.
  if (/^[ -~\u00a0-\u017f]*$/.test(cell)) return fromCell(cell.trim());
  const plain = cell.normalize('NFC').replace(/[^\P{Cc}\t\n]/gu, '');
  return fromCell(plain.trim());
}
