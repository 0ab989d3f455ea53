import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { KeyMeans } from '../storage/secretProtection.ts';

/**
 * Asks whoever sits in front of the terminal for the passphrase of the secrets; what is typed is not shown.
 * Undefined where nobody does: then only `VIGIE_PASSPHRASE` can open them. A wrong one is not asked for again.
 */
export const askPassphrase: KeyMeans['askPassphrase'] = process.stdin.isTTY
  ? async (isWrong) => {
      if (isWrong) return null;
      const silent = new Writable({
        write(_chunk, _encoding, done) {
          done();
        },
      });
      process.stderr.write('Phrase secrète / passphrase: ');
      const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
      try {
        return await terminal.question('');
      } finally {
        terminal.close();
        process.stderr.write('\n');
      }
    }
  : undefined;

/** The same answer when the application starts anew, as after a restore; asks again when it was changed meanwhile. */
export function askOnce(ask = askPassphrase): typeof askPassphrase {
  let answer: Promise<string | null> | null = null;
  let isOld = false;
  if (ask === undefined) return undefined;
  return (isWrong) => {
    if (!isWrong) {
      isOld = answer !== null;
      return (answer ??= ask(false));
    }
    if (!isOld) return Promise.resolve(null);
    isOld = false;
    return (answer = ask(false));
  };
}
