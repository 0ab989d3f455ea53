import { createCipheriv, createDecipheriv, randomFillSync, type KeyObject } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
/** 96 random bits: with one key, 2^32 sealings keep the chance of a repeated IV below 2^-32 (NIST SP 800-38D, 8.3). */
export const IV_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/** Random bytes are fetched for many IVs at once, each of which is used once: asking for twelve costs as much. */
const ivs = Buffer.alloc(IV_BYTES * 512);
let usedIvs = ivs.length;
function nextIv(): Buffer {
  if (usedIvs === ivs.length) {
    randomFillSync(ivs);
    usedIvs = 0;
  }
  const iv = Buffer.from(ivs.subarray(usedIvs, usedIvs + IV_BYTES));
  usedIvs += IV_BYTES;
  return iv;
}

/** Encrypts bytes for one place: `place` is not hidden, but bound; opened anywhere else they are refused (SEC-3). */
export function seal(key: KeyObject | Uint8Array, clear: Uint8Array, place: string): Buffer {
  const iv = nextIv();
  const cipher = createCipheriv(ALGORITHM, key, iv);
  cipher.setAAD(Buffer.from(place, 'utf8'));
  return Buffer.concat([iv, cipher.update(clear), cipher.final(), cipher.getAuthTag()]);
}

/** The bytes that were sealed; null when the key or the place is another one, or a bit was changed. */
export function unseal(key: KeyObject | Uint8Array, sealed: Uint8Array, place: string): Buffer | null {
  if (sealed.length < IV_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(place, 'utf8'));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    const clear = decipher.update(sealed.subarray(IV_BYTES, sealed.length - TAG_BYTES));
    return Buffer.concat([clear, decipher.final()]);
  } catch {
    // The only error here is a tag that does not fit; its message says no more.
    return null;
  }
}
