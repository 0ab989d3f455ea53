import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '../backend/core/clock.ts';
import type { Subject } from './subject.ts';
import type { Figure } from './support/figure.ts';
import { inFolder } from './support/folders.ts';
import { startBenchHost } from './support/host.ts';
import { fillWithAttempts } from './support/millionAttempts.ts';
import { inTurn } from './support/rounds.ts';
import { size } from './support/size.ts';
import { median, ratios } from './support/statistics.ts';

const ATTEMPTS = size(1_000_000);

/** From the start of the process to the answer of `/health`, in ms. */
async function hostStart(dataDir: string): Promise<number> {
  const startedAt = performance.now();
  const host = await startBenchHost({ dataDir });
  const { status } = await fetch(`${host.admin}/health`);
  const time = performance.now() - startedAt;
  if (status !== 200) throw new Error(`/health answered ${String(status)}`);
  await host.end();
  return time;
}

async function emptyNode(): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--eval', ''], { stdio: 'ignore' });
  await once(child, 'exit');
  return performance.now() - startedAt;
}

async function run(folder: string): Promise<Figure[]> {
  const [empty, full] = [path.join(folder, 'empty'), path.join(folder, 'full')];
  mkdirSync(full);
  fillWithAttempts(full, ATTEMPTS, systemClock.now());
  const times = await inTurn({ node: emptyNode, empty: () => hostStart(empty), full: () => hostStart(full) });
  const ms = (values: number[]): string => `${median(values).toFixed(0)} ms`;
  return [
    {
      ...{ id: 'PRF-11', name: 'start to /health / empty Node', unit: 'x', goal: { atMost: 4 } },
      ...{ rounds: ratios(times.empty, times.node), reference: times.node },
      detail: `${ms(times.empty)} against ${ms(times.node)}`,
    },
    {
      ...{ id: 'PRF-11', name: 'start with 1,000,000 attempts / with none', unit: 'x', goal: { atMost: 1.3 } },
      ...{ rounds: ratios(times.full, times.empty), reference: times.empty },
      detail: `${ms(times.full)} against ${ms(times.empty)}`,
    },
  ];
}

/** PRF-11: how soon the host answers. */
export const start: Subject = {
  name: 'start',
  leavesOut:
    'The first start of a folder, which makes its files; the cold start after a reboot, whose files are not in memory.',
  run: () => inFolder(run),
};
