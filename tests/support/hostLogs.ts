import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Stands in every text that a test of processes gives to a host: wherever it turns up, a body was written down. */
export const PLANTED_TEXT = 'quittance-de-zinnia';
/** What no log may hold (I12). Phones are those of the tests, all in ranges that nobody has. */
const NEVER_IN_LOGS: readonly [string, RegExp][] = [
  ['a text', new RegExp(`${PLANTED_TEXT}|Bonjour|Zoé`)],
  ['a phone', /(?:33|0)6(?:3998\d{4}|12345678)/],
  ['a token', /eyJ[\w-]+\.[\w-]+\.[\w-]+/],
];

type Process = { secrets: readonly string[]; output: () => string; files: Map<string, string> };
const watched: Process[] = [];

/**
 * Keeps what a host writes for `findLeaks`: what it says on its two outputs, and the log files of its folder as they
 * are when it ends.
 */
export function watchLogs(options: { dataDir: string; secrets: readonly string[]; output: () => string }): {
  ended: () => void;
} {
  const files = new Map<string, string>();
  watched.push({ secrets: options.secrets, output: options.output, files });
  return {
    ended() {
      for (const [name, text] of logFiles(options.dataDir)) files.set(name, text);
    },
  };
}

/** What the hosts since the last call wrote though it is nobody's business (I12), one line for each find. */
export function takeLeaks(): string[] {
  return watched
    .splice(0)
    .flatMap(({ secrets, output, files }) =>
      [['output', output()] as const, ...files].flatMap(([place, text]) =>
        findLeaks(text, secrets).map((leak) => `${place}: ${leak}`),
      ),
    );
}

/** Lines of a log that hold a text, a phone or a secret of the tests. */
export function findLeaks(log: string, secrets: readonly string[]): string[] {
  return log.split('\n').flatMap((line) => {
    const kinds = NEVER_IN_LOGS.filter(([, pattern]) => pattern.test(line)).map(([kind]) => kind);
    if (secrets.some((secret) => secret !== '' && line.includes(secret))) kinds.push('a secret');
    return kinds.map((kind) => `${kind} in ${line.slice(0, 500)}`);
  });
}

function logFiles(folder: string): [string, string][] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(log|txt|jsonl)$/.test(name))
      .map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]);
  } catch (error) {
    // The folder went away with its mount, or the test gave the host a file in its place.
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code))) return [];
    throw error;
  }
}
