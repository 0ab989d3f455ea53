/** Marks UTF-8 for spreadsheets, which would take accents for something else. */
export const UTF8_MARK = '\uFEFF';

/** What a spreadsheet takes for the beginning of a formula (OWASP, "CSV injection"), with the wide forms of East Asia. */
const FORMULA_START = /^'*[=+\-@\t\r\n＝＋－＠]/;

/** Digits and signs alone: a number, a date, a time. */
const NUMBER_OR_DATE = /^'*\d[\d\s.,:/%-]*(?:e[+-]?\d+)?$/i;
/** Numbers that a spreadsheet writes as it found them. */
const PLAIN_NUMBER = /^'*(?:0|[1-9]\d{0,14})$/;

/** Whether a spreadsheet takes a text for something else, whatever apostrophes stand before it. */
function isTakenForElse(text: string): boolean {
  return FORMULA_START.test(text) || (NUMBER_OR_DATE.test(text) && !PLAIN_NUMBER.test(text));
}

/**
 * Text that no spreadsheet takes for a formula, nor writes anew as the number or date that it looks like (CMP-13):
 * an apostrophe stands before it, which `fromCell` takes away. A text that has such an apostrophe of its own gets one
 * more, so that nothing is lost either way.
 */
export function toCell(text: string): string {
  return isTakenForElse(text) ? `'${text}` : text;
}

/** The text that `toCell` was given. */
export function fromCell(cell: string): string {
  return cell.startsWith("'") && isTakenForElse(cell) ? cell.slice(1) : cell;
}

/** A line of a CSV file (RFC 4180), safe to open in a spreadsheet. Null is an empty cell; line ends become LF. */
export function csvLine(values: readonly (string | number | boolean | null)[], separator: ',' | ';'): string {
  const cells = values.map((value) => {
    const cell = typeof value === 'string' ? toCell(value.replace(/\r\n?/g, '\n')) : String(value ?? '');
    return /[",;\t\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  });
  return `${cells.join(separator)}\r\n`;
}
