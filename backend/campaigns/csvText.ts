import { isUtf8 } from 'node:buffer';
import { closeSync, openSync, readSync } from 'node:fs';
import { CsvFileError } from './csv.ts';

export type Encoding = 'utf-8' | 'windows-1252' | 'utf-16le' | 'utf-16be';

/** Bytes of a file from beginning to end, in pieces. Made anew for each reading. */
export type Bytes = () => Iterable<Buffer>;

const PIECE = 1024 * 1024;
/** First bytes of spreadsheets (ZIP, OLE) and PDF. */
const NOT_TEXT = ['504b0304', 'd0cf11e0', '25504446'];
const SAMPLE = 1_000;
const UTF_8_MARK = Buffer.from('\ufeff');

/** A file's bytes, read in pieces of 1 MiB. The pieces share their memory: each is used before the next is asked for. */
export function bytesOfFile(file: string): Bytes {
  return function* () {
    const descriptor = openSync(file, 'r');
    const piece = Buffer.allocUnsafe(PIECE);
    try {
      for (let size = readSync(descriptor, piece); size > 0; size = readSync(descriptor, piece)) {
        yield piece.subarray(0, size);
      }
    } finally {
      closeSync(descriptor);
    }
  };
}

/** The usual encoding that a text is in: all of it is looked at, for a letter that tells may stand anywhere. */
export function detectEncoding(bytes: Bytes): Encoding {
  let left = Buffer.alloc(0);
  let isFirst = true;
  for (const piece of bytes()) {
    if (isFirst) {
      if (NOT_TEXT.includes(piece.subarray(0, 4).toString('hex'))) throw new CsvFileError('not_text');
      const marked = markedEncoding(piece);
      if (marked !== null) return marked;
      isFirst = false;
    }
    const whole = left.length === 0 ? piece : Buffer.concat([left, piece]);
    const cut = endOfLetters(whole);
    if (!isUtf8(whole.subarray(0, cut))) return 'windows-1252';
    left = Buffer.from(whole.subarray(cut));
  }
  return isUtf8(left) ? 'utf-8' : 'windows-1252';
}

/** What a mark at the beginning says, or zeros in between. A marked text may hold letters that are none. */
function markedEncoding(piece: Buffer): Encoding | null {
  if (piece.subarray(0, UTF_8_MARK.length).equals(UTF_8_MARK)) return 'utf-8';
  if (piece[0] === 0xff && piece[1] === 0xfe) return 'utf-16le';
  if (piece[0] === 0xfe && piece[1] === 0xff) return 'utf-16be';
  // Western text in UTF-16 without a mark: every second byte is zero, from the first letter on.
  const sample = piece.subarray(0, SAMPLE);
  const [even = 0, odd = 0] = [0, 1].map(
    (rest) => sample.filter((byte, index) => byte === 0 && index % 2 === rest).length,
  );
  const plenty = sample.length / 4;
  if (sample[1] === 0 && odd > plenty && even < odd / 10) return 'utf-16le';
  if (sample[0] === 0 && even > plenty && odd < even / 10) return 'utf-16be';
  return null;
}

/** Where the last letter of UTF-8 that is whole ends. */
function endOfLetters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? bytes.length - back : bytes.length;
    if (byte < 0x80) break;
  }
  return bytes.length;
}

/** The text in pieces, with `\n` as the only line end and without NUL; `isLast` with the last one. */
export function* textOf(bytes: Bytes, encoding: Encoding): Generator<{ text: string; isLast: boolean }> {
  const decoder = new TextDecoder(encoding);
  let held = '';
  for (const piece of bytes()) {
    let text = held + decoder.decode(piece, { stream: true });
    // `\r\n` may be cut between two pieces.
    held = text.endsWith('\r') ? '\r' : '';
    if (held !== '') text = text.slice(0, -1);
    yield { text: plain(text), isLast: false };
  }
  yield { text: plain(held + decoder.decode()), isLast: true };
}

function plain(text: string): string {
  const withoutNul = text.includes('\0') ? text.replaceAll('\0', '') : text;
  return withoutNul.includes('\r') ? withoutNul.replace(/\r\n?/g, '\n') : withoutNul;
}
