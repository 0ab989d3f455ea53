import { mkdtempSync, openAsBlob, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { ImportReport } from '../backend/contract/imports.ts';
import { writeContactFile, type ContactFileCounts } from '../tests/support/contactFile.ts';
import type { NaiveResult, NaiveTask } from './peers/importNaive.ts';
import type { Subject } from './subject.ts';
import type { Figure, LeftOut } from './support/figure.ts';
import { inFolder } from './support/folders.ts';
import { startBenchHost } from './support/host.ts';
import { postgresCopy } from './support/postgresCopy.ts';
import { inTurn, ROUNDS } from './support/rounds.ts';
import { startPostgres, withoutPostgres, type Server } from './support/servers.ts';
import { runSide } from './support/side.ts';
import { size } from './support/size.ts';
import { median, ratios } from './support/statistics.ts';
import { watchHealth } from './support/watchHealth.ts';

/** `VIGIE_BENCH_IMPORT_LINES=1000000` measures the whole million, in one round: it takes minutes. */
const WHOLE = Number(process.env['VIGIE_BENCH_IMPORT_LINES'] ?? 0);
const LINES = WHOLE > 0 ? WHOLE : size(100_000);
const IMPORT_ROUNDS = WHOLE > 0 ? 1 : Math.min(ROUNDS, 3);
const NAIVE = path.join(import.meta.dirname, 'peers/importNaive.ts');

type HostFigures = { healthMs: number; memoryMb: number; longestMs: number };
type Side = 'ours' | 'naive' | 'naiveBare' | 'copy' | 'copyBare';
/** `host`: what else is measured of the product. */
type Imported = { seconds: number; host?: HostFigures };
type Task = { file: string; counts: ContactFileCounts; folder: string };

/** The built host, as it is installed: from the request with the file to the answer that all of it is in the base. */
async function ours({ file, counts, folder }: Task): Promise<Imported> {
  const dataDir = mkdtempSync(path.join(folder, 'host-'));
  const host = await startBenchHost({ dataDir, env: { VIGIE_LOG_LEVEL: 'info' } });
  const health = watchHealth(host.admin);
  const startedAt = performance.now();
  const answer = await fetch(`${host.admin}/api/contacts/import?category=Tous`, {
    method: 'POST',
    headers: { authorization: `Bearer ${host.token}`, 'content-type': 'text/csv' },
    body: await openAsBlob(file),
  });
  const report = (await answer.json()) as ImportReport;
  const seconds = (performance.now() - startedAt) / 1000;
  const healthMs = await health();
  const { imported, updated, refusedCount: refused, total } = report;
  if (JSON.stringify({ total, imported, updated, refused }) !== JSON.stringify(counts))
    throw new Error(`the import counted ${JSON.stringify({ total, imported, updated, refused })}`);
  const memoryMb = peakMemoryMb(host.child.pid ?? 0);
  await host.end();
  const longestMs = longestTransactionMs(host.stderr());
  rmSync(dataDir, { recursive: true });
  return { seconds, host: { healthMs, memoryMb, longestMs } };
}

/** The most memory that a process had at once; NaN where that is not told. */
function peakMemoryMb(pid: number): number {
  if (process.platform !== 'linux') return NaN;
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]) / 1024;
}

/** As the host says it in its log at the end of an import. */
function longestTransactionMs(log: string): number {
  return Number(/"longestTransactionMs":(\d+)/.exec(log)?.[1]);
}

async function naive({ file, folder }: Task, tables: NaiveTask['tables']): Promise<number> {
  const own = mkdtempSync(path.join(folder, 'naive-'));
  const { seconds } = await runSide<NaiveResult>(NAIVE, { file, folder: own, tables } satisfies NaiveTask);
  rmSync(own, { recursive: true });
  return seconds;
}

async function run(folder: string): Promise<(Figure | LeftOut)[]> {
  const file = path.join(folder, 'contacts.csv');
  const counts = await writeContactFile(file, { lines: LINES });
  const task = { file, counts, folder };
  const reason = withoutPostgres();
  const server: Server | null = reason === null ? await startPostgres(folder) : null;
  const copied = async (tables: 'bare' | 'same') => ({
    seconds: server === null ? NaN : await postgresCopy(server.url, file, tables),
  });
  const loaded = async (tables: NaiveTask['tables']) => ({ seconds: await naive(task, tables) });
  try {
    const results = await inTurn<Side, Imported>(
      {
        ours: () => ours(task),
        naive: () => loaded('same'),
        naiveBare: () => loaded('bare'),
        copy: () => copied('same'),
        copyBare: () => copied('bare'),
      },
      IMPORT_ROUNDS,
    );
    return figuresOf(results, reason);
  } finally {
    await server?.stop();
  }
}

function figuresOf(results: Record<Side, Imported[]>, withoutCopy: string | null): (Figure | LeftOut)[] {
  const secondsOf = (name: Side): number[] => results[name].map(({ seconds }) => seconds);
  const own = secondsOf('ours');
  const told = (name: Side): string =>
    `${String(LINES)} lines: ${median(own).toFixed(1)} s against ${median(secondsOf(name)).toFixed(1)} s`;
  const faster = (name: Side, what: string): Figure => ({
    ...{ id: 'PRF-10', name: `${what} / import`, unit: 'x', goal: { atLeast: 6 }, reference: secondsOf(name) },
    ...{ rounds: ratios(secondsOf(name), own), detail: told(name) },
  });
  const copied = (name: Side, what: string): Figure | LeftOut =>
    withoutCopy !== null
      ? { id: 'PRF-10', name: `import / ${what}`, reason: withoutCopy }
      : {
          ...{ id: 'PRF-10', name: `import / ${what}`, unit: 'x', goal: { atMost: 0.8 }, reference: secondsOf(name) },
          ...{ rounds: ratios(own, secondsOf(name)), detail: told(name) },
        };
  const bound = (figure: keyof HostFigures, line: { name: string; unit: 'ms' | 'MB'; atMost: number }): Figure => ({
    ...{ id: 'PRF-10', name: line.name, unit: line.unit, goal: { atMost: line.atMost }, reference: own, detail: '' },
    rounds: results.ours.map(({ host }) => host?.[figure] ?? NaN),
  });
  return [
    faster('naive', 'naive import into the same tables'),
    faster('naiveBare', 'naive import into a bare table'),
    copied('copy', 'PostgreSQL COPY into the same tables'),
    copied('copyBare', 'PostgreSQL COPY into a bare table'),
    bound('longestMs', { name: 'longest transaction of the import', unit: 'ms', atMost: 25 }),
    bound('memoryMb', { name: 'most memory of the host', unit: 'MB', atMost: 700 }),
    bound('healthMs', { name: '/health p99 meanwhile', unit: 'ms', atMost: 50 }),
  ];
}

/** PRF-10: a list comes in while the host goes on. */
export const contactImport: Subject = {
  name: 'import',
  leavesOut:
    'The search index, which the same threads bring up to date after the import; the undo. The peers keep no undo, no ' +
    'report, no place to continue from; PostgreSQL neither normalises phones nor merges contacts. In 1,000,000 lines ' +
    'the ratios are larger: VIGIE_BENCH_IMPORT_LINES=1000000.',
  run: () => inFolder(run),
};
