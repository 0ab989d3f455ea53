import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Locale } from '../contract/common.ts';
import { MAX_IMPORT_BYTES, type ImportReport, type RefusedLine } from '../contract/contacts.ts';
import { VigieError } from '../contract/errors.ts';
import { sentence } from '../contract/messages/sentence.ts';
import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import { parsePhone } from '../domain/phone.ts';
import { comparableName } from '../domain/template.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { Services } from '../services.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { CategoryStore } from './categoryStore.ts';
import type { ContactRow, ContactStore } from './contactStore.ts';
import { readCsv, type CsvRow, type FileProblem } from './csv.ts';
import { findColumns, nameOf, type Columns } from './csvColumns.ts';

type ImportDependencies = {
  database: Database;
  contacts: ContactStore;
  categories: CategoryStore;
  clock: Clock;
  ids: Ids;
  notify: Notify;
  locale: () => Locale;
  settings: () => { defaultCountry: string };
};

type Line = { phone: string; phoneOriginal: string; name: string; attributes: Record<string, string> };
type Refusal = Pick<RefusedLine, 'value'> & {
  reason:
    'phone_missing' | 'phone_invalid' | 'too_many_columns' | 'quote_unclosed' | 'name_too_long' | 'value_too_long';
};
type Reading = { kind: 'line'; line: Line } | { kind: 'refused'; refusal: Refusal };

/** As the contract allows them. */
const MAX_NAME_LENGTH = 200;
const MAX_VALUE_LENGTH = 2_000;
/** Of a refused line this much is shown. */
const SHOWN_LENGTH = 100;

/**
 * Imports a CSV file (CMP-1). Every refused line is reported; a contact that is there already, or stands twice in the
 * file, is merged: what the later line fills in wins, what it leaves empty stays.
 * A file of up to 1,000 lines is imported whole or not at all. A longer one goes in blocks, so that nothing else waits
 * for it; when it is cut short, importing it again completes it.
 */
export function createImportContacts(dependencies: ImportDependencies): Pick<Services['contacts'], 'import'> {
  const { database, contacts, categories, clock, ids, notify, locale, settings } = dependencies;

  const fail = (problem: FileProblem): VigieError =>
    new VigieError('csv_unreadable', { detail: sentence(locale(), `import.${problem}`) });

  const findCategory = (name: string, isDryRun: boolean): string | null => {
    const present = categories.byName(name);
    if (present !== null || isDryRun) return present?.id ?? null;
    const id = ids.next();
    categories.insert({ id, name, color: null, now: clock.now() });
    return id;
  };

  const write = (line: Line, present: ContactRow | null, categoryId: string | null): void => {
    const id = present?.id ?? ids.next();
    if (present === null) contacts.insert({ id, ...line, now: clock.now() });
    else {
      const name = line.name === '' ? present.name : line.name;
      const attributes = mergeAttributes(present.attributes, line.attributes);
      if (!isDeepStrictEqual([name, attributes], [present.name, present.attributes])) {
        contacts.update({ id, phone: present.phone, name, attributes }, clock.now());
      }
    }
    if (categoryId !== null) contacts.addToCategory(id, categoryId);
  };

  const importContacts: Services['contacts']['import'] = async (file, query) => {
    if (file.byteLength > MAX_IMPORT_BYTES) throw new VigieError('payload_too_large');
    const csv = readCsv(file, fail);
    const columns = findColumns(csv.header);
    if (columns === null) throw fail('no_phone_column');
    const dryRun = query.dryRun === true;
    const country = query.country ?? settings().defaultCountry;
    const report: ImportReport = { imported: 0, updated: 0, refused: [], total: 0, categoryId: null, dryRun };
    /** Phones of the file so far: a dry run has no other way to know them. */
    const seen = new Set<string>();

    const apply = (row: CsvRow): void => {
      const reading = readLine(row, { columns, country, width: csv.header.length });
      report.total += 1;
      if (reading.kind === 'refused') {
        const { reason, value } = reading.refusal;
        report.refused.push({ line: row.line, reason, message: sentence(locale(), `import.${reason}`), value });
        return;
      }
      const { line } = reading;
      const present = contacts.byPhone(line.phone);
      if (present === null && !seen.has(line.phone)) report.imported += 1;
      else report.updated += 1;
      if (dryRun) seen.add(line.phone);
      else write(line, present, report.categoryId);
    };

    for (const { rows, isLast } of csv.blocks()) {
      inTransaction(database, () => {
        if (query.category !== undefined) report.categoryId ??= findCategory(query.category, dryRun);
        for (const row of rows) apply(row);
        if (isLast && !dryRun) {
          const { total, imported, updated, refused } = report;
          const fileName = query.fileName ?? null;
          contacts.addImport({
            id: ids.next(),
            fileName,
            total,
            imported,
            updated,
            refused: refused.length,
            now: clock.now(),
          });
        }
      });
      if (!isLast) await turnOfTheLoop();
    }
    if (!dryRun) {
      notify.changed('contacts');
      if (query.category !== undefined) notify.changed('categories');
    }
    return report;
  };
  return { import: importContacts };
}

function readLine(row: CsvRow, file: { columns: Columns; country: string; width: number }): Reading {
  const refused = (reason: Refusal['reason'], value: string): Reading => ({
    kind: 'refused',
    refusal: { reason, value: value.trim().slice(0, SHOWN_LENGTH) },
  });
  if (row.kind === 'broken') return refused('quote_unclosed', row.text);
  const { columns, country, width } = file;
  if (row.cells.slice(width).some((cell) => cell.trim() !== ''))
    return refused('too_many_columns', row.cells.slice(0, 20).join(' '));
  const cells = row.cells.slice(0, width).map(clean);
  const phoneOriginal = columns.phones.map((index) => cells[index] ?? '').find((cell) => cell !== '');
  if (phoneOriginal === undefined) return refused('phone_missing', cells.filter((cell) => cell !== '').join(' '));
  const phone = parsePhone(phoneOriginal, country);
  if (phone === null) return refused('phone_invalid', phoneOriginal);
  const name = nameOf(cells, columns);
  if (name.length > MAX_NAME_LENGTH) return refused('name_too_long', name);
  const attributes = new Map<string, string>();
  for (const { index, key } of columns.attributes) {
    const value = cells[index] ?? '';
    if (value.length > MAX_VALUE_LENGTH) return refused('value_too_long', `${key}: ${value}`);
    if (value !== '' && !attributes.has(key)) attributes.set(key, value);
  }
  return { kind: 'line', line: { phone, phoneOriginal, name, attributes: Object.fromEntries(attributes) } };
}

/** One form for letters with accents, and no control characters but tab and line end. */
function clean(cell: string): string {
  return cell
    .normalize('NFC')
    .replace(/[^\P{Cc}\t\n]/gu, '')
    .trim();
}

/** The newer values over the older ones; a name that differs by case or accents only is the same. */
function mergeAttributes(present: Record<string, string>, added: Record<string, string>): Record<string, string> {
  const keys = new Map(Object.keys(present).map((key) => [comparableName(key), key]));
  const renamed = Object.entries(added).map(([key, value]) => [keys.get(comparableName(key)) ?? key, value] as const);
  return Object.fromEntries([...Object.entries(present), ...renamed]);
}
