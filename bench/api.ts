import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { systemClock } from '../backend/core/clock.ts';
import { dayOf } from '../backend/core/days.ts';
import { CALLS, seededFolder } from './support/apiFolder.ts';
import { measureLongWork, tableOfLongWork, type LongWork } from './support/apiLongWork.ts';
import { checkAllRoutes, GETS, LEFT_OUT, WRITES, type Call } from './support/apiRoutes.ts';
import { writeSection } from './support/docs.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
/** Attempts and contacts of the large and of the small folder. */
const LARGE = 1_000_000;
const SMALL = 10_000;
const WARM_CALLS = 60;
/** What `--only` names the work by that takes longer than a call may. */
const LONG_WORK = 'long work';
/** What the rule allows, and the goal (PRF-8, PRF-9). */
const ALLOWED_MS = { get: 50, write: 100 };
const GOAL_MS = { cold: 20, warm: 5, write: 20 };

/** Milliseconds: the first answer after a start, the 95th percentiles, and the median of the warm ones. */
type Measured = {
  route: string;
  kind: 'get' | 'write';
  first: number;
  cold: number;
  warm: number;
  medianWarm: number;
};
type Host = {
  address: string;
  call: Call;
  get: <Body>(route: string) => Promise<Body>;
  paths: Record<string, object>;
  stop(): Promise<void>;
};

