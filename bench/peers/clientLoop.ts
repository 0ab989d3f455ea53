import { asSide } from '../support/side.ts';
import { processorMs } from '../support/processor.ts';
import { createPost } from './post.ts';
import type { QueueResult, QueueTask } from './task.ts';

/** No queue at all: loops that post, one message after the other. Nothing can be faster through this provider. */
asSide<QueueTask>(async ({ jobs, atOnce, provider }) => {
  const post = createPost(provider);
  let left = jobs;
  const spent = processorMs(process.pid);
  const startedAt = performance.now();
  const loop = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await post();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, loop));
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, processorMs: processorMs(process.pid) - spent } satisfies QueueResult;
});
