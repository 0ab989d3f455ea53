import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { readResults, type Results } from './results.ts';
import { COLUMNS, rows } from './table.ts';

const BEGIN = '<!-- bench:begin (npm run bench -- --write-docs) -->';
const END = '<!-- bench:end -->';

/** Writes the tables of the last run into `docs/performance.md`, between its two marks. */
export async function writeDocs(root: string): Promise<void> {
  const results = readResults(path.join(root, 'bench/results.json'));
  if (results === null) return;
  const file = path.join(root, 'docs/performance.md');
  const text = readFileSync(file, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${file} has lost its marks`);
  const whole = `${before}${BEGIN}\n\n${tables(results)}\n\n${END}${after}`;
  writeFileSync(file, await format(whole, { ...(await resolveConfig(file)), parser: 'markdown' }));
}

function tables({ machine, date, subjects }: Results): string {
  const parts = subjects.map((subject) => {
    const lines = [[...COLUMNS], COLUMNS.map(() => '---'), ...rows(subject)];
    const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
    return `### ${subject.subject}\n\n${table}\n\nNot in these figures: ${subject.leavesOut}`;
  });
  return [`Measured on ${date}: ${machine}.`, ...parts].join('\n\n');
}