/** The real headless host on a folder, asked over its own port as any program asks it. */
async function startHost(dataDir: string): Promise<Host> {
  const env = {
    ...process.env,
    ...{ VIGIE_ADMIN_PASSWORD: 'bench', VIGIE_LOG_LEVEL: 'silent' },
    ...{ WASSENGER_API_KEY: 'bench', WASSENGER_DEVICE_ID: 'bench', WASSENGER_BASE_URL: 'http://127.0.0.1:9/v1' },
  };
  const args = ['backend/main.ts', '--port', '0', '--webhook-port', '0', '--data-dir', dataDir];
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the host ended with code ${String(code)}`)));
    createInterface(child.stdout).on('line', (line) => {
      if (line.startsWith('admin ')) resolve(line.slice('admin '.length));
    });
  });
  const login = await fetch(`${address}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ password: 'bench' }),
  });
  const { token } = (await login.json()) as { token: string };
  const authorization = `Bearer ${token}`;
  const document = await fetch(`${address}/api/openapi.json`, { headers: { authorization } });
  const { paths } = (await document.json()) as { paths: Record<string, object> };
  const call: Call = async (method, route, ...[body, ids]) => {
    const startedAt = performance.now();
    const isFile = typeof body === 'string';
    const answer = await fetch(`${address}/api${route}`, {
      method,
      headers: {
        authorization,
        ...(body !== undefined && { 'content-type': isFile ? 'text/csv' : 'application/json' }),
      },
      ...(body !== undefined && { body: isFile ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const ms = performance.now() - startedAt;
    if (answer.status === 429) {
      await sleep(1_000 * Number(answer.headers.get('retry-after')));
      return call(method, route, body, ids);
    }
    if (!answer.ok) throw new Error(`${method} ${route}: ${answer.status} ${text.slice(0, 200)}`);
    ids?.push((JSON.parse(text) as { id: string }).id);
    return ms;
  };
  return {
    address,
    paths,
    call,
    get: async <Body>(route: string) =>
      (await (await fetch(`${address}/api${route}`, { headers: { authorization } })).json()) as Body,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Cold: after changes that empty the whole cache. Warm: nothing changes. */
async function measureGet(call: Call, route: string, round: () => number): Promise<Measured> {
  const first = await call('GET', route);
  const cold: number[] = [];
  const warm: number[] = [];
  for (let count = 0; count < CALLS; count++) {
    await call('PATCH', '/categories/cat', { name: `Nom ${round()}` });
    await call('POST', '/messages', { to: `+3373${1_000_000 + round()}`, body: 'Bonjour', whenPossible: true });
    cold.push(await call('GET', route));
  }
  for (let count = 0; count < WARM_CALLS; count++) warm.push(await call('GET', route));
  return {
    ...{ route: `GET ${route}`, kind: 'get', first },
    ...{ cold: share(cold, 0.95), warm: share(warm, 0.95), medianWarm: share(warm, 0.5) },
  };
}

async function measureWrite(call: Call, [route, write]: (typeof WRITES)[number]): Promise<Measured> {
  const times: number[] = [];
  for (let index = 0; index < CALLS; index++) times.push(await write(call, index));
  const p95 = share(times, 0.95);
  return { route, kind: 'write', first: times[0] ?? Number.NaN, cold: p95, warm: p95, medianWarm: share(times, 0.5) };
}

function share(times: readonly number[], part: number): number {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}

/** Latencies of all routes at a size, on a folder of its own (PRF-8, PRF-9). */
async function measureAt(rows: number, only: string | undefined): Promise<{ routes: Measured[]; long: LongWork[] }> {
  const { dataDir, remove } = seededFolder(rows);
  const host = await startHost(dataDir);
  let rounds = 0;
  const measured: Measured[] = [];
  try {
    checkAllRoutes(host.paths);
    for (const [route, asked] of Object.entries(GETS)) {
      const base = route.replace(/\/\{.*/, '');
      for (const rest of asked) {
        if (only !== undefined && !`GET ${base}${rest}`.includes(only)) continue;
        measured.push(await measureGet(host.call, base + rest, () => rounds++));
      }
    }
    for (const write of WRITES) {
      if (only === undefined || write[0].includes(only)) measured.push(await measureWrite(host.call, write));
    }
    const isWanted = only === undefined || LONG_WORK.includes(only);
    return { routes: measured, long: isWanted && rows === LARGE ? await measureLongWork(host) : [] };
  } finally {
    await host.stop();
    remove();
  }
}

function tableOf(large: readonly Measured[], small: readonly Measured[]): string {
  const growth = new Map(small.map(({ route, medianWarm }) => [route, medianWarm]));
  const rows = large.map(({ route, kind, first, cold, warm, medianWarm }) => {
    const ratio = medianWarm / (growth.get(route) ?? Number.NaN);
    const figures = kind === 'get' ? [first, cold, warm, medianWarm] : [first, cold, cold, medianWarm];
    const allowed = Math.max(cold, warm) <= ALLOWED_MS[kind];
    const goal = kind === 'get' ? cold <= GOAL_MS.cold && warm <= GOAL_MS.warm : cold <= GOAL_MS.write;
    const verdict = goal ? 'goal' : allowed ? 'rule' : '**missed**';
    return [`\`${route}\``, ...figures.map((ms) => ms.toFixed(1)), ratio.toFixed(2), verdict];
  });
  const head = ['route', 'first, ms', 'p95 cold, ms', 'p95 warm, ms', 'median warm, ms', '1 M / 10 k', 'reached'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/**
 * Measures all routes at both sizes and prints the table; `--write-docs` puts it into docs/performance.md. `--only` takes a part
 * of a route, or of `long work`, `--small` shows within a minute that all of it runs, `--seed` only makes the folders.
 */
async function main(): Promise<void> {
  const options = {
    only: { type: 'string' },
    'write-docs': { type: 'boolean' },
    seed: { type: 'boolean' },
    small: { type: 'boolean' },
  } as const;
  const { only, 'write-docs': docs, seed, small: isTry } = parseArgs({ options }).values;
  // The folders take minutes to make, and are kept.
  if (seed === true) return [SMALL, LARGE].forEach((rows) => seededFolder(rows).remove());
  const small = await measureAt(SMALL, only);
  if (isTry === true) return void process.stdout.write(`${tableOf(small.routes, small.routes)}\n`);
  const large = await measureAt(LARGE, only);
  const table = tableOf(large.routes, small.routes);
  const long = tableOfLongWork(large.long);
  process.stdout.write(`${table}\n\n${long}\n`);
  if (docs !== true) return;
  const [processor] = cpus();
  const machine = `${cpus().length} × ${processor?.model ?? 'unknown'}, Node ${process.version}`;
  const leftOut = Object.entries(LEFT_OUT).map(([route, reason]) => `\`${route}\` (${reason})`);
  await writeSection(ROOT, 'api', [
    `Measured on ${dayOf(systemClock.now())}: ${machine}, by \`node bench/api.ts --write-docs\`.`,
    table,
    long,
    `Not in these figures: ${leftOut.join('; ')}.`,
  ]);
}

await main();
