import path from 'node:path';
import type { QueueResult, QueueTask } from './peers/task.ts';
import { inFolder } from './support/folders.ts';
import { othersShare } from './support/noise.ts';
import { runSide } from './support/side.ts';
import { startRedis } from './support/servers.ts';
import { median, ratios } from './support/statistics.ts';

const QUEUE = path.join(import.meta.dirname, 'product/queue.ts');
const ROUNDS = 5;
const JOBS = 5_000;
const AT_ONCE = 50;

/** What shared counters cost: messages per second with and without them, in turn, in the same run (SYN-5). */
export async function main(): Promise<void> {
  await inFolder(async (folder) => {
    const redis = await startRedis(folder, 'default');
    const send = (redisUrl: string | null): Promise<QueueResult> => {
      const task: QueueTask = { jobs: JOBS, atOnce: AT_ONCE, provider: null, server: '', serverPid: 0, redisUrl };
      return runSide<QueueResult>(QUEUE, task);
    };
    const others: number[] = [];
    const alone: QueueResult[] = [];
    const shared: QueueResult[] = [];
    // Each round on counters of its own: the folder of the round before is a machine that is gone.
    for (let round = 0; round < ROUNDS; round += 1) {
      others.push(await othersShare());
      alone.push(await send(null));
      shared.push(await send(`${redis.url}/${String(round)}`));
    }
    await redis.stop();
    process.stdout.write(table({ others, alone, shared }));
  });
}

/** A line for each round, and their medians; the processor time is that of the host's process. */
function table(rounds: { others: number[]; alone: QueueResult[]; shared: QueueResult[] }): string {
  const perSecond = (results: QueueResult[]): number[] => results.map(({ seconds }) => JOBS / seconds);
  const microseconds = (results: QueueResult[]): number[] =>
    results.map(({ processorMs }) => (processorMs / JOBS) * 1_000);
  const columns = [
    rounds.others.map((share) => share * 100),
    perSecond(rounds.alone),
    perSecond(rounds.shared),
    ratios(perSecond(rounds.shared), perSecond(rounds.alone)),
    microseconds(rounds.alone),
    microseconds(rounds.shared),
  ];
  const write = (value: number, column: number): string =>
    column === 3 ? value.toFixed(2) : String(Math.round(value));
  const line = (name: string, of: (values: number[]) => number): string =>
    `| ${[name, ...columns.map((values, column) => write(of(values), column))].join(' | ')} |`;
  return [
    '| round | others, % | alone, /s | shared, /s | shared / alone | alone, µs | shared, µs |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rounds.alone.map((_, round) => line(String(round + 1), (values) => values[round] ?? NaN)),
    line('median', median),
    '',
  ].join('\n');
}

if (process.argv[1] === import.meta.filename) await main();
