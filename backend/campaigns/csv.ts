import { CsvError, parse } from 'csv-parse/sync';
import type { VigieError } from '../contract/errors.ts';

/** Why a file as a whole cannot be imported. */
export type FileProblem = 'empty_file' | 'not_text' | 'no_phone_column' | 'too_many_columns_in_header';
export type CsvRow =
  /** `line` is where the record begins, as a text editor counts. */
  | { kind: 'cells'; line: number; cells: string[] }
  /** A quote opens and never closes: the line is given as it stands. */
  | { kind: 'broken'; line: number; text: string };
export type CsvBlock = { rows: CsvRow[]; isLast: boolean };
export type Csv = {
  header: string[];
  /** Data lines in blocks, the last one said; lines without any text are left out. */
  blocks(): Generator<CsvBlock>;
};

/** Records read at once: the rest of the application waits no longer than that. */
const BLOCK = 1_000;
/** A header with more is not one; each column would become an attribute of every contact. */
const MAX_COLUMNS = 500;
const DELIMITERS = [';', ',', '\t'] as const;
const NEW_LINE = 0x0a;
/** First bytes of spreadsheets (ZIP, OLE) and PDF. */
const NOT_TEXT = ['504b0304', 'd0cf11e0', '25504446'];

type Position = { offset: number; line: number };
type Reader = { bytes: Buffer; delimiter: string };

/**
 * Reads a CSV file: comma, semicolon or tab; UTF-8 with or without BOM, UTF-16, Windows-1252; any line ends (CMP-1).
 * A line with stray quotes costs that line alone, never those after it.
 * @param fail makes the error that is thrown for a file that cannot be read
 */
export function readCsv(file: Uint8Array, fail: (problem: FileProblem) => VigieError): Csv {
  if (NOT_TEXT.includes(Buffer.from(file.subarray(0, 4)).toString('hex'))) throw fail('not_text');
  const text = decodeText(file).replaceAll('\0', '').replace(/\r\n?/g, '\n');
  const declared = /^sep=([;,\t])\n/i.exec(text);
  const start: Position = declared === null ? { offset: 0, line: 1 } : { offset: declared[0].length, line: 2 };
  const bytes = Buffer.from(text);
  const delimiter = declared?.[1] ?? detectDelimiter(text);
  const { header, position } = readHeader({ bytes, delimiter }, start, fail);
  return { header, blocks: () => readBlocks({ bytes, delimiter }, position) };
}

/** Text of a file in whichever of the usual encodings it is. */
export function decodeText(file: Uint8Array): string {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  // Western text in UTF-16 without a mark: every second byte is zero.
  const zeros = [0, 1].map(
    (odd) => bytes.subarray(0, 1_000).filter((byte, index) => byte === 0 && index % 2 === odd).length,
  );
  const [even = 0, odd = 0] = zeros;
  const plenty = Math.min(bytes.length, 1_000) / 4;
  if (odd > plenty && even < odd / 10) return new TextDecoder('utf-16le').decode(bytes);
  if (even > plenty && odd < even / 10) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** The separator that stands most often outside quotes on the first line with text. */
function detectDelimiter(text: string): string {
  const firstLine = text.split('\n', 100).find((line) => line.trim() !== '') ?? '';
  const bare = firstLine.replace(/"[^"]*"/g, '');
  const counted = DELIMITERS.map((delimiter) => ({ delimiter, count: bare.split(delimiter).length }));
  return counted.reduce((best, next) => (next.count > best.count ? next : best)).delimiter;
}

function readHeader(
  reader: Reader,
  start: Position,
  fail: (problem: FileProblem) => VigieError,
): { header: string[]; position: Position } {
  let position = start;
  while (position.offset < reader.bytes.length) {
    const { rows, position: next } = readRows(reader, position, 1);
    position = next;
    const [row] = rows;
    if (row === undefined) continue;
    if (row.kind === 'broken') throw fail('no_phone_column');
    if (row.cells.length > MAX_COLUMNS) throw fail('too_many_columns_in_header');
    return { header: row.cells, position };
  }
  throw fail('empty_file');
}

function* readBlocks(reader: Reader, start: Position): Generator<CsvBlock> {
  let position = start;
  const isAtEnd = (): boolean => position.offset >= reader.bytes.length;
  do {
    const rows: CsvRow[] = [];
    while (rows.length < BLOCK && !isAtEnd()) {
      const read = readRows(reader, position, BLOCK - rows.length);
      rows.push(...read.rows);
      position = read.position;
    }
    yield { rows, isLast: isAtEnd() };
  } while (!isAtEnd());
}

/** Up to `limit` records, or those before a line that is wrongly quoted and that line itself. */
function readRows(reader: Reader, start: Position, limit: number): { rows: CsvRow[]; position: Position } {
  const rows: CsvRow[] = [];
  let position = start;
  try {
    parse(reader.bytes.subarray(start.offset), {
      delimiter: reader.delimiter,
      record_delimiter: '\n',
      relax_column_count: true,
      to: limit,
      on_record: (cells: string[], { bytes, lines }) => {
        if (cells.some((cell) => cell.trim() !== '')) rows.push({ kind: 'cells', line: position.line, cells });
        position = { offset: start.offset + bytes, line: start.line + lines };
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const end = reader.bytes.indexOf(NEW_LINE, position.offset);
    const text = reader.bytes.toString('utf8', position.offset, end === -1 ? undefined : end);
    rows.push(readAlone(text, reader.delimiter, position.line));
    position = { offset: end === -1 ? reader.bytes.length : end + 1, line: position.line + 1 };
  }
  return { rows, position };
}

/** A line with a quote in the middle of a cell keeps it as text; one with an open quote is broken. */
function readAlone(text: string, delimiter: string, line: number): CsvRow {
  try {
    const [cells] = parse(text, { delimiter, record_delimiter: '\n', relax_column_count: true, relax_quotes: true });
    return cells === undefined ? { kind: 'broken', line, text } : { kind: 'cells', line, cells };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { kind: 'broken', line, text };
  }
}
