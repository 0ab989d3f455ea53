import { createHmac, hkdfSync } from 'node:crypto';
import { VigieError } from '../../contract/errors.ts';
import type { DataKey } from './dataKeys.ts';
import { KEY_BYTES, seal, unseal } from './seal.ts';

/** Where a text lies: table, row, column. Bound to the sealed text, so that one that is moved or copied is refused. */
export type Place = readonly [table: string, row: string, column: string];

/**
 * What is written begins with this exactly when it is sealed: a clear text that begins so by chance is sealed too.
 * Behind it stand the id of its key and a colon.
 */
export const MARK = 'vigie:sealed:';
const KEY_ID = /^[0-9a-f]{8}$/;
const HEAD_LENGTH = MARK.length + '01234567:'.length;
/** Texts of these types are always sealed (SEC-3). */
export const SENSITIVE_TYPES: ReadonlySet<string> = new Set(['otp', 'account']);
const FINGERPRINT = 'fp:';

/** Seals the texts of messages where they are written, and opens them where they leave (SEC-3). */
export type BodyCipher = {
  /** Whether the texts of a message of this type are sealed. */
  mustSeal(type: string): boolean;
  seal(text: string, place: Place): string;
  /** What was sealed for this place; a clear text as it is. @throws VigieError `body_unreadable` */
  open(stored: string, place: Place): string;
  sealBytes(bytes: Uint8Array, place: Place): Buffer;
  /** @throws VigieError `body_unreadable` */
  openBytes(stored: Buffer, place: Place): Buffer;
  /** Stands for a digest, and of no use to who guesses texts without having the key. */
  fingerprint(digest: string): string;
  isFingerprintOf(stored: string, digest: string): boolean;
  /** A fingerprint, or a bare digest of before, as it has to stand under the key in use. */
  renewFingerprint(stored: string): string;
  /** Whether what is written is sealed with the key in use. */
  isCurrent(stored: string | Buffer): boolean;
};

type CipherDependencies = {
  /** Keys in force, that in use first; asked every time, as it changes while the application runs. */
  ring: () => readonly DataKey[];
  /** Whether texts of every type are sealed. */
  sealsAll: () => boolean;
};

export function createBodyCipher({ ring, sealsAll }: CipherDependencies): BodyCipher {
  const inUse = (): DataKey => {
    const [first] = ring();
    if (first === undefined) throw new VigieError('frozen', { reason: 'data_key_missing', keyId: '-' });
    return first;
  };
  const headOf = ({ id }: DataKey): string => `${MARK}${id}:`;
  const unreadable = (reason: string, keyId: string): VigieError =>
    new VigieError('body_unreadable', { reason, keyId });
  const openWith = (keyId: string, sealed: Buffer, place: Place): Buffer => {
    const known = ring().find(({ id }) => id === keyId);
    if (known === undefined) throw unreadable('key_missing', KEY_ID.test(keyId) ? keyId : '-');
    const clear = unseal(known.prepared, sealed, nameOf(place));
    if (clear === null) throw unreadable('changed', keyId);
    return clear;
  };
  const fingerprintKeys = new Map<string, Buffer>();
  const step = (digest: string, keyId: string): string => {
    const key = ring().find(({ id }) => id === keyId)?.key;
    if (key === undefined) return '';
    const derived =
      fingerprintKeys.get(keyId) ?? Buffer.from(hkdfSync('sha256', key, '', 'vigie fingerprint', KEY_BYTES));
    fingerprintKeys.set(keyId, derived);
    return createHmac('sha256', derived).update(digest).digest('hex');
  };
  const chainOf = (stored: string): { keys: string[]; value: string } => {
    if (!stored.startsWith(FINGERPRINT)) return { keys: [], value: stored };
    const [, keys = '', value = ''] = stored.split(':');
    return { keys: keys.split(','), value };
  };

  const cipher: BodyCipher = {
    mustSeal: (type) => sealsAll() || SENSITIVE_TYPES.has(type),
    seal(text, place) {
      const key = inUse();
      return headOf(key) + seal(key.prepared, Buffer.from(text, 'utf8'), nameOf(place)).toString('base64url');
    },
    open(stored, place) {
      if (!isSealed(stored)) return stored;
      return openWith(keyIdOf(stored), Buffer.from(stored.slice(HEAD_LENGTH), 'base64url'), place).toString('utf8');
    },
    sealBytes(bytes, place) {
      const key = inUse();
      return Buffer.concat([Buffer.from(headOf(key)), seal(key.prepared, bytes, nameOf(place))]);
    },
    openBytes(stored, place) {
      if (!isSealed(stored)) return stored;
      return openWith(keyIdOf(stored), stored.subarray(HEAD_LENGTH), place);
    },
    fingerprint(digest) {
      const { id } = inUse();
      return `${FINGERPRINT}${id}:${step(digest, id)}`;
    },
    isFingerprintOf(stored, digest) {
      const { keys, value } = chainOf(stored);
      return keys.reduce(step, digest) === value;
    },
    renewFingerprint(stored) {
      const { id } = inUse();
      const { keys, value } = chainOf(stored);
      // The text is not at hand any more: what stands there is taken as the text of the next step.
      return keys.at(-1) === id ? stored : `${FINGERPRINT}${[...keys, id].join(',')}:${step(value, id)}`;
    },
    isCurrent: (stored) => isSealed(stored) && keyIdOf(stored) === inUse().id,
  };
  return cipher;
}

/** Whether a text or the bytes of a column are sealed. */
export function isSealed(stored: string | Buffer): boolean {
  if (typeof stored === 'string') return stored.startsWith(MARK);
  return stored.length >= MARK.length && stored.toString('latin1', 0, MARK.length) === MARK;
}

function keyIdOf(stored: string | Buffer): string {
  const head = typeof stored === 'string' ? stored.slice(0, HEAD_LENGTH) : stored.toString('latin1', 0, HEAD_LENGTH);
  return head.slice(MARK.length, HEAD_LENGTH - 1);
}

function nameOf(place: Place): string {
  return JSON.stringify(place);
}

/** For files without keys: everything is written as it is. The application itself never uses it. */
export const CLEAR_TEXTS: BodyCipher = {
  mustSeal: () => false,
  seal: (text) => text,
  open: (stored) => stored,
  sealBytes: (bytes) => Buffer.from(bytes),
  openBytes: (stored) => stored,
  fingerprint: (digest) => digest,
  isFingerprintOf: (stored, digest) => stored === digest,
  renewFingerprint: (stored) => stored,
  isCurrent: () => true,
};
