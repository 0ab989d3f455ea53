import { VigieError } from '../contract/errors.ts';
import { loadSecrets, saveSecrets, type StoredLine } from '../storage/secrets.ts';

/** The lines that are set in the application, with their keys: they lie in the secrets of the data folder (SND-12). */
export type LineAccounts = {
  all(): Record<string, StoredLine>;
  /** On disk when it returns. */
  put(id: string, line: StoredLine): void;
  drop(id: string): void;
  /** A demo is open: what is set now works from the next start on, in the real workspace. */
  readonly isDemo: boolean;
};

export function createLineAccounts({ dataDir, demo }: { dataDir: string; demo: boolean }): LineAccounts {
  const change = (work: (lines: Record<string, StoredLine>) => void): void => {
    const secrets = loadSecrets(dataDir);
    const lines = { ...secrets.lines };
    work(lines);
    // A line that is taken back before it ever worked leaves the demo as it was.
    saveSecrets(dataDir, { ...secrets, lines, demoLeft: !demo || Object.keys(lines).length > 0 });
  };
  return {
    isDemo: demo,
    all: () => loadSecrets(dataDir).lines,
    put: (id, line) =>
      change((lines) => {
        lines[id] = line;
      }),
    drop: (id) =>
      change((lines) => {
        delete lines[id];
      }),
  };
}

/** For a workspace without a data folder of secrets: it has no such lines, and takes none. */
export const NO_ACCOUNTS: LineAccounts = {
  isDemo: false,
  all: () => ({}),
  put() {
    throw new VigieError('line_fixed', { line: '' });
  },
  drop() {},
};
