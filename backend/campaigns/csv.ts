import { initParser, type Schema } from 'udsv';

/** Why a file as a whole cannot be imported. */
export type FileProblem =
  'empty_file' | 'not_text' | 'no_phone_column' | 'too_many_columns_in_header' | 'line_too_long';
export type CsvRow =
  /** `line` is where the record begins, as a text editor counts. */
  | { kind: 'cells'; line: number; cells: string[] }
  /** A quote opens and never closes: the line is given as it stands. */
  | { kind: 'broken'; line: number; text: string };
export type Delimiter = ',' | ';' | '\t';

/** A header with more is not one; each column would become an attribute of every contact. */
const MAX_COLUMNS = 500;
const DELIMITERS: readonly Delimiter[] = [';', ',', '\t'];
/** A quote that opens has to close within so many letters. */
const MAX_RECORD = 256 * 1024;
/** What goes on for so long without a line end is no list. */
const MAX_LINE = 8 * 1024 * 1024;

export class CsvFileError extends Error {
  readonly problem: FileProblem;

  constructor(problem: FileProblem) {
    super(problem);
    this.problem = problem;
  }
}

/** The separator that stands most often outside quotes on the first line with text, or the one that Excel declares. */
export function detectDelimiter(text: string): Delimiter {
  const lines = text.split('\n', 100);
  const declared = /^sep=([;,\t])$/i.exec(lines[0] ?? '');
  if (declared !== null) return declared[1] as Delimiter;
  const first = lines.findIndex((line) => line.trim() !== '');
  const bare = first === -1 ? '' : recordAt(lines, first).replace(/"[^"]*"/g, '');
  const counted = DELIMITERS.map((delimiter) => ({ delimiter, count: bare.split(delimiter).length }));
  return counted.reduce((best, next) => (next.count > best.count ? next : best)).delimiter;
}

/** A line and those over which a cell in quotes goes on; the line alone when that never closes. */
function recordAt(lines: readonly string[], start: number): string {
  const isOpen = (text: string): boolean => /(^|[;,\t])"[^"]*$/.test(text.replace(/"[^"]*"/g, ''));
  const end = lines.findIndex((_, index) => index >= start && !isOpen(lines.slice(start, index + 1).join('\n')));
  return lines.slice(start, Math.max(start, end) + 1).join('\n');
}

/**
 * Reads CSV piece by piece; a line with stray quotes costs that line alone, never those after it (CMP-1). Text comes
 * with `\n` as the only line end. Lines without any text are left out.
 */
export class CsvReader {
  readonly delimiter: Delimiter;
  #line = 1;
  #left = '';
  #fast: ReturnType<typeof initParser> | null = null;

  constructor(delimiter: Delimiter) {
    this.delimiter = delimiter;
  }

  /** @param isLast nothing comes after this text @throws CsvFileError `line_too_long` */
  read(text: string, isLast: boolean): CsvRow[] {
    const all = this.#left + text;
    const rows: CsvRow[] = [];
    let at = 0;
    while (at < all.length) {
      // Far the most lines hold no quote: they are read many at a time.
      const quote = all.indexOf('"', at);
      const plainEnd = (quote === -1 ? all.lastIndexOf('\n') : all.lastIndexOf('\n', quote)) + 1;
      if (plainEnd > at) {
        this.#readPlain(all.slice(at, plainEnd - 1), rows);
        at = plainEnd;
        continue;
      }
      const end = this.#readRecord(all, { at, isLast, hasQuote: quote !== -1 }, rows);
      if (end === null) break;
      at = end;
    }
    this.#left = all.slice(at);
    if (this.#left.length > MAX_LINE) throw new CsvFileError('line_too_long');
    return rows;
  }

  /** Whole lines without a quote. */
  #readPlain(text: string, rows: CsvRow[]): void {
    const lines = text.split('\n');
    const parsed = this.#parsePlain(text, lines.length);
    for (const [index, line] of lines.entries()) {
      if (line !== '') this.#push(rows, this.#line + index, parsed?.[index] ?? line.split(this.delimiter));
    }
    this.#line += lines.length;
  }

