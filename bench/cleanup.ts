import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { systemClock } from '../backend/core/clock.ts';
import { DAY_MS } from '../backend/core/days.ts';
import { createMessageFigures } from '../backend/sending/figures.ts';
import { openStore } from '../backend/storage/store.ts';
import { ensureBuilt } from '../scripts/build.ts';
import type { RunningHost } from '../tests/support/processes.ts';
import { seededFolder } from './support/apiFolder.ts';
import { writeSection } from './support/docs.ts';
import { startBenchHost } from './support/host.ts';
import type { Loop } from './support/loopWatch.ts';
import { measuredOn } from './support/measuredOn.ts';
import { MIGRATIONS } from './support/millionAttempts.ts';
import { othersShare } from './support/noise.ts';
import { processorMs } from './support/processor.ts';
import { watchHealth } from './support/watchHealth.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const LARGE = 1_000_000;
const SMALL = 10_000;
const LOOK_EVERY_MS = 20;
const MIB = 1024 * 1024;
/** The clean-up is killed once after this long. */
const KILLED_AFTER_MS = 3_000;
/** The host is watched for so long before it. */
const REST_MS = 15_000;
/** What a message says, as long as one of a campaign usually is. */
const BODY = `'Bonjour Contact ' || rowid || ', ' || printf('%.600c', 'm')`;

/** How the host answers meanwhile; `healthMs` is the 99th percentile. */
type Held = { healthMs: number; loop: Loop };
type Cleanup = Held & { left: number; seconds: number; processorMs: number; walMiB: number; rest: Held };
type Sizes = { before: number; after: number };

/** Every message with a text of usual length and a timeline, finished more than a month ago; every error with its detail. */
function age(dataDir: string): { stats: object } {
  const store = openStore(dataDir, MIGRATIONS);
  const database = store.main;
  database.pragma('synchronous = OFF');
  const old = `finished_at - ${31 * DAY_MS}`;
  database.exec(`
    UPDATE attempts SET body = ${BODY}, finished_at = ${old} WHERE finished_at IS NOT NULL;
    UPDATE message_errors SET occurred_at = occurred_at - ${121 * DAY_MS}, detail = 'the number +33612345678 is not valid';
    INSERT INTO attempt_events (attempt_id, at, event, detail)
      SELECT a.id, a.created_at, e.column1, iif(e.column1 = 'accepted', NULL, e.column2)
      FROM attempts a, (VALUES ('queued', NULL), ('sending', '{"try":1}'), ('accepted', NULL)) AS e
      WHERE a.finished_at IS NOT NULL ORDER BY a.rowid;
    INSERT INTO attempt_events (attempt_id, at, event, detail)
      SELECT id, created_at, 'refused_for_good', '{"code":"invalid","detail":"the number +33612345678 is not valid"}'
      FROM attempts WHERE state = 'failed_final'`);
  database.pragma('wal_checkpoint(TRUNCATE)');
  const stats = createMessageFigures(database, systemClock).stats(90);
  store.close();
  return { stats };
}

async function left(host: RunningHost): Promise<number> {
  const dryRun = { olderThanDays: 30, dryRun: true };
  return (await host.call<{ cleaned: number }>('POST', '/attempts/cleanup', dryRun)).body.cleaned;
}

const runJob = (host: RunningHost) => host.call('POST', '/scheduler/cleanup/run');

/** The host is killed in the middle of the clean-up, as a power cut would. */
async function killed(dataDir: string): Promise<void> {
  const host = await startBenchHost({ dataDir });
  const job = runJob(host).catch(() => null);
  await sleep(KILLED_AFTER_MS);
  await host.end('SIGKILL');
  await job;
}

