import { CsvFileError, CsvReader, detectDelimiter, headerOf, type CsvRow, type Delimiter } from './csv.ts';
import { detectEncoding, textOf, type Bytes, type Encoding } from './csvText.ts';

export type CsvFile = {
  encoding: Encoding;
  delimiter: Delimiter;
  header: string[];
  /** Data lines, piece by piece; can be gone through once. */
  rows: Iterable<CsvRow[]>;
};

/**
 * Opens a CSV file: comma, semicolon or tab; UTF-8 with or without BOM, UTF-16, Windows-1252; any line ends (CMP-1).
 * Holds a piece of it at a time.
 * @throws CsvFileError when the file as a whole cannot be read
 */
export function openCsv(bytes: Bytes): CsvFile {
  const encoding = detectEncoding(bytes);
  const pieces = textOf(bytes, encoding);
  let opening = '';
  let reader: CsvReader | null = null;
  const waiting: CsvRow[] = [];
  // Not `for of`, which would end the pieces with itself.
  for (let next = pieces.next(); next.done !== true; next = pieces.next()) {
    const { text, isLast } = next.value;
    if (reader === null) {
      opening += text;
      if (opening.trim() === '' && !isLast) continue;
      reader = new CsvReader(detectDelimiter(opening));
      for (const row of reader.read(opening, isLast)) waiting.push(row);
    } else {
      for (const row of reader.read(text, isLast)) waiting.push(row);
    }
    const found = headerOf(waiting);
    if (found === null) continue;
    reader.expectColumns(found.header.length);
    const { delimiter } = reader;
    return { encoding, delimiter, header: found.header, rows: restOf(reader, found.rest, isLast ? [] : pieces) };
  }
  throw new CsvFileError('empty_file');
}

function* restOf(
  reader: CsvReader,
  first: CsvRow[],
  pieces: Iterable<{ text: string; isLast: boolean }>,
): Generator<CsvRow[]> {
  yield first;
  for (const { text, isLast } of pieces) yield reader.read(text, isLast);
}