  /**
   * udsv expects in every line the columns of the first one; a short line would swallow the next. What it gives is
   * taken only where it can have met none.
   */
  #parsePlain(text: string, lines: number): string[][] | null {
    if (this.#fast === null || lines < 8) return null;
    const parsed = this.#fast.stringArrs<string[]>(text);
    const { delimiter } = this;
    return parsed.length === lines && !parsed.some((cells) => cells.at(-1)?.includes(delimiter)) ? parsed : null;
  }

  /** From the header on it is known how many columns to expect. */
  expectColumns(count: number): void {
    if (count < 2) return;
    const column = { name: '', type: 's', repl: { empty: undefined, null: undefined, NaN: undefined } } as const;
    const schema: Schema = { col: this.delimiter, row: '\n', encl: '', esc: '', trim: false, cols: [] };
    schema.cols = Array.from({ length: count }, (_, index) => ({ ...column, name: String(index) }));
    this.#fast = initParser({ ...schema, skip: 0 } as Schema);
  }

  /** One record that may hold quotes; null when its end has not come yet. */
  #readRecord(
    text: string,
    { at, isLast, hasQuote }: { at: number; isLast: boolean; hasQuote: boolean },
    rows: CsvRow[],
  ): number | null {
    const lineEnd = text.indexOf('\n', at);
    if (lineEnd === -1 && !isLast && (!hasQuote || text.length - at <= MAX_RECORD)) return null;
    const record = readQuoted(text, at, this.delimiter);
    const isCut = record === null || (record.end === text.length && !isLast);
    if (isCut && !isLast && text.length - at <= MAX_RECORD) return null;
    const firstLine = this.#line;
    if (record !== null && record.end - at <= MAX_RECORD) {
      this.#line += countLineEnds(text, at, record.end) + 1;
      this.#push(rows, firstLine, record.cells);
      return record.end + 1;
    }
    const end = lineEnd === -1 ? text.length : lineEnd;
    if (end === text.length && !isLast) return null;
    this.#line += 1;
    rows.push({ kind: 'broken', line: firstLine, text: text.slice(at, end) });
    return end + 1;
  }

  #push(rows: CsvRow[], line: number, cells: string[]): void {
    if (cells.some((cell) => cell.trim() !== '')) rows.push({ kind: 'cells', line, cells });
  }
}

/** Cells of the record at a place and where it ends; null when a quote that opens does not close as it should. */
function readQuoted(text: string, start: number, delimiter: string): { cells: string[]; end: number } | null {
  const cells: string[] = [];
  let at = start;
  for (;;) {
    let end: number;
    if (text[at] === '"') {
      const close = closingQuote(text, at);
      if (close === null) return null;
      end = close + 1;
      const after = text[end];
      if (after === undefined || after === delimiter || after === '\n') {
        cells.push(text.slice(at + 1, close).replaceAll('""', '"'));
      } else {
        // `"Jo" Martin`: quotes within a text, as long as that stays on its line.
        if (text.slice(at, end).includes('\n')) return null;
        end = endOfPlain(text, end, delimiter);
        cells.push(text.slice(at, end));
      }
    } else {
      end = endOfPlain(text, at, delimiter);
      cells.push(text.slice(at, end));
    }
    if (text[end] !== delimiter) return { cells, end };
    at = end + 1;
  }
}

function closingQuote(text: string, open: number): number | null {
  let at = open;
  for (;;) {
    at = text.indexOf('"', at + 1);
    if (at === -1 || at - open > MAX_RECORD) return null;
    if (text[at + 1] !== '"') return at;
    at++;
  }
}

function endOfPlain(text: string, start: number, delimiter: string): number {
  let at = start;
  while (at < text.length && text[at] !== delimiter && text[at] !== '\n') at++;
  return at;
}

function countLineEnds(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', start); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** The first row with text; what comes before it counts as lines. @throws CsvFileError when it is no header */
export function headerOf(rows: CsvRow[]): { header: string[]; rest: CsvRow[] } | null {
  const isDeclaration = (row: CsvRow | undefined): boolean =>
    row?.kind === 'cells' && row.line === 1 && /^sep=[;,\t]?$/i.test(row.cells[0] ?? '');
  const [first, ...rest] = isDeclaration(rows[0]) ? rows.slice(1) : rows;
  if (first === undefined) return null;
  if (first.kind === 'broken') throw new CsvFileError('no_phone_column');
  if (first.cells.length > MAX_COLUMNS) throw new CsvFileError('too_many_columns_in_header');
  return { header: first.cells, rest };
}
