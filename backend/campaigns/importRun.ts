import type { ColumnRole } from '../contract/imports.ts';
import { fromCell } from '../core/spreadsheetText.ts';
import { parsePhone } from '../domain/phone.ts';
import { mergeAttributes } from './attributes.ts';
import { CsvFileError, type CsvRow } from './csv.ts';
import { columnsOf, findRoles, nameOf, type Columns } from './csvColumns.ts';
import { openCsv } from './csvFile.ts';
import type { Bytes } from './csvText.ts';

export type RefusalReason =
  'phone_missing' | 'phone_invalid' | 'too_many_columns' | 'quote_unclosed' | 'name_too_long' | 'value_too_long';
export type Refusal = { line: number; reason: RefusalReason; value: string };
/** A line that can be imported. `attributes` is JSON. */
export type Line = {
  phone: string;
  original: string;
  name: string;
  attributes: string;
  categories: string[];
  optedOut: boolean;
};
export type Reading = { kind: 'line'; line: Line } | { kind: 'refused'; refusal: Refusal };

/**
 * A number of lines of the file, read and merged among themselves. Columns rather than rows: so it goes from thread to
 * thread several times faster.
 */
export type Run = {
  /** Records of the file in it: `phones.length + merged + refused.length`. */
  total: number;
  /** Lines that stand twice in it. */
  merged: number;
  refused: Refusal[];
  phones: string[];
  originals: string[];
  names: string[];
  attributes: string[];
  /** Names of categories, one under the other. */
  categories: string[];
  /** Phones of those who want nothing. */
  optOuts: string[];
};

/** What an import is told besides the file. */
export type ReadingOptions = { country: string; mapping?: readonly ColumnRole[] | undefined };

/** As the contract allows them. */
const MAX_NAME_LENGTH = 200;
const MAX_VALUE_LENGTH = 2_000;
const MAX_CATEGORY_LENGTH = 100;
/** Of a refused line this much is shown. */
const SHOWN_LENGTH = 100;
const NO = new Set(['non', 'no', 'n', '0', 'false', 'faux']);

/**
 * The lines of a file in runs of up to `runLines`.
 * @param sorted by phone, so that what is written together lies together in the base; else as in the file
 * @throws CsvFileError when the file as a whole cannot be read
 */
export function* runsOf(
  bytes: Bytes,
  options: ReadingOptions,
  { runLines, sorted }: { runLines: number; sorted: boolean },
): Generator<Run> {
  const { header, rows } = openCsv(bytes);
  const read = lineReader(header, options);
  let builder = new RunBuilder();
  for (const piece of rows) {
    for (const row of piece) {
      builder.add(read(row));
      if (builder.total < runLines) continue;
      yield builder.build(sorted);
      builder = new RunBuilder();
    }
  }
  if (builder.total > 0) yield builder.build(sorted);
}

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

type Key = { json: string; key: string; indexes: number[] };

/** Each attribute once, with the columns that it may stand in. */
function attributeKeys({ attributes }: Columns): Key[] {
  const keys = new Map<string, Key>();
  for (const { index, key } of attributes) {
    const known = keys.get(key);
    if (known === undefined) keys.set(key, { key, json: `${JSON.stringify(key)}:`, indexes: [index] });
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
  let attributes = '';
  for (const { json, key, indexes } of keys) {
    const index = indexes.find(filled);
    if (index === undefined) continue;
    const value = at(index);
    if (value.length > MAX_VALUE_LENGTH) return refused('value_too_long', `${key}: ${value}`);
    attributes += `${attributes === '' ? '' : ','}${json}${JSON.stringify(value)}`;
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
      attributes: `{${attributes}}`,
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

class RunBuilder {
  total = 0;
  readonly #refused: Refusal[] = [];
  readonly #lines = new Map<string, Line>();

  add(reading: Reading): void {
    this.total++;
    if (reading.kind === 'refused') {
      this.#refused.push(reading.refusal);
      return;
    }
    const { line } = reading;
    const present = this.#lines.get(line.phone);
    this.#lines.set(line.phone, present === undefined ? line : merged(present, line));
  }

  build(sorted: boolean): Run {
    const lines = [...this.#lines.values()];
    if (sorted) lines.sort((one, other) => (one.phone < other.phone ? -1 : 1));
    return {
      total: this.total,
      merged: this.total - this.#refused.length - lines.length,
      refused: this.#refused,
      phones: lines.map(({ phone }) => phone),
      originals: lines.map(({ original }) => original),
      names: lines.map(({ name }) => name),
      attributes: lines.map(({ attributes }) => attributes),
      categories: lines.map(({ categories }) => categories.join('\n')),
      optOuts: lines.filter(({ optedOut }) => optedOut).map(({ phone }) => phone),
    };
  }
}

/** What the later line fills in wins, what it leaves empty stays; who opted out once has opted out. */
function merged(earlier: Line, later: Line): Line {
  return {
    phone: earlier.phone,
    original: earlier.original,
    name: later.name === '' ? earlier.name : later.name,
    attributes: mergedJson(earlier.attributes, later.attributes),
    categories: [...new Set([...earlier.categories, ...later.categories])],
    optedOut: earlier.optedOut || later.optedOut,
  };
}

/** @param present JSON of a contact's attributes, like `added` */
export function mergedJson(present: string, added: string): string {
  if (added === '{}' || added === present) return present;
  if (present === '{}') return added;
  const values = (json: string) => JSON.parse(json) as Record<string, string>;
  return JSON.stringify(mergeAttributes(values(present), values(added)));
}
