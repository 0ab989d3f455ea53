import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { QueueResult, QueueTask } from './peers/task.ts';
import type { Subject } from './subject.ts';
import type { Figure, LeftOut } from './support/figure.ts';
import { inFolder } from './support/folders.ts';
import { inTurn, type Side } from './support/rounds.ts';
import { startPostgres, startRedis, withoutPostgres, withoutRedis, type Server } from './support/servers.ts';
import { runSide, startSide } from './support/side.ts';
import { size } from './support/size.ts';
import { median, ratios } from './support/statistics.ts';

const at = (file: string): string => path.join(import.meta.dirname, file);
const SYSTEM_PYTHON = '/usr/bin/python3';
const NO_SERVER = { url: '', pid: 0 };
const NO_OP_JOBS = size(5_000);
const CELERY_JOBS = size(2_000);
const PROVIDER_MS = 5;
const run = promisify(execFile);

type Work = Pick<QueueTask, 'jobs' | 'atOnce' | 'provider'>;
type Measured = { perSecond: number; processorUs: number };

async function measure(file: string, work: Work, server: Pick<Server, 'url' | 'pid'>): Promise<Measured> {
  const task: QueueTask = { ...work, server: server.url, serverPid: server.pid };
  const { seconds, processorMs } = await runSide<QueueResult>(at(file), task);
  return { perSecond: work.jobs / seconds, processorUs: (processorMs * 1_000) / work.jobs };
}

async function measureCelery(work: Work, server: Server): Promise<Measured> {
  const args = [at('peers/celery_bench.py'), server.url, String(work.jobs), String(work.atOnce), work.provider ?? '-'];
  const { stdout } = await run(SYSTEM_PYTHON, args);
  return { perSecond: work.jobs / Number(stdout), processorUs: NaN };
}

async function withoutCelery(): Promise<string | null> {
  if (withoutRedis() !== null) return withoutRedis();
  if (!existsSync(SYSTEM_PYTHON)) return 'no system Python';
  return run(SYSTEM_PYTHON, ['-c', 'import celery, redis']).then(
    () => null,
    () => 'no Celery for the system Python',
  );
}

type Servers = { redis: Server | null; durableRedis: Server | null; postgres: Server | null };

async function withServers<Result>(work: (servers: Servers) => Promise<Result>): Promise<Result> {
  return inFolder(async (folder) => {
    const redis = withoutRedis() === null ? await startRedis(folder, 'default') : null;
    const durableRedis = withoutRedis() === null ? await startRedis(folder, 'always') : null;
    const postgres = withoutPostgres() === null ? await startPostgres(folder) : null;
    try {
      return await work({ redis, durableRedis, postgres });
    } finally {
      for (const server of [redis, durableRedis, postgres]) await server?.stop();
    }
  });
}

type Peers = Record<string, Side<Measured>>;

async function peersFor(work: Work, { redis, durableRedis, postgres }: Servers): Promise<Peers> {
  const peers: Peers = {};
  if (redis !== null) peers['BullMQ'] = () => measure('peers/bullmq.ts', work, redis);
  if (durableRedis !== null) peers['BullMQ, appendfsync always'] = () => measure('peers/bullmq.ts', work, durableRedis);
  if (postgres !== null) peers['pg-boss'] = () => measure('peers/pgBoss.ts', work, postgres);
  if (redis !== null && durableRedis !== null && (await withoutCelery()) === null) {
    const fewer = { ...work, jobs: Math.min(work.jobs, CELERY_JOBS) };
    peers['Celery'] = () => measureCelery(fewer, redis);
    peers['Celery, appendfsync always'] = () => measureCelery(fewer, durableRedis);
  }
  return peers;
}

type Comparison = { id: string; what: string; goals: (peer: string) => number; results: Record<string, Measured[]> };

