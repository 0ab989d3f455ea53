import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from './statistics.ts';

const HEALTH_EVERY_MS = 5;

/** Asks how the host is until told to stop; gives the 99th percentile of its answers in ms. */
export function watchHealth(admin: string): () => Promise<number> {
  const times: number[] = [];
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const startedAt = performance.now();
      await (await fetch(`${admin}/health`)).arrayBuffer();
      times.push(performance.now() - startedAt);
      await sleep(HEALTH_EVERY_MS);
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    return percentile(times, 0.99);
  };
}
