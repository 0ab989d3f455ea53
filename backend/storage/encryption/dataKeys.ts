import { createHash, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { KEY_BYTES } from './seal.ts';

/**
 * A key of message texts. Its id is derived from it, so that the same key has the same id on every machine. `prepared` is
 * the same key as ciphers take it at a quarter of the cost.
 */
export type DataKey = { id: string; key: Buffer; prepared: KeyObject };

/** A data key as the secrets keep it. */
export type KeptKey = { key: string; madeAt: number };

const ID_LENGTH = 8;

/** The first digits of a hash of the key: names the key without giving it away. */
export function toDataKey(key: Buffer): DataKey {
  const id = createHash('sha256').update('vigie data key').update(key).digest('hex').slice(0, ID_LENGTH);
  return { id, key, prepared: createSecretKey(key) };
}

/** 256 bits in base64 or base64url; null when it is anything else. */
export function parseDataKey(text: string): DataKey | null {
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null;
  const key = Buffer.from(text, 'base64');
  return key.length === KEY_BYTES ? toDataKey(key) : null;
}

/** How a key is written where the operator keeps it: what `VIGIE_DATA_KEY` takes. */
export function writeDataKey({ key }: DataKey): string {
  return key.toString('base64url');
}

export function makeDataKey(now: number): KeptKey {
  return { key: randomBytes(KEY_BYTES).toString('base64url'), madeAt: now };
}

/** All keys that can open a text; the first one seals. Those of the environment come before those of the folder. */
export function keyRing(fixed: readonly DataKey[], kept: readonly KeptKey[]): DataKey[] {
  const all = [...fixed, ...kept.map(({ key }) => toDataKey(Buffer.from(key, 'base64url')))];
  return all.filter(({ id }, index) => all.findIndex((other) => other.id === id) === index);
}
