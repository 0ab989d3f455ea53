import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { csvLine, fromCell, toCell } from './spreadsheetText.ts';

const character = fc.constantFrom(...`=+-@'",;\t\n\r＝＋－＠ aé€😀1\\|%`);
const digit = fc.constantFrom(...`'0123.:/-e+% `);
const text = fc.oneof(
  fc.string({ unit: character, maxLength: 12 }),
  fc.string({ unit: digit, maxLength: 9 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const separator = fc.constantFrom(',' as const, ';' as const);

describe('a cell for a spreadsheet (CMP-13)', () => {
  it('begins with nothing that starts a formula, whatever the text', () => {
    fc.assert(
      fc.property(text, (given) => {
        expect(toCell(given)).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
      }),
      { numRuns: 5_000 },
    );
  });

  it('gives back the text that it was made from, also one that has apostrophes of its own', () => {
    fc.assert(
      fc.property(text, (given) => {
        expect(fromCell(toCell(given))).toBe(given);
      }),
      { numRuns: 5_000 },
    );
    expect([toCell('+33612345678'), toCell("'=1"), toCell("l'été")]).toEqual(["'+33612345678", "''=1", "l'été"]);
  });

  it('is marked where a spreadsheet would write a number or a date anew, and only there', () => {
    const marked = ['001', '01000', '1e5', '12/11/2026', '1.5', '10:30', '1234567890123456', "'001"];
    expect(marked.map(toCell)).toEqual(marked.map((given) => `'${given}`));
    const plain = ['0', '75011', '2026-11-29T07:20:00.000Z', '12 rue', 'e5', ''];
    expect(plain.map(toCell)).toEqual(plain);
  });

  it('is read back by a CSV reader with either separator, line ends as LF', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(text, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
        separator,
        (rows, sign) => {
          const file = rows.map((row) => csvLine(row, sign)).join('');
          const read = parse(file, { delimiter: sign, record_delimiter: '\r\n', relax_column_count: true });
          const wanted = rows.map((row) => row.map((cell) => cell.replace(/\r\n?/g, '\n')));
          expect(read.map((row) => row.map(fromCell))).toEqual(wanted);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('stands empty for null, and as it is for numbers and truth values', () => {
    expect(csvLine([null, -5, true, ''], ';')).toBe(';-5;true;\r\n');
  });
});
