import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSecrets, isSigned } from './signature.ts';

describe('a signature (WHK-3)', () => {
  const sign = (body: Buffer, secret: string): string =>
    `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const verify = (secrets: string[], body: Buffer, signature: string | string[] | undefined): boolean =>
    isSigned({ headers: { 'x-signature': signature }, body }, 'x-signature', secrets);

  it('is right for the raw bytes under any secret in force, and for no other bytes or secret', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.string({ minLength: 1 }),
        fc.nat(),
        (bytes, extra, position) => {
          const body = Buffer.from(bytes);
          expect(verify(['old', 'new'], body, sign(body, 'old'))).toBe(true);
          expect(verify(['old', 'new'], body, sign(body, 'new'))).toBe(true);
          expect(verify(['old', 'new'], body, sign(body, `retired${extra}`))).toBe(false);
          const changed = Buffer.concat([body, Buffer.from([0])]);
          changed[position % changed.length]! ^= 1;
          expect(verify(['new'], changed, sign(body, 'new'))).toBe(false);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('is wrong when it is missing, short, upper case, doubled, of another kind, or over re-serialised JSON', () => {
    const body = Buffer.from('{ "a": 1 }');
    const right = sign(body, 's');
    const wrong = [
      undefined,
      '',
      right.slice(0, -1),
      right.toUpperCase(),
      `sha256=${right.slice(7).toUpperCase()}`,
      right.slice(7),
      `${right} `,
      `sha1=${right.slice(7)}`,
      [right, right],
    ];
    for (const signature of wrong) expect(verify(['s'], body, signature)).toBe(false);
    expect(verify(['s'], Buffer.from(JSON.stringify(JSON.parse(body.toString()))), right)).toBe(false);
    expect(verify(['s'], body, right)).toBe(true);
  });

  it('is never right without a secret, and a blank secret is refused', () => {
    const body = Buffer.from('x');
    expect(verify([], body, sign(body, 's'))).toBe(false);
    expect(() => checkSecrets(['good', ' '])).toThrow(RangeError);
  });
});
