import path from 'node:path';
import type { ExpressTask } from './peers/express.ts';
import type { Subject } from './subject.ts';
import type { Figure, LeftOut } from './support/figure.ts';
import { inFolder } from './support/folders.ts';
import { startBenchHost } from './support/host.ts';
import { inTurn } from './support/rounds.ts';
import { saturate } from './support/saturate.ts';
import { startSide } from './support/side.ts';
import { size } from './support/size.ts';
import { slowSyncs } from './support/slowSync.ts';
import { median, ratios } from './support/statistics.ts';
import { processed } from './support/webhooks.ts';

const EXPRESS = path.join(import.meta.dirname, 'peers/express.ts');
const REQUESTS = size(8_000);
/** Against INSERT per request, which manages some hundred a second. */
const FEWER = size(1_000);

type Pair = { host: number[]; express: number[]; insert: number[] };

/** Saturates the host, bare Express, and Express with an INSERT per request, in turn. */
async function compare(folder: string, name: string, env: Record<string, string>): Promise<Pair> {
  const dataDir = path.join(folder, name);
  const host = await startBenchHost({ dataDir, env });
  const bareTask: ExpressTask = { file: null };
  const insertTask: ExpressTask = { file: path.join(folder, `${name}.db`) };
  const bare = await startSide<{ url: string }>(EXPRESS, bareTask, { env });
  const insert = await startSide<{ url: string }>(EXPRESS, insertTask, { env });
  try {
    const results = await inTurn({
      host: async () => {
        const { perSecond } = await saturate(host.webhookUrl, REQUESTS);
        await processed(dataDir);
        return perSecond;
      },
      express: async () => (await saturate(bare.said.url, REQUESTS)).perSecond,
      insert: async () => (await saturate(insert.said.url, FEWER)).perSecond,
    });
    return results;
  } finally {
    await Promise.all([host.end(), bare.stop(), insert.stop()]);
  }
}

function figure(line: Pick<Figure, 'id' | 'name'> & { least: number; own: number[]; reference: number[] }): Figure {
  const { id, name, least, own, reference } = line;
  return {
    ...{ id, name, unit: 'x', goal: { atLeast: least }, rounds: ratios(own, reference), reference },
    detail: `${median(own).toFixed(0)}/s against ${median(reference).toFixed(0)}/s`,
  };
}

async function run(folder: string): Promise<(Figure | LeftOut)[]> {
  const quick = await compare(folder, 'quick', {});
  const figures: (Figure | LeftOut)[] = [
    figure({
      ...{ id: 'PRF-1', name: 'durable webhook intake / bare Express 5, saturated', least: 1 },
      ...{ own: quick.host, reference: quick.express },
    }),
    figure({
      ...{ id: 'PRF-2', name: 'durable webhook intake / Express, INSERT each, FULL', least: 6 },
      ...{ own: quick.host, reference: quick.insert },
    }),
  ];
  const name = 'the same where each sync takes 2 ms longer';
  const slow = slowSyncs(folder);
  if ('reason' in slow) return [...figures, { id: 'PRF-2', name, reason: slow.reason }];
  const slowed = await compare(folder, 'slow', slow.env);
  return [...figures, figure({ id: 'PRF-2', name, least: 20, own: slowed.host, reference: slowed.insert })];
}

/** PRF-1 and PRF-2: webhooks that are on disk before they are answered. */
export const intake: Subject = {
  name: 'intake',
  leavesOut:
    'What the events change in campaigns: the answers come from a phone that no campaign has. The host processes and ' +
    'logs them while it receives; bare Express only parses. The load comes from the same machine.',
  run: () => inFolder(run),
};
