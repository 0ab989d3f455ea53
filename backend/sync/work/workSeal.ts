import { createHmac, hkdfSync } from 'node:crypto';
import { seal, unseal } from '../../storage/encryption/seal.ts';

const KEY_BYTES = 32;
const NAME_CHARACTERS = 24;

/** Queue of a line, and what is exchanged through it: only who has the line's own key finds the one and reads the other. */
export type WorkSeal = {
  name: string;
  seal(value: object, place: string): string;
  /** The parsed value; null when it was sealed with another key or for another place. */
  open(sealed: string, place: string): unknown;
};

/** @param account what hosts that may share the line's work have in common, besides its key */
export function createWorkSeal(lineKey: string, account: readonly string[]): WorkSeal {
  const key = new Uint8Array(hkdfSync('sha256', lineKey, '', 'vigie shared work', KEY_BYTES));
  const name = createHmac('sha256', key).update(JSON.stringify(account)).digest('hex').slice(0, NAME_CHARACTERS);
  return {
    name,
    seal: (value, place) => seal(key, Buffer.from(JSON.stringify(value), 'utf8'), place).toString('base64'),
    open(sealed, place) {
      const clear = unseal(key, Buffer.from(sealed, 'base64'), place);
      return clear === null ? null : (JSON.parse(clear.toString('utf8')) as unknown);
    },
  };
}
