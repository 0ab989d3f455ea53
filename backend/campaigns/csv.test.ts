import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvFileError, type CsvRow } from './csv.ts';
import { findColumns, nameOf } from './csvColumns.ts';
import { openCsv } from './csvFile.ts';
import { detectEncoding, textOf } from './csvText.ts';

const bytesOf = (file: string | Uint8Array, pieceBytes: number) => () => {
  const all = Buffer.from(file as Uint8Array);
  return Array.from({ length: Math.ceil(all.length / pieceBytes) }, (_, index) =>
    all.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  );
};
const read = (file: string | Uint8Array, pieceBytes = 1024 * 1024): { header: string[]; rows: CsvRow[] } => {
  const { header, rows } = openCsv(bytesOf(file, pieceBytes));
  return { header, rows: [...rows].flat() };
};
const decodeText = (file: Uint8Array, pieceBytes = 1024): string => {
  const bytes = bytesOf(file, pieceBytes);
  return [...textOf(bytes, detectEncoding(bytes))].map(({ text }) => text).join('');
};
const problemOf = (file: string | Uint8Array): unknown => {
  try {
    read(file);
    return null;
  } catch (error) {
    return error instanceof CsvFileError ? error.problem : error;
  }
};

describe('reading CSV', () => {
  it.each([
    ['comma', ','],
    ['semicolon', ';'],
    ['tab', '\t'],
  ])('separates by %s, found by itself (CMP-1)', (_name, delimiter) => {
    const { header, rows } = read(`nom${delimiter}tel\n"a,b;c\td"${delimiter}1`);
    expect(header).toEqual(['nom', 'tel']);
    expect(rows).toEqual([{ kind: 'cells', line: 2, cells: ['a,b;c\td', '1'] }]);
  });

  it.each([',', ';', '\t'])('finds %j also where a title in quotes goes on over lines (CMP-1)', (delimiter) => {
    const { header, rows } = read(`"Numéro\n\nmobile"${delimiter}nom\n1${delimiter}x`);
    expect([header, rows]).toEqual([['Numéro\n\nmobile', 'nom'], [{ kind: 'cells', line: 4, cells: ['1', 'x'] }]]);
    expect(read(`Écran 5"${delimiter}tel\n1${delimiter}"2`).header).toEqual(['Écran 5"', 'tel']);
  });

  it('takes zeros in a text for no UTF-16 that begins otherwise (CMP-1)', () => {
    expect(read('h,i\n\0,\0"\0').header).toEqual(['h', 'i']);
  });

  it('believes the mark of UTF-8: a letter that is none costs itself alone (CMP-1)', () => {
    const file = Buffer.concat([Buffer.from('\ufefftel;nom\n1;Zoé '), Buffer.from([0xe9]), Buffer.from('\n2;Éva')]);
    expect(read(file)).toMatchObject({
      header: ['tel', 'nom'],
      rows: [{ cells: ['1', 'Zoé \ufffd'] }, { cells: ['2', 'Éva'] }],
    });
  });

  it('believes the separator that Excel declares, and counts its line (CMP-1)', () => {
    expect(read('sep=;\r\nnom;a,b,c\r\nx;y')).toEqual({
      header: ['nom', 'a,b,c'],
      rows: [{ kind: 'cells', line: 3, cells: ['x', 'y'] }],
    });
  });

  it.each([
    ['UTF-8', Buffer.from('Prénom\nZoé')],
    ['UTF-8 with a mark', Buffer.from('\ufeffPrénom\nZoé')],
    ['UTF-16 LE with a mark', Buffer.from('\ufeffPrénom\nZoé', 'utf16le')],
    ['UTF-16 LE without a mark', Buffer.from('Prénom\nZoé', 'utf16le')],
    ['UTF-16 BE with a mark', Buffer.from('\ufeffPrénom\nZoé', 'utf16le').swap16()],
    ['UTF-16 BE without a mark', Buffer.from('Prénom\nZoé', 'utf16le').swap16()],
    ['Windows-1252', Buffer.from('Prénom\nZoé', 'latin1')],
  ])('understands %s (CMP-1)', (_name, file) => {
    expect(decodeText(file)).toBe('Prénom\nZoé');
    expect(read(file)).toMatchObject({ header: ['Prénom'], rows: [{ cells: ['Zoé'] }] });
  });

  it('understands the euro sign and curly quotes of Windows-1252 (CMP-1)', () => {
    expect(decodeText(Buffer.from([0x80, 0x92, 0xe9]))).toBe('€’é');
  });

  it('counts lines as a text editor does, through quoted line ends, empty lines and any line ends (CMP-1)', () => {
    const { rows } = read('nom,tel\r\n\r\n"a\r\nb\r\n\r\nc",1\r\n , \r\nd,2\re,3\n\n');
    expect(rows).toEqual([
      { kind: 'cells', line: 3, cells: ['a\nb\n\nc', '1'] },
      { kind: 'cells', line: 8, cells: ['d', '2'] },
      { kind: 'cells', line: 9, cells: ['e', '3'] },
    ]);
  });

  it('loses to a stray quote its own line only (CMP-1)', () => {
    const { rows } = read('nom,tel\n"Awa,1\n"Diop, Zoé",2\nJean "Jo" X,3\n"abc"d,4\n"Fin,5');
    expect(rows).toEqual([
      { kind: 'broken', line: 2, text: '"Awa,1' },
      { kind: 'cells', line: 3, cells: ['Diop, Zoé', '2'] },
      { kind: 'cells', line: 4, cells: ['Jean "Jo" X', '3'] },
      expect.objectContaining({ line: 5 }) as unknown as CsvRow,
      { kind: 'broken', line: 6, text: '"Fin,5' },
    ]);
  });

  it('says of a whole file why it cannot be read (CMP-1)', () => {
    expect(problemOf('')).toBe('empty_file');
    expect(problemOf('\ufeff\n \n')).toBe('empty_file');
    expect(problemOf(Buffer.from('504b0304aabb', 'hex'))).toBe('not_text');
    expect(problemOf(`tel${',x'.repeat(1_000_000)}\n1`)).toBe('too_many_columns_in_header');
  });

  it('reads back what was written, whatever the cells hold (CMP-1)', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', ';', '\t', '\n', ' ', '=') });
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 8 }), (lines) => {
        const file = ['h,i', ...lines.map((cells) => cells.map(quoted).join(','))].join('\n');
        const kept = lines.filter((cells) => cells.some((text) => text.trim() !== ''));
        expect(read(file).rows.map((row) => (row.kind === 'cells' ? row.cells : null))).toEqual(kept);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes no text for UTF-16 because of zeros that stand in it (CMP-1)', () => {
    expect(read('h,i\n\0,\0"\0').header).toEqual(['h', 'i']);
    expect(read(`h,i\n${'\0a'.repeat(40)}`).rows).toMatchObject([{ cells: ['a'.repeat(40)] }]);
  });

  it('never fails on text, and gives each line at most once, in order (CMP-1, SEC-6)', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', '"', ',', '\n', '\r', '\0') });
    fc.assert(
      fc.property(text, (body) => {
        const lines = read(`h,i\n${body}`).rows.map(({ line }) => line);
        expect(lines).toEqual([...new Set(lines)].sort((one, other) => one - other));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('finding the columns', () => {
  it.each([
    ...['phone', 'telephone', 'tel', 'numero', 'PHONE', 'Téléphone', 'Tél.', 'N° de téléphone', 'Nº tel', 'mobile'],
    ...['Portable', 'Numéro de téléphone', 'Téléphone portable', 'Phone number', 'phone_number', 'Tel1', 'WhatsApp'],
  ])('takes « %s » for the phone (CMP-1)', (title) => {
    expect(findColumns(['ville', title])?.phones).toEqual([1]);
  });

  it.each(['Téléphone fixe', 'Numéro client', 'Numéro de rue', 'telegramme', 'ville', ''])(
    'does not take « %s » for a phone (CMP-1)',
    (title) => {
      expect(findColumns([title])).toBeNull();
    },
  );

  it('prefers the column that has WhatsApp, and takes a bare number only where nothing better is (CMP-1)', () => {
    expect(findColumns(['numero', 'telephone', 'mobile'])?.phones).toEqual([2, 1]);
    expect(findColumns(['numero', 'nom'])?.phones).toEqual([0]);
  });

  it.each([
    [['tel', 'nom'], ['1', 'Diop'], 'Diop', []],
    [['tel', 'Nom', 'Prénom'], ['1', 'Diop', 'Awa'], 'Awa Diop', ['Nom', 'Prénom']],
    [['tel', 'prenom'], ['1', 'Awa'], 'Awa', ['prenom']],
    [['tel', 'name', 'ville'], ['1', 'Awa Diop', 'Lyon'], 'Awa Diop', ['ville']],
    [['tel', 'Nom complet', 'nom', 'prénom'], ['1', 'A. Diop', 'Diop', 'Awa'], 'A. Diop', ['nom', 'prénom']],
    [['tel', 'First name', 'Last name'], ['1', 'Awa', 'Diop'], 'Awa Diop', ['First name', 'Last name']],
  ])('makes of %j the name and the attributes (CMP-1, CMP-3)', (...[header, cells, name, attributes]) => {
    const columns = findColumns(header)!;
    expect(nameOf(cells, columns)).toBe(name);
    expect(columns.attributes.map(({ key }) => key)).toEqual(attributes);
  });

  it('drops titles that would reach the prototype, and those without a name (SEC-6)', () => {
    const columns = findColumns(['tel', '__proto__', 'constructor', 'prototype', ' ', 'toString'])!;
    expect(columns.attributes.map(({ key }) => key)).toEqual(['toString']);
  });
});
