import { PgBoss } from 'pg-boss';
import { asSide } from '../support/side.ts';
import { processorMs } from '../support/processor.ts';
import { createPost } from './post.ts';
import type { QueueResult, QueueTask } from './task.ts';

const BATCH = 50;
const ADD_AT_ONCE = 1_000;
const QUEUE = 'bench';

/** pg-boss fetched by hand in batches of 50, which is its fastest way; a batch is completed as a whole. */
asSide<QueueTask>(async ({ jobs, atOnce, provider, server, serverPid }) => {
  const boss = new PgBoss(server);
  await boss.start();
  await boss.createQueue(QUEUE);
  for (let added = 0; added < jobs; added += ADD_AT_ONCE) {
    const count = Math.min(ADD_AT_ONCE, jobs - added);
    await boss.insert(
      QUEUE,
      Array.from({ length: count }, () => ({ data: { to: '+33639980001' } })),
    );
  }
  const post = createPost(provider);
  const used = (): number => processorMs(process.pid) + processorMs(serverPid);
  const spent = used();
  const startedAt = performance.now();
  const work = async (): Promise<void> => {
    for (;;) {
      const batch = await boss.fetch(QUEUE, { batchSize: BATCH });
      if (batch.length === 0) return;
      for (let first = 0; first < batch.length; first += atOnce) {
        await Promise.all(batch.slice(first, first + atOnce).map(post));
      }
      await boss.complete(
        QUEUE,
        batch.map(({ id }) => id),
      );
    }
  };
  await work();
  const seconds = (performance.now() - startedAt) / 1000;
  const result: QueueResult = { seconds, processorMs: used() - spent };
  await boss.deleteAllJobs(QUEUE);
  await boss.stop({ graceful: false });
  return result;
});
