import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePhone } from './phone.ts';

describe('phone', () => {
  it.each([
    ['06 12 34 56 78', 'FR', '+33612345678'],
    ['06.12.34.56.78', 'FR', '+33612345678'],
    ['06-12-34-56-78', 'fr', '+33612345678'],
    ['+33 (0)6 12 34 56 78', 'FR', '+33612345678'],
    ['0033612345678', 'FR', '+33612345678'],
    ['00 33 6 12 34 56 78', 'US', '+33612345678'],
    ['011 33 6 12 34 56 78', 'US', '+33612345678'],
    ['tel:+33612345678', 'FR', '+33612345678'],
    ['33612345678', 'FR', '+33612345678'],
    ['612345678', 'FR', '+33612345678'],
    ["'0612345678", 'FR', '+33612345678'],
    ['\u202a+33 6 12 34 56 78\u202c', 'FR', '+33612345678'],
    ['\ufeff06\u00a012\u202f34\u200b56\t78', 'FR', '+33612345678'],
    ['０６１２３４５６７８', 'FR', '+33612345678'],
    ['٠٦١٢٣٤٥٦٧٨', 'FR', '+33612345678'],
    ['77 123 45 67', 'SN', '+221771234567'],
    ['+221 77 123 45 67', 'FR', '+221771234567'],
    ['(415) 555-2671', 'US', '+14155552671'],
  ])('reads %j in %s as %s (CMP-1)', (text, country, expected) => {
    expect(parsePhone(text, country)).toBe(expected);
  });

  it.each([
    '',
    ' ',
    'abc',
    '12345',
    '061234567',
    '06 12 34 56 789',
    '0000000000',
    '+33612345678901234',
    '+999123456789',
    '3.36123E+10',
    '0612345678 / 0698765432',
    '0612345678;0698765432',
    '0612345678 ext. 12',
    'appelez le 0612345678',
    '-',
    '+',
    '00',
  ])('refuses %j (CMP-1)', (text) => {
    expect(parsePhone(text, 'FR')).toBeNull();
  });

  it('needs an international prefix where the country is not one (CMP-1)', () => {
    expect(parsePhone('0612345678', 'ZZ')).toBeNull();
    expect(parsePhone('+33612345678', 'ZZ')).toBe('+33612345678');
  });

  it('gives one E.164 for every way to write a number, and that reads as itself (CMP-1)', () => {
    const national = fc
      .tuple(fc.constantFrom('6', '7'), fc.integer({ min: 0, max: 99_999_999 }))
      .map(([first, rest]) => first + String(rest).padStart(8, '0'));
    const prefix = fc.constantFrom('+33', '+33 ', '0033', '00 33 ', '0', 'tel:+33', "'0", '+33 (0)');
    const separators = fc.array(fc.constantFrom('', ' ', '.', '-', '\u00a0', '\u200e', '\u2009'), {
      minLength: 8,
      maxLength: 8,
    });
    fc.assert(
      fc.property(national, prefix, separators, (digits, start, between) => {
        const written = start + [...digits].map((digit, index) => digit + (between[index] ?? '')).join('');
        const phone = parsePhone(written, 'FR');
        expect(phone).toBe(`+33${digits}`);
        expect(parsePhone(phone ?? '', 'US')).toBe(phone);
      }),
      { numRuns: 1_000 },
    );
  });

  it('answers any text, and with E.164 or null only (CMP-1)', () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[+0-9 ().\-/x;:tel]{0,30}$/));
    fc.assert(
      fc.property(texts, fc.constantFrom('FR', 'US', 'SN', ''), (text, country) => {
        const phone = parsePhone(text, country);
        if (phone !== null) expect(phone).toMatch(/^\+[1-9]\d{5,14}$/);
      }),
      { numRuns: 2_000 },
    );
  });
});
