import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAnyPhone } from './phone.ts';
import { plainPhone } from './plainPhone.ts';

const COUNTRIES = [
  'FR',
  'SN',
  'CI',
  'CM',
  'BE',
  'CH',
  'DE',
  'ES',
  'IN',
  'TN',
  'MA',
  'US',
  'GB',
  'IT',
  'BR',
  'MX',
  'XX',
];
const digits = fc.stringMatching(/^[1-9][0-9]{6,9}$/);
const start = fc.constantFrom(
  '',
  '',
  '0',
  '0',
  '00',
  '+',
  '+33',
  '+330',
  '+33 (0)',
  '+33(0)',
  '+33 (0) ',
  '+221 (0)',
  '+49 (0)',
  '+91(0)',
  '0033 ',
  '0091',
  '+221',
  '+91',
  '0033',
  '33',
  '06',
  '07',
  '77',
  '+49',
  '+1',
);
const separator = fc.constantFrom('', '', '', ' ', '.', '-');

describe('the short way to a phone number', () => {
  it('says what the library says, wherever it says anything (CMP-1)', () => {
    let answered = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...COUNTRIES),
        start,
        fc.tuple(digits, separator),
        (country, begin, [rest, between]) => {
          const text = begin + (between === '' ? rest : rest.replace(/(\d\d)(?=\d)/g, `$1${between}`));
          const quick = plainPhone(text, country);
          if (quick === null) return;
          answered++;
          expect([text, country, quick]).toEqual([text, country, parseAnyPhone(text, country)]);
        },
      ),
      { numRuns: 400_000 },
    );
    expect(answered).toBeGreaterThan(10_000);
  });

  it.each([
    ['FR', '0639980001', '+33639980001'],
    ['FR', '06 39 98 00 01', '+33639980001'],
    ['FR', '+33.6.39.98.00.01', '+33639980001'],
    ['SN', '77 123 45 67', '+221771234567'],
    ['FR', '(06) 39 98 00 01', null],
    ['FR', '0033639980001', '+33639980001'],
    ['FR', '+33 (0)6 39 98 00 01', '+33639980001'],
    ['US', '2025550123', null],
  ])('in %s reads %s as %s (CMP-1)', (country, text, expected) => {
    expect(plainPhone(text, country)).toBe(expected);
  });
});
