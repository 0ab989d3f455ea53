import { Queue, Worker } from 'bullmq';
import { asSide } from '../support/side.ts';
import { processorMs } from '../support/processor.ts';
import { createPost } from './post.ts';
import type { QueueResult, QueueTask } from './task.ts';

const ADD_AT_ONCE = 1_000;

/** BullMQ with its defaults; finished jobs are removed, as its manual recommends for throughput. */
asSide<QueueTask>(async ({ jobs, atOnce, provider, server, serverPid }) => {
  const { hostname, port } = new URL(server);
  const connection = { host: hostname, port: Number(port), maxRetriesPerRequest: null };
  const queue = new Queue('bench', { connection });
  await queue.obliterate({ force: true });
  for (let added = 0; added < jobs; added += ADD_AT_ONCE) {
    const count = Math.min(ADD_AT_ONCE, jobs - added);
    const job = { name: 'message', data: { to: '+33639980001' }, opts: { removeOnComplete: true } };
    await queue.addBulk(Array.from({ length: count }, () => job));
  }
  const post = createPost(provider);
  const finished = Promise.withResolvers<void>();
  let left = jobs;
  const worker = new Worker('bench', post, { connection, concurrency: atOnce, autorun: false });
  worker.on('completed', () => {
    left -= 1;
    if (left === 0) finished.resolve();
  });
  await worker.waitUntilReady();
  const used = (): number => processorMs(process.pid) + processorMs(serverPid);
  const spent = used();
  const startedAt = performance.now();
  void worker.run();
  await finished.promise;
  const seconds = (performance.now() - startedAt) / 1000;
  const result: QueueResult = { seconds, processorMs: used() - spent };
  await worker.close();
  await queue.close();
  return result;
});
