import { Redis } from 'ioredis';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import type { MonitoringStats } from '../../backend/contract/monitoring.ts';
import { PLANTED_TEXT } from './hostLogs.ts';
import { startHost, startSimulator, type RunningHost, type RunningSimulator } from './processes.ts';
import { startRedis, type RedisServer } from './redis.ts';
import { onRoundFinished } from './repetitions.ts';

export const WITHIN = { timeout: 90_000, interval: 100 };
const SETTINGS = { VIGIE_SETTLING_MS: '300', VIGIE_RETRY_BASE_MS: '200', VIGIE_SEND_TIMEOUT_MS: '2000' };

/** A Redis that can be killed and started again under its address, with nothing in it. */
export async function startRestartableRedis() {
  let running: RedisServer | null = await startRedis();
  const { url } = running;
  const kill = async (): Promise<void> => {
    const server = running;
    running = null;
    server?.signal('SIGKILL');
    await server?.stop();
  };
  onRoundFinished(kill);
  return {
    url,
    kill,
    async start(): Promise<void> {
      running ??= await startRedis(Number(new URL(url).port));
    },
    signal: (signal: NodeJS.Signals) => running?.signal(signal),
    async flush(): Promise<void> {
      const direct = new Redis(url);
      await direct.flushall();
      direct.disconnect();
    },
  };
}

export type RestartableRedis = Awaited<ReturnType<typeof startRestartableRedis>>;

export function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'vigie-shared-'));
  onRoundFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

export async function startMember(options: {
  simulator: RunningSimulator;
  redisUrl: string;
  env?: Record<string, string>;
  dataDir?: string;
}): Promise<RunningHost> {
  const { simulator, redisUrl, env = {}, dataDir = newFolder() } = options;
  const host = await startHost({ dataDir, provider: simulator, env: { ...SETTINGS, ...env, REDIS_URL: redisUrl } });
  onRoundFinished(() => host.end('SIGKILL'));
  return host;
}

export async function startProvider(rules: object = {}, seed = 1): Promise<RunningSimulator> {
  const simulator = await startSimulator(rules, seed);
  onRoundFinished(() => simulator.end('SIGKILL'));
  return simulator;
}

let queued = 0;
/** Queues messages by hand, each to a phone of its own. */
export async function queue(host: RunningHost, count: number): Promise<void> {
  for (let number = 0; number < count; number++) {
    const to = `+3363998${String(queued++ % 10_000).padStart(4, '0')}`;
    const sent = await host.call('POST', '/messages', { to, body: `${PLANTED_TEXT} ${queued}`, whenPossible: true });
    expect(sent.status).toBe(202);
  }
}

export const statsOf = async (host: RunningHost): Promise<MonitoringStats> =>
  (await host.call<MonitoringStats>('GET', '/monitoring/stats')).body;
