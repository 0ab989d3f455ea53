import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { SignedWebhook } from './webhooks.ts';

const CONNECTIONS = 32;

/**
 * Posts at a steady pace whatever the answers take, and gives how long each took in ms, counted from the instant at
 * which it should have left: a server that stands still is seen by all that wait for it.
 */
export async function paced(url: string, webhooks: readonly SignedWebhook[], perSecond: number): Promise<number[]> {
  const dispatcher = new Agent({ connections: CONNECTIONS, pipelining: 1 });
  const times: number[] = [];
  const post = async ({ body, headers }: SignedWebhook, dueAt: number): Promise<void> => {
    const answer = await request(url, { method: 'POST', body, headers, dispatcher });
    await answer.body.dump();
    if (answer.statusCode !== 200) throw new Error(`${url}: ${String(answer.statusCode)}`);
    times.push(performance.now() - dueAt);
  };
  const startedAt = performance.now();
  const posts: Promise<void>[] = [];
  for (const [index, webhook] of webhooks.entries()) {
    const dueAt = startedAt + (index * 1_000) / perSecond;
    while (performance.now() < dueAt) await sleep(1);
    posts.push(post(webhook, dueAt));
  }
  await Promise.all(posts);
  await dispatcher.close();
  return times;
}
