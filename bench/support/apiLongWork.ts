import { setTimeout as sleep } from 'node:timers/promises';
import type { Campaign } from '../../backend/contract/campaigns.ts';
import type { Call } from './apiRoutes.ts';
import { watchHealth } from './watchHealth.ts';

/** Work that takes longer than a call may, in ms: the call itself, until all is done, `/health` p99 meanwhile. */
export type LongWork = { name: string; callMs: number; wholeMs: number; healthMs: number };
type Host = { address: string; call: Call; get: <Body>(route: string) => Promise<Body> };

const LOOK_EVERY_MS = 50;
const message = { body: 'Bonjour {{ville}}' };
const plan = { name: 'Grande', categoryIds: ['cat'], message1: message, message2: message };

/** A tenth of all contacts at once: previewed, launched and taken back, launched, and their category removed. */
export async function measureLongWork({ address, call, get }: Host): Promise<LongWork[]> {
  const measured: LongWork[] = [];
  const measure = async (name: string, ask: () => Promise<number>, end?: () => Promise<void>): Promise<void> => {
    const health = watchHealth(address);
    const startedAt = performance.now();
    const callMs = await ask();
    await end?.();
    const wholeMs = performance.now() - startedAt;
    measured.push({ name, callMs, wholeMs, healthMs: await health() });
  };
  const ids: string[] = [];
  await call('POST', '/campaigns', plan, ids);
  const route = `/campaigns/${ids[0] ?? ''}`;
  const until = async (isReached: (campaign: Campaign) => boolean): Promise<void> => {
    while (!isReached(await get<Campaign>(route))) await sleep(LOOK_EVERY_MS);
  };
  const prepared = (): Promise<void> => until(({ status }) => status !== 'preparing');
  const start = (): Promise<number> => call('POST', `${route}/start`);

  await measure('preview', () => call('POST', '/campaigns/preview', plan));
  await start();
  await until(({ preparation }) => (preparation?.done ?? 0) > (preparation?.expected ?? 0) / 2);
  await measure('taking a launch back half way', () => call('POST', `${route}/cancel`), prepared);
  await measure('launch', start, prepared);
  await measure('removal of their category, the call alone', () => call('DELETE', '/categories/cat'));
  return measured;
}

export function tableOfLongWork(works: readonly LongWork[]): string {
  const head = ['100,000 contacts at once', 'the call, ms', 'all of it, s', '`/health` p99 meanwhile, ms'];
  const rows = works.map(({ name, callMs, wholeMs, healthMs }) => [
    ...[name, callMs.toFixed(1), (wholeMs / 1000).toFixed(1), healthMs.toFixed(1)],
  ]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
