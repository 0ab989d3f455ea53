/** Marks UTF-8 for spreadsheets, which would take accents for something else. */
export const UTF8_MARK = '\uFEFF';

/** What a spreadsheet takes for the beginning of a formula (OWASP, "CSV injection"), with the wide forms of East Asia. */
const FORMULA_START = /^'*[=+\-@\t\r\n＝＋－＠]/;

/**
 * Text that no spreadsheet takes for a formula (CMP-13): an apostrophe stands before it, which `fromCell` takes away.
 * A text that has such an apostrophe of its own gets one more, so that nothing is lost either way.
 */
export function toCell(text: string): string {
  return FORMULA_START.test(text) ? `'${text}` : text;
}

/** The text that `toCell` was given. */
export function fromCell(cell: string): string {
  return cell.startsWith("'") && FORMULA_START.test(cell) ? cell.slice(1) : cell;
}

/** A line of a CSV file (RFC 4180), safe to open in a spreadsheet. Null is an empty cell; line ends become LF. */
export function csvLine(values: readonly (string | number | boolean | null)[], separator: ',' | ';'): string {
  const cells = values.map((value) => {
    const cell = typeof value === 'string' ? toCell(value.replace(/\r\n?/g, '\n')) : String(value ?? '');
    return /[",;\t\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  });
  return `${cells.join(separator)}\r\n`;
}
