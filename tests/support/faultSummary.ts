import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What one fault test did in a long run. `seeds` are the first and the last of its rounds, null where nothing is drawn. */
export type TestSummary = {
  title: string;
  /** Numbers of the faults that the title names. */
  faults: string;
  invariants: string[];
  rounds: number;
  seeds: [number, number] | null;
  seconds: number;
  failed: boolean;
};
type Summary = { startedAt: string; machine: string; command: string; tests: TestSummary[] };

/** A title's last brackets, as in `(fault 3; SND-6, I4, I7)`. */
export function citedIn(title: string): Pick<TestSummary, 'faults' | 'invariants'> {
  const cited = /\((?:fault ([\d, ]+);? ?)?([^()]*)\)$/.exec(title);
  return { faults: cited?.[1]?.trim() ?? '', invariants: cited?.[2]?.match(/\bI\d+\b/g) ?? [] };
}

/** Begins the file of a run. */
export function startSummary(file: string, run: Omit<Summary, 'tests'>): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeSummary(file, { ...run, tests: [] });
}

export function addToSummary(file: string, test: TestSummary): void {
  const summary = readSummary(file);
  if (summary !== null) writeSummary(file, { ...summary, tests: [...summary.tests, test] });
}

/** Null when the run wrote none. */
export function readSummary(file: string): Summary | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Summary) : null;
}

function writeSummary(file: string, summary: Summary): void {
  writeFileSync(file, `${JSON.stringify(summary, null, 2)}\n`);
}

/** A run as a table in Markdown, one row for each fault or group of faults that is tested together. */
export function summaryTable({ startedAt, machine, command, tests }: Summary): string {
  const groups = [...Map.groupBy(tests, ({ faults }) => faults)].sort(
    ([a], [b]) => Number.parseInt(a, 10) - Number.parseInt(b, 10),
  );
  const rows = groups.map(([faults, group]) => {
    const sum = (of: (test: TestSummary) => number): number => group.reduce((total, test) => total + of(test), 0);
    const seeds = group.flatMap((test) => test.seeds ?? []);
    const invariants = [...new Set(group.flatMap((test) => test.invariants))].sort(
      (a, b) => Number(a.slice(1)) - Number(b.slice(1)),
    );
    const cells = [
      ...[faults === '' ? 'others' : faults, group.length, sum(({ rounds }) => rounds)],
      ...[seeds.length === 0 ? 'none' : seedRanges(group), invariants.join(', ')],
      ...[sum(({ seconds }) => seconds).toFixed(0), sum(({ failed }) => Number(failed))],
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `\`${command}\` from ${startedAt} on ${machine}:`,
    '',
    '| fault | tests | rounds | seeds (first–last of each test) | invariants | seconds | failures |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function seedRanges(group: readonly TestSummary[]): string {
  return group.flatMap(({ seeds }) => (seeds === null ? [] : [`${seeds[0]}–${seeds[1]}`])).join(', ');
}
