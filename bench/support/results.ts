import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release, type } from 'node:os';
import { systemClock } from '../../backend/core/clock.ts';
import type { Judged, LeftOut } from './figure.ts';

export type SubjectResults = {
  subject: string;
  leavesOut: string;
  seconds: number;
  /** Share of the machine that others used right before. */
  others: number;
  figures: Judged[];
  leftOut: LeftOut[];
};

/** What `bench/results.json` holds: the last run of each subject. */
export type Results = { machine: string; date: string; subjects: SubjectResults[] };

export function readResults(file: string): Results | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : null;
}

/** Puts a subject's figures into the file, in the place of its earlier ones. */
export function saveResults(file: string, results: SubjectResults): void {
  const subjects = readResults(file)?.subjects ?? [];
  const place = subjects.findIndex(({ subject }) => subject === results.subject);
  subjects.splice(place === -1 ? subjects.length : place, place === -1 ? 0 : 1, results);
  const all: Results = { machine: machine(), date: today(), subjects };
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
}

function machine(): string {
  const model = cpus()[0]?.model ?? 'unknown processor';
  return `${String(availableParallelism())} cores of ${model.trim()}, ${type()} ${release()}, Node ${process.versions.node}`;
}

const today = (): string => new Date(systemClock.now()).toISOString().slice(0, 10);
