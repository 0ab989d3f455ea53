import { Redis } from 'ioredis';
import path from 'node:path';
import type { QueueResult, QueueTask } from './peers/task.ts';
import { inFolder } from './support/folders.ts';
import { inTurn } from './support/rounds.ts';
import { startRedis, type Server } from './support/servers.ts';
import { runSide, startSide } from './support/side.ts';
import { median, ratios } from './support/statistics.ts';

const at = (file: string): string => path.join(import.meta.dirname, file);
const HOSTS = [1, 2, 4] as const;
const CASES = [
  { delayMs: 50, atOnce: 4 },
  { delayMs: 5, atOnce: 4 },
  { delayMs: 50, atOnce: 50 },
  { delayMs: 5, atOnce: 50 },
] as const;
/** About as long as this takes four hosts. */
const RUN_MS = 1_000;
const MOST_JOBS = 4_000;
const ROUNDS = 3;

/** Each run has counters of its own: the hosts of the run before are gone. */
async function emptied(redis: Server): Promise<string> {
  const direct = new Redis(redis.url);
  await direct.flushall();
  direct.disconnect();
  return redis.url;
}

type Measured = { perSecond: number; processorUs: number };

/** How fast one host's queue empties with so many hosts, and its own processor time; 0: that host alone, with no Redis. */
async function measured(
  hosts: number,
  work: Pick<QueueTask, 'jobs' | 'atOnce' | 'provider'>,
  redis: Server,
): Promise<Measured> {
  const redisUrl = hosts === 0 ? null : await emptied(redis);
  const { atOnce, provider, jobs } = work;
  const helpers = [];
  for (let number = 1; number < hosts; number += 1) {
    helpers.push(await startSide(at('product/helper.ts'), { atOnce, provider, redisUrl }));
  }
  try {
    const task: QueueTask = { jobs, atOnce, provider, server: '', serverPid: 0, redisUrl, hosts };
    const { seconds, processorMs } = await runSide<QueueResult>(at('product/queue.ts'), task);
    return { perSecond: jobs / seconds, processorUs: (processorMs * 1_000) / jobs };
  } finally {
    for (const helper of helpers) await helper.stop();
  }
}

/** What sharing the work brings: one host's queue through a provider that takes its time, with 1, 2 and 4 hosts. */
export async function main(): Promise<void> {
  await inFolder(async (folder) => {
    const redis = await startRedis(folder, 'default');
    for (const { delayMs, atOnce } of CASES) {
      const provider = await startSide<{ url: string }>(at('support/provider.ts'), { delayMs });
      const jobs = Math.min(MOST_JOBS, Math.round((RUN_MS / delayMs) * atOnce * Math.max(...HOSTS)));
      const work = { jobs, atOnce, provider: provider.said.url };
      const sides = Object.fromEntries([0, ...HOSTS].map((hosts) => [hosts, () => measured(hosts, work, redis)]));
      const results = await inTurn(sides, ROUNDS);
      await provider.stop();
      const alone = results[0] ?? [];
      const lines = [0, ...HOSTS].map((hosts) => {
        const found = results[hosts] ?? [];
        const ratio = ratios(rates(found), rates(alone));
        const cost = `${whole(found.map(({ processorUs }) => processorUs))} us of the owner's processor a message`;
        const worst = Math.min(...ratio).toFixed(2);
        const name = hosts === 0 ? 'alone' : `${String(hosts)} hosts`;
        return `  ${name}: ${whole(rates(found))}/s, x${median(ratio).toFixed(2)} (worst ${worst}), ${cost}`;
      });
      process.stdout.write(`${String(delayMs)} ms, ${String(atOnce)} at once on each host\n${lines.join('\n')}\n`);
    }
    await redis.stop();
  });
}

const rates = (found: readonly Measured[]): number[] => found.map(({ perSecond }) => perSecond);
const whole = (values: number[]): string => String(Math.round(median(values)));

if (process.argv[1] === import.meta.filename) await main();
