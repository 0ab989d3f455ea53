import path from 'node:path';
import { say } from '../scripts/processes.mjs';
import { followUp } from './followUp.ts';
import { idle } from './idle.ts';
import { contactImport } from './import.ts';
import { intake } from './intake.ts';
import { queue } from './queue.ts';
import { reservation } from './reservation.ts';
import { roundTrip } from './roundTrip.ts';
import { start } from './start.ts';
import { steady } from './steady.ts';
import type { Subject } from './subject.ts';
import { judge, type Judged, type LeftOut } from './support/figure.ts';
import { isNoisy, othersShare } from './support/noise.ts';
import { isQuick } from './support/size.ts';
import { saveResults, type SubjectResults } from './support/results.ts';
import { printed } from './support/table.ts';
import { writeDocs } from './support/docs.ts';

const SUBJECTS: Subject[] = [intake, steady, queue, reservation, followUp, contactImport, start, idle, roundTrip];

export type BenchOptions = { only: string[]; gate: boolean; docs: boolean };

/**
 * Measures the product against its peers, prints each table as it comes, and keeps all in `bench/results.json`.
 * @returns 1 when a benchmark broke, or with `gate` when a figure stays below 0.8 of its goal; 2 for an unknown name
 */
export async function bench(root: string, { only, gate, docs }: BenchOptions): Promise<number> {
  const unknown = only.filter((name) => !SUBJECTS.some((subject) => subject.name === name));
  if (unknown.length > 0) {
    say(`--only ${SUBJECTS.map(({ name }) => name).join('|')}`);
    return 2;
  }
  let broken = 0;
  let missed = 0;
  for (const subject of SUBJECTS.filter(({ name }) => only.length === 0 || only.includes(name))) {
    try {
      const results = await measured(subject);
      process.stdout.write(`${printed(results)}\n`);
      if (!isQuick) saveResults(path.join(root, 'bench/results.json'), results);
      missed += results.figures.filter(({ verdict }) => verdict === 'missed').length;
    } catch (error) {
      broken += 1;
      say(`${subject.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  if (docs && !isQuick) await writeDocs(root);
  return broken > 0 || (gate && missed > 0) ? 1 : 0;
}

async function measured(subject: Subject): Promise<SubjectResults> {
  say(`${subject.name}...`);
  const startedAt = performance.now();
  const others = await othersShare();
  const found = await subject.run();
  const isLeftOut = (line: (typeof found)[number]): line is LeftOut => 'reason' in line;
  const figures: Judged[] = found.flatMap((line) => (isLeftOut(line) ? [] : [judge(line, isNoisy(others))]));
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  return {
    subject: subject.name,
    leavesOut: subject.leavesOut,
    seconds,
    others,
    figures,
    leftOut: found.filter(isLeftOut),
  };
}
