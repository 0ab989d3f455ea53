import path from 'node:path';
import type { QueueResult, QueueTask } from './peers/task.ts';
import { inFolder } from './support/folders.ts';
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
    const perSecond = async (redisUrl: string | null): Promise<number> => {
      const task: QueueTask = { jobs: JOBS, atOnce: AT_ONCE, provider: null, server: '', serverPid: 0, redisUrl };
      return JOBS / (await runSide<QueueResult>(QUEUE, task)).seconds;
    };
    const alone: number[] = [];
    const shared: number[] = [];
    // Each round on counters of its own: the folder of the round before is a machine that is gone.
    for (let round = 0; round < ROUNDS; round += 1) {
      alone.push(await perSecond(null));
      shared.push(await perSecond(`${redis.url}/${String(round)}`));
    }
    await redis.stop();
    const found = ratios(shared, alone);
    const whole = (value: number): string => String(Math.round(value));
    process.stdout.write(
      `alone ${whole(median(alone))}/s, shared ${whole(median(shared))}/s, shared / alone ${median(found).toFixed(2)} ` +
        `(worst ${Math.min(...found).toFixed(2)})\n`,
    );
  });
}

if (process.argv[1] === import.meta.filename) await main();
