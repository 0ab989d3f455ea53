import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { readResults, type Results } from './results.ts';
import { COLUMNS, rows } from './table.ts';

/** Parts of the page that a script writes, each between its two marks. */
const MARKS = {
  all: ['<!-- bench:begin (npm run bench -- --write-docs) -->', '<!-- bench:end -->'],
  api: ['<!-- api:begin (node bench/api.ts --write-docs) -->', '<!-- api:end -->'],
  lists: ['<!-- lists:begin (node bench/lists.ts --write-docs) -->', '<!-- lists:end -->'],
  cleanup: ['<!-- cleanup:begin (node bench/cleanup.ts --write-docs) -->', '<!-- cleanup:end -->'],
} as const;

/** Writes the tables of the last run into `docs/performance.md`. */
export async function writeDocs(root: string): Promise<void> {
  const results = readResults(path.join(root, 'bench/results.json'));
  if (results !== null) await writeSection(root, 'all', tables(results));
}

/** Puts paragraphs and tables in the place of a part of `docs/performance.md`. @throws when its marks are lost */
export async function writeSection(root: string, part: keyof typeof MARKS, paragraphs: string[]): Promise<void> {
  const [begin, end] = MARKS[part];
  const file = path.join(root, 'docs/performance.md');
  const [before, rest] = readFileSync(file, 'utf8').split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${file} has lost its marks`);
  const whole = [`${before}${begin}`, ...paragraphs, `${end}${after}`].join('\n\n');
  writeFileSync(file, await format(whole, { ...(await resolveConfig(file)), parser: 'markdown' }));
}

function tables({ machine, date, subjects }: Results): string[] {
  const parts = subjects.map((subject) => {
    const lines = [[...COLUMNS], COLUMNS.map(() => '---'), ...rows(subject)];
    const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
    return `### ${subject.subject}\n\n${table}\n\nNot in these figures: ${subject.leavesOut}`;
  });
  return [`Measured on ${date}: ${machine}.`, ...parts];
}
