import type { Locale } from '../contract/common.ts';
import { MOST_REFUSED_SHOWN, type ContactImport, type ImportReport, type RefusedLine } from '../contract/imports.ts';
import { isSentenceKey, sentence } from '../contract/messages/sentence.ts';
import { toIso } from '../core/days.ts';
import { csvLine, UTF8_MARK } from '../core/spreadsheetText.ts';
import type { ImportRow, ImportStore } from './importStore.ts';

/** Row of the base to contract. @param expectedTotal lines that the file has, by estimate, while it is read */
export function toImport(row: ImportRow, expectedTotal: number | undefined, locale: Locale): ContactImport {
  const { id, state, size, total, imported, updated, refused, categoryId, removed, restored, kept } = row;
  const isCut = state === 'stopped' || state === 'interrupted' || state === 'failed';
  const isRead = state === 'done' || state === 'checked' || state === 'undoing' || state === 'undone';
  return {
    ...{ id, state, size, total, imported, updated, refused, categoryId, removed, restored, kept },
    problem: problemSentence(row.problem, locale),
    fileName: row.fileName ?? '',
    expectedTotal: isRead ? total : Math.max(total, expectedTotal ?? 0),
    canUndo: row.hasUndo === 1 && (state === 'done' || (isCut && total > 0)),
    canResume: isCut,
    createdAt: toIso(row.createdAt),
    startedAt: toIso(row.startedAt),
    finishedAt: toIso(row.finishedAt),
  };
}

/** Refused lines after a line, with their sentences. */
export function refusedLines(
  store: ImportStore,
  page: { number: number; after: number; limit: number },
  locale: Locale,
): RefusedLine[] {
  return store
    .refusals(page.number, page.after, page.limit)
    .map(({ line, reason, value }) => ({ line, reason, message: sentence(locale, `import.${reason}`), value }));
}

/** The answer of an import in one call. */
export function importReport(
  store: ImportStore,
  row: ImportRow,
  { locale, dryRun }: { locale: Locale; dryRun: boolean },
): ImportReport {
  const { id, number, imported, updated, total, categoryId } = row;
  return {
    id: dryRun ? null : id,
    ...{ imported, updated, total, dryRun },
    refused: refusedLines(store, { number, after: 0, limit: MOST_REFUSED_SHOWN }, locale),
    refusedCount: row.refused,
    categoryId: dryRun ? null : categoryId,
  };
}

const PAGE = 10_000;

/** All refused lines as CSV that a spreadsheet opens without taking a value for a formula (CMP-13). */
export function refusedCsv(store: ImportStore, { number, fileName }: ImportRow, locale: Locale): File {
  const titles = (['line', 'reason', 'value'] as const).map((name) => sentence(locale, `import.column.${name}`));
  const parts = [UTF8_MARK + csvLine(titles, ';')];
  for (let after = 0; ;) {
    const lines = refusedLines(store, { number, after, limit: PAGE }, locale);
    parts.push(lines.map(({ line, message, value }) => csvLine([line, message, value], ';')).join(''));
    after = lines.at(-1)?.line ?? after;
    if (lines.length < PAGE) break;
  }
  const name = `${(fileName ?? 'import').replace(/\.[^.]*$/, '').replace(/[^\p{L}\p{N} ._-]/gu, '_')}-refus.csv`;
  return new File(parts, name, { type: 'text/csv' });
}

/** What is stored as the key of a sentence, in the reader's language. */
function problemSentence(problem: string | null, locale: Locale): string | null {
  return problem !== null && isSentenceKey(problem) ? sentence(locale, problem) : problem;
}