/** The nightly job, with everything that it gives back to the disk, while the host is asked how it is. */
async function cleaned(dataDir: string): Promise<Cleanup> {
  const file = path.join(dataDir, 'loop.json');
  const host = await startBenchHost({
    dataDir,
    preload: 'bench/support/loopWatch.ts',
    env: { VIGIE_BENCH_LOOP: file },
  });
  const pid = host.child.pid ?? 0;
  const loop = async (): Promise<Loop> => {
    rmSync(file, { force: true });
    host.child.kill('SIGUSR2');
    while (!existsSync(file) || statSync(file).size === 0) await sleep(LOOK_EVERY_MS);
    return JSON.parse(readFileSync(file, 'utf8')) as Loop;
  };
  const toDo = await left(host);
  const watch = async (): Promise<() => Promise<Held>> => {
    await loop();
    const health = watchHealth(host.admin);
    return async () => ({ healthMs: await health(), loop: await loop() });
  };
  // On a busy machine the host is held up also while it does nothing.
  const resting = await watch();
  await sleep(REST_MS);
  const rest = await resting();
  const meanwhile = await watch();
  const usedBefore = processorMs(pid);
  const startedAt = performance.now();
  let isOver = false;
  let wal = 0;
  const watching = (async () => {
    for (; !isOver; await sleep(LOOK_EVERY_MS)) wal = Math.max(wal, statSync(path.join(dataDir, 'vigie.db-wal')).size);
  })();
  const { status } = await runJob(host);
  if (status !== 200) throw new Error(`the job answered ${String(status)}`);
  const seconds = (performance.now() - startedAt) / 1000;
  isOver = true;
  await watching;
  const used = processorMs(pid) - usedBefore;
  const result = { left: toDo, seconds, processorMs: used, walMiB: wal / MIB, rest, ...(await meanwhile()) };
  if ((await left(host)) > 0) throw new Error('messages are left');
  await host.end();
  return result;
}

/** What must be so afterwards: nothing personal is left, and the figures are what they were. */
function check(dataDir: string, before: object): void {
  const store = openStore(dataDir, MIGRATIONS);
  const count = (sql: string): number => Number(store.main.prepare(sql).pluck().get());
  const figures = createMessageFigures(store.main, systemClock);
  const kept = {
    texts: count(`SELECT count(*) FROM attempts WHERE finished_at IS NOT NULL AND (body IS NOT NULL OR phone <> '')`),
    timelines: count(`SELECT count(*) FROM attempt_events WHERE json_type(detail, '$.detail') IS NOT NULL`),
    errors: count(`SELECT count(*) FROM message_errors WHERE phone <> '' OR detail IS NOT NULL`),
    differences: figures.differences().length,
    free: Number(store.main.pragma('freelist_count', { simple: true })),
  };
  const same = JSON.stringify(figures.stats(90)) === JSON.stringify(before);
  store.close();
  if (!same || Object.values(kept).some((rows) => rows > 0)) throw new Error(JSON.stringify({ same, ...kept }));
}

function tableOf({ left: messages, seconds, loop, rest, ...found }: Cleanup, sizes: Sizes): string {
  const rows = [
    ['messages cleaned', messages.toLocaleString('en')],
    ['all of it, s', seconds.toFixed(0)],
    ['processor time of a message, µs', ((found.processorMs * 1000) / messages).toFixed(0)],
    ['longest transaction, processor ms', loop.processor.toFixed(1)],
    ['longest transaction, ms', loop.transaction.toFixed(1)],
    ['longest hold of the event loop; at rest before it, ms', `${loop.held.toFixed(1)}; ${rest.loop.held.toFixed(1)}`],
    ['`/health` p99; at rest before it, ms', `${found.healthMs.toFixed(1)}; ${rest.healthMs.toFixed(1)}`],
    ['largest write-ahead log, MiB', found.walMiB.toFixed(1)],
    ['file before and after, MiB', `${sizes.before.toFixed(0)}, ${sizes.after.toFixed(0)}`],
  ];
  const head = ['clean-up', ''];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/**
 * Measures the nightly clean-up of 1,000,000 messages that are a month old (SND-9) by the built host: killed once in the
 * middle, then to its end. Fails when something personal is left, or a figure has changed. `--write-docs` puts the table
 * into docs/performance.md, `--small` shows within a minute that all of it runs.
 */
async function main(): Promise<void> {
  const options = { 'write-docs': { type: 'boolean' }, small: { type: 'boolean' } } as const;
  const { 'write-docs': docs, small } = parseArgs({ options }).values;
  if (!(await ensureBuilt(ROOT))) throw new Error('npm run build failed, see above');
  const { dataDir, remove } = seededFolder(small === true ? SMALL : LARGE);
  const sizeMiB = (): number => statSync(path.join(dataDir, 'vigie.db')).size / MIB;
  try {
    const { stats } = age(dataDir);
    const before = sizeMiB();
    if (small !== true) await killed(dataDir);
    const others = await othersShare();
    const found = await cleaned(dataDir);
    check(dataDir, stats);
    const table = tableOf(found, { before, after: sizeMiB() });
    const measured = measuredOn('node bench/cleanup.ts --write-docs', others);
    process.stdout.write(`${table}\n\n${measured}\n`);
    if (docs === true) await writeSection(ROOT, 'cleanup', [measured, table]);
  } finally {
    remove();
  }
}

await main();