function comparedWithPeers({ id, what, goals, results }: Comparison): Figure[] {
  const product = perSecond(results['Vigie']);
  return Object.keys(results)
    .filter((name) => name !== 'Vigie' && name !== 'loop')
    .map((name) => {
      const peer = perSecond(results[name]);
      const rounds = ratios(product, peer);
      const detail = `${rate(product)} against ${rate(peer)}`;
      return {
        id,
        name: `${what} / ${name}`,
        unit: 'x',
        goal: { atLeast: goals(name) },
        rounds,
        reference: peer,
        detail,
      };
    });
}

const perSecond = (results: Measured[] = []): number[] => results.map((result) => result.perSecond);
const rate = (values: number[]): string => `${String(Math.round(median(values)))}/s`;

const NO_OP_GOALS: Record<string, number> = { BullMQ: 4, 'pg-boss': 2, Celery: 30 };

async function noOp(servers: Servers): Promise<Figure[]> {
  const work: Work = { jobs: NO_OP_JOBS, atOnce: 10, provider: null };
  const product: Peers = { Vigie: () => measure('product/queue.ts', work, NO_SERVER) };
  const results = await inTurn({ ...product, ...(await peersFor(work, servers)) });
  const goals = (peer: string): number => NO_OP_GOALS[peer.split(',')[0] ?? ''] ?? 1;
  const figures = comparedWithPeers({ id: 'PRF-4', what: 'queue, no-op, 10 at once', goals, results });
  const bull = results['BullMQ']?.map(({ processorUs }) => processorUs);
  if (bull === undefined) return figures;
  const own = results['Vigie']?.map(({ processorUs }) => processorUs) ?? [];
  const cost: Figure = {
    ...{ id: 'PRF-4', name: 'processor per message / BullMQ with its server', unit: 'x', goal: { atMost: 0.2 } },
    ...{ rounds: ratios(own, bull), reference: bull },
    detail: `${median(own).toFixed(0)} us against ${median(bull).toFixed(0)} us`,
  };
  return [...figures, cost];
}

async function throughProvider(servers: Servers, atOnce: number, goal: number): Promise<Figure[]> {
  const task = { delayMs: PROVIDER_MS };
  const provider = await startSide<{ url: string }>(at('support/provider.ts'), task);
  try {
    const work: Work = { jobs: atOnce * size(150), atOnce, provider: provider.said.url };
    const product: Peers = {
      loop: () => measure('peers/clientLoop.ts', work, NO_SERVER),
      Vigie: () => measure('product/queue.ts', work, NO_SERVER),
    };
    const results = await inTurn({ ...product, ...(await peersFor(work, servers)) });
    const [own, loop] = [perSecond(results['Vigie']), perSecond(results['loop'])];
    const what = `queue through a provider of ${String(PROVIDER_MS)} ms, ${String(atOnce)} at once`;
    const bare: Figure = {
      ...{ id: 'PRF-5', name: `${what} / bare client loop`, unit: 'x', goal: { atLeast: goal } },
      ...{ rounds: ratios(own, loop), reference: loop, detail: `${rate(own)} against ${rate(loop)}` },
    };
    return [bare, ...comparedWithPeers({ id: 'PRF-5', what, goals: () => 1, results })];
  } finally {
    await provider.stop();
  }
}

async function leftOut(): Promise<LeftOut[]> {
  const reasons: [string, string | null][] = [
    ['BullMQ', withoutRedis()],
    ['pg-boss', withoutPostgres()],
    ['Celery', await withoutCelery()],
  ];
  return reasons.flatMap(([name, reason]) => (reason === null ? [] : [{ id: 'PRF-4, PRF-5', name, reason }]));
}

/** PRF-4 and PRF-5: from a message that waits to the record that it was accepted. */
export const queue: Subject = {
  name: 'queue',
  leavesOut:
    'Adding messages to the queue. Pace and quota are looked at for every message, but set so that they never hold one ' +
    'back. The peers keep no quota, no states and no timeline.',
  run: () =>
    withServers(async (servers) => [
      ...(await noOp(servers)),
      ...(await throughProvider(servers, 10, 0.97)),
      ...(await throughProvider(servers, 50, 0.95)),
      ...(await leftOut()),
    ]),
};
