import autocannon from 'autocannon';
import { systemClock } from '../../backend/core/clock.ts';
import { DEVICE } from './host.ts';
import { signedWebhook } from './webhooks.ts';

const CONNECTIONS = 64;

export type Saturated = { perSecond: number; p99Ms: number };

/**
 * Posts so many different webhooks over 64 connections, each as soon as the one before it was answered.
 * @throws Error when one was not answered with 200
 */
export async function saturate(url: string, requests: number): Promise<Saturated> {
  const each = Math.ceil(requests / CONNECTIONS);
  const phone = '+33639989999';
  const at = systemClock.now();
  const lists = Array.from({ length: CONNECTIONS }, () =>
    Array.from({ length: each }, () => ({ method: 'POST' as const, ...signedWebhook({ phone, device: DEVICE, at }) })),
  );
  const result = await autocannon({
    ...{ url, connections: CONNECTIONS, amount: each * CONNECTIONS, timeout: 60 },
    setupClient(client) {
      client.setRequests(lists.pop() ?? []);
    },
  });
  const { errors, timeouts, non2xx } = result;
  if (errors + timeouts + non2xx > 0) throw new Error(`${url}: ${String(errors + timeouts + non2xx)} requests failed`);
  const seconds = (result.finish.getTime() - result.start.getTime()) / 1000;
  return { perSecond: (each * CONNECTIONS) / seconds, p99Ms: result.latency.p99 };
}
