import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseBody } from './json.ts';
import { maskBody } from './maskBody.ts';

it('gives back what JSON.parse gives (WHK-5)', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 10 }), (value) => {
      expect(parseBody(Buffer.from(JSON.stringify(value)))).toEqual({
        json: JSON.parse(JSON.stringify(value)) as unknown,
      });
    }),
    { numRuns: 1000 },
  );
});

it('never throws, whatever the bytes (WHK-5)', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
      const parsed = parseBody(Buffer.from(bytes));
      expect('json' in parsed || 'problem' in parsed).toBe(true);
      expect(typeof maskBody(Buffer.from(bytes))).toBe('string');
    }),
    { numRuns: 1000 },
  );
});

it.each([
  ['{"a":', 'malformed_json'],
  ['', 'malformed_json'],
  ['{"a":1}}', 'malformed_json'],
  [Buffer.from([0x22, 0xc3, 0x28, 0x22]), 'not_utf8'],
  ['['.repeat(65) + ']'.repeat(65), 'too_deep'],
  ['{"a":'.repeat(100_000), 'too_deep'],
  ['[{'.repeat(33), 'too_deep'],
])('says what is wrong with %j', (body, problem) => {
  expect(parseBody(Buffer.from(body))).toEqual({ problem });
});

it('does not count brackets in strings, nor quotes that are escaped', () => {
  expect(parseBody(Buffer.from(JSON.stringify('['.repeat(500))))).toHaveProperty('json');
  expect(parseBody(Buffer.from(JSON.stringify(['\\"['.repeat(200), { a: '\\' }])))).toHaveProperty('json');
  expect(parseBody(Buffer.from('['.repeat(64) + ']'.repeat(64)))).toHaveProperty('json');
});

it('takes a byte order mark for nothing', () => {
  expect(parseBody(Buffer.from('\uFEFF{"a":1}'))).toEqual({ json: { a: 1 } });
});

it('makes prototype keys plain properties (SEC-6)', () => {
  const parsed = parseBody(
    Buffer.from('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  );
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect('json' in parsed && Object.hasOwn(parsed.json as object, '__proto__')).toBe(true);
});

it.each([
  ['{"phone":"+33612345678"}', '{"phone":"+33*******78"}'],
  ['{"from":"33612345678@c.us","n":33612345678}', '{"from":"+33*******78@c.us","n":"+33*******78"}'],
  ['{"body":"Rappelez le +33 6 12 34 56 78."}', '{"body":"Rappelez le +33*******78."}'],
  [
    '{"id":"6a0f1c2b7a4d3c0018e6b2aa","timestamp":1795161600}',
    '{"id":"6a0f1c2b7a4d3c0018e6b2aa","timestamp":1795161600}',
  ],
  ['{"createdAt":"1795161600"}', '{"createdAt":"1795161600"}'],
  ['broken +33612345678 {', 'broken +33*******78 {'],
])('shows %s as %s (WHK-6)', (body, shown) => {
  expect(maskBody(Buffer.from(body))).toBe(shown);
});
