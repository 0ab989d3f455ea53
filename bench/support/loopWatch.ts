import SQLite from 'better-sqlite3';
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** In ms: the longest hold of the event loop, the longest transaction, and the most processor time that one took. */
export type Loop = { held: number; transaction: number; processor: number };

// Loaded into the host before its entry. At each SIGUSR2 it writes what was longest, and begins anew. The processor time is
// there because other programs on the machine do not lengthen it.
const file = process.env['VIGIE_BENCH_LOOP'] ?? '';
const RESOLUTION_MS = 1;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
let [transaction, processor] = [0, 0];

const begin = Reflect.get(SQLite.prototype, 'transaction');
Reflect.set(SQLite.prototype, 'transaction', function (this: SQLite.Database, work: (...values: unknown[]) => unknown) {
  const own = begin.call(this, work);
  const immediate = (...values: unknown[]): unknown => {
    const [startedAt, before] = [performance.now(), process.threadCpuUsage()];
    try {
      return own.immediate(...values);
    } finally {
      const { user, system } = process.threadCpuUsage(before);
      transaction = Math.max(transaction, performance.now() - startedAt);
      processor = Math.max(processor, (user + system) / 1000);
    }
  };
  return Object.assign((...values: unknown[]) => own(...values), { immediate });
});

process.on('SIGUSR2', () => {
  const held = delay.max / 1e6 - RESOLUTION_MS;
  writeFileSync(file, JSON.stringify({ held, transaction, processor } satisfies Loop));
  delay.reset();
  [transaction, processor] = [0, 0];
});
