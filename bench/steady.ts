import path from 'node:path';
import { systemClock } from '../backend/core/clock.ts';
import type { ExpressTask } from './peers/express.ts';
import type { WriterTask } from './product/writer.ts';
import type { Subject } from './subject.ts';
import type { Figure } from './support/figure.ts';
import { inFolder } from './support/folders.ts';
import { DEVICE, startBenchHost } from './support/host.ts';
import { paced } from './support/paced.ts';
import { inTurn } from './support/rounds.ts';
import { startSide } from './support/side.ts';
import { size } from './support/size.ts';
import { median, percentile, ratios } from './support/statistics.ts';
import { processed, signedWebhook } from './support/webhooks.ts';

const at = (file: string): string => path.join(import.meta.dirname, file);
const PER_SECOND = 1_000;
const REQUESTS = size(3_000);

async function p99(url: string): Promise<number> {
  const now = systemClock.now();
  const webhooks = Array.from({ length: REQUESTS }, () =>
    signedWebhook({ phone: '+33639989999', device: DEVICE, at: now }),
  );
  return percentile(await paced(url, webhooks, PER_SECOND), 0.99);
}

async function run(dataDir: string): Promise<Figure[]> {
  const bareTask: ExpressTask = { file: null };
  const writerTask: WriterTask = { file: path.join(dataDir, 'vigie.db') };
  const host = await startBenchHost({ dataDir });
  const bare = await startSide<{ url: string }>(at('peers/express.ts'), bareTask);
  try {
    const results = await inTurn({
      host: async () => {
        const writer = await startSide(at('product/writer.ts'), writerTask);
        const time = await p99(host.webhookUrl);
        await writer.stop();
        await processed(dataDir);
        return time;
      },
      express: () => p99(bare.said.url),
    });
    const { host: own, express: reference } = results;
    return [
      {
        ...{ id: 'PRF-3', name: 'intake p99 at 1,000/s while contacts are imported / bare Express p99, idle' },
        ...{ unit: 'x', goal: { atMost: 2 }, rounds: ratios(own, reference), reference },
        detail: `${median(own).toFixed(1)} ms against ${median(reference).toFixed(1)} ms`,
      },
    ];
  } finally {
    await Promise.all([host.end(), bare.stop()]);
  }
}

/** PRF-3: a provider is answered in time whatever else is being written. */
export const steady: Subject = {
  name: 'steady',
  leavesOut:
    'The reading of a file of contacts: a writer in a process of its own stands in for the import, with transactions of ' +
    '2,000 contacts one after the other in the main file.',
  run: () => inFolder(run),
};
