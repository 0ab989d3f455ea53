import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/**
 * Asks whoever sits in front of the terminal for the passphrase of the secrets; what is typed is not shown.
 * Undefined where nobody does: then only `VIGIE_PASSPHRASE` can open them.
 */
export const askPassphrase: (() => Promise<string>) | undefined = process.stdin.isTTY
  ? async () => {
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

/** The same answer when the application starts anew, as after a restore. */
export function askOnce(): typeof askPassphrase {
  let answer: Promise<string> | null = null;
  const ask = askPassphrase;
  return ask === undefined ? undefined : () => (answer ??= ask());
}
