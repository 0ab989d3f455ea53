import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { VigieError } from '../../contract/errors.ts';
import { createBodyCipher, isSealed, MARK, type BodyCipher } from './bodyCipher.ts';
import { parseDataKey, toDataKey, writeDataKey, type DataKey } from './dataKeys.ts';
import { IV_BYTES } from './seal.ts';

const RUNS = { numRuns: 1_000 };
const newKey = (): DataKey => toDataKey(randomBytes(32));
const cipherOf = (...ring: DataKey[]): BodyCipher => createBodyCipher({ ring: () => ring, sealsAll: () => false });
const refusalOf = (open: () => unknown): unknown => {
  try {
    return open();
  } catch (error) {
    return error instanceof VigieError ? [error.code, error.data?.['reason']] : error;
  }
};
const CHANGED = ['body_unreadable', 'changed'];
const MISSING = ['body_unreadable', 'key_missing'];

const place = fc.tuple(fc.string(), fc.string(), fc.string());
const text = fc.string({ unit: 'binary' });

describe('texts at rest (SEC-3)', () => {
  const key = newKey();
  const cipher = cipherOf(key);

  it('are opened at their place as they were written, for every text and place', () => {
    fc.assert(
      fc.property(text, place, (written, at) => {
        const sealed = cipher.seal(written, at);
        expect(isSealed(sealed)).toBe(true);
        expect(written.length > 3 && sealed.includes(written)).toBe(false);
        // A lone surrogate is no text that UTF-8 can hold.
        expect(cipher.open(sealed, at)).toBe(written.toWellFormed());
        const bytes = Buffer.from(written);
        expect(cipher.openBytes(cipher.sealBytes(bytes, at), at)).toEqual(bytes);
      }),
      RUNS,
    );
  });

  it('are refused at every other place: swapped or copied rows', () => {
    fc.assert(
      fc.property(text, place, place, (written, at, elsewhere) => {
        fc.pre(at.join('|') !== elsewhere.join('|') || at.some((part, index) => part !== elsewhere[index]));
        expect(refusalOf(() => cipher.open(cipher.seal(written, at), elsewhere))).toEqual(CHANGED);
      }),
      RUNS,
    );
  });

  it('are refused when any bit was changed or the end is missing', () => {
    fc.assert(
      fc.property(text, place, fc.tuple(fc.nat(), fc.nat({ max: 7 })), (written, at, [position, bit]) => {
        const sealed = cipher.sealBytes(Buffer.from(written), at);
        const head = MARK.length + 9;
        const index = head + (position % (sealed.length - head));
        sealed[index] = (sealed[index] ?? 0) ^ (1 << bit);
        expect(refusalOf(() => cipher.openBytes(sealed, at))).toEqual(CHANGED);
        const cut = cipher.sealBytes(Buffer.from(written), at);
        expect(refusalOf(() => cipher.openBytes(cut.subarray(0, head + (position % (cut.length - head))), at))).toEqual(
          CHANGED,
        );
      }),
      RUNS,
    );
  });

  it('are refused without their key, and the key that is missing is named', () => {
    const sealed = cipher.seal('Code 123456', ['attempts', 'a', 'body']);
    expect(refusalOf(() => cipherOf(newKey()).open(sealed, ['attempts', 'a', 'body']))).toEqual(MISSING);
    expect(() => cipherOf(newKey()).open(sealed, ['attempts', 'a', 'body'])).toThrow(
      expect.objectContaining({ data: { reason: 'key_missing', keyId: key.id } }),
    );
  });

  it('never share an IV under one key', () => {
    const ivs = new Set<string>();
    for (let count = 0; count < 20_000; count++) {
      const sealed = Buffer.from(cipher.seal('Code 123456', ['t', 'r', 'c']).slice(MARK.length + 9), 'base64url');
      ivs.add(sealed.toString('hex', 0, IV_BYTES));
    }
    expect(ivs.size).toBe(20_000);
  });

  it('are sealed by the newest key and opened by each that is there', () => {
    const older = cipher.seal('Bonjour', ['attempts', 'a', 'body']);
    const next = newKey();
    const both = cipherOf(next, key);
    expect([both.open(older, ['attempts', 'a', 'body']), both.isCurrent(older)]).toEqual(['Bonjour', false]);
    expect(both.isCurrent(both.seal('Bonjour', ['attempts', 'a', 'body']))).toBe(true);
  });

  it('have a digest that nobody without the key can guess a code from, and that lasts through new keys', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 4 }), (digest, rotations) => {
        let ring = [key];
        const rotating = createBodyCipher({ ring: () => ring, sealsAll: () => false });
        // A bare digest is what stood there before texts were sealed.
        for (let stored of [rotating.fingerprint(digest), digest]) {
          for (let count = 0; count < rotations; count++) {
            ring = [newKey(), ...ring];
            stored = rotating.renewFingerprint(stored);
            expect(rotating.renewFingerprint(stored)).toBe(stored);
          }
          expect(rotating.isFingerprintOf(stored, digest)).toBe(true);
          expect(rotating.isFingerprintOf(stored, `${digest}x`)).toBe(false);
        }
        expect(cipherOf(newKey()).isFingerprintOf(rotating.fingerprint(digest), digest)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a data key', () => {
  it('is 32 bytes in base64 and nothing else, and is written as it is read', () => {
    const made = newKey();
    expect(parseDataKey(writeDataKey(made))).toEqual(made);
    expect(parseDataKey(made.key.toString('base64'))).toEqual(made);
    for (const wrong of ['', 'a passphrase', randomBytes(31).toString('base64'), randomBytes(33).toString('base64')])
      expect(parseDataKey(wrong)).toBeNull();
  });
});
