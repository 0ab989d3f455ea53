import { once } from 'node:events';
import { parentPort, Worker, isMainThread, workerData } from 'node:worker_threads';
import { systemClock } from '../../backend/core/clock.ts';
import { systemRandom } from '../../backend/core/random.ts';
import { QuotaLedger, type Limits } from '../../backend/monitoring/quotaLedger.ts';
import { silentNotify } from '../../backend/monitoring/notify.ts';
import { ReplyReserve } from '../../backend/monitoring/replyReserve.ts';
import { AttemptStore } from '../../backend/sending/attemptStore.ts';
import { Claims } from '../../backend/sending/claim.ts';
import { Outcomes } from '../../backend/sending/outcomes.ts';
import { openDatabase, type Database } from '../../backend/storage/database.ts';

/** What a process of claimers is asked to do with one database file, until nothing more can be claimed. */
export type ClaimTask = { file: string; now: number; limits: Limits };
/** One claim, in the words of the claimer: its own ledger, as a provider would keep it. */
export type ClaimedOne = { id: string; outcome: 'accepted' | 'refused' | 'unknown' };

const THREADS = 8;

let open: { file: string; database: Database } | null = null;

/** The thread's own connection, kept as long as the tasks are about one file. */
function connection(file: string): Database {
  if (open?.file === file) return open.database;
  open?.database.close();
  open = { file, database: openDatabase(file) };
  // Locks are the same; only the disk is spared.
  open.database.pragma('synchronous = OFF');
  return open.database;
}

/** Claims and settles until nothing may leave; every fifth message is refused for good, every seventh stays unknown. */
function claimAll({ file, now, limits }: ClaimTask): ClaimedOne[] {
  const database = connection(file);
  const clock = { ...systemClock, now: () => now };
  const store = new AttemptStore(database);
  const ledger = new QuotaLedger(database);
  const claims = new Claims({ database, store, ledger, reserve: new ReplyReserve(database) });
  const outcomes = new Outcomes({
    ...{ database, store, ledger, clock, random: systemRandom, notify: silentNotify, settlingMs: 120_000 },
    retryBaseMs: () => 300_000,
    classify: () => 'retry',
    effects: { pauseCampaign: () => {}, pauseLine: () => {}, pauseAll: () => {}, optOut: () => {}, ended: () => null },
  });
  const request = { lineId: 'line', now, limits, sendTimeoutMs: 15_000, heldBack: 'nothing' } as const;
  const options = {
    sendsPerMinute: null,
    gapMs: null,
    warmup: null,
    quietHours: null,
    absentPolicy: 'operator',
    disabled: false,
  } as const;
  const shared = { sendsPerMinute: 60_000, timeZone: 'UTC' };
  const claimed: ClaimedOne[] = [];
  for (;;) {
    const claim = claims.next({ ...request, options, slowedCampaigns: new Set(), ...shared });
    if (claim.kind !== 'claimed') return claimed;
    const { attempt } = claim;
    const number = Number(store.content(attempt).body);
    if (number % 5 === 4) {
      outcomes.refused(attempt, { kind: 'refused', code: 'number:notfound', class: 'final_contact', detail: '' });
      claimed.push({ id: attempt.id, outcome: 'refused' });
    } else if (number % 7 === 6) {
      outcomes.unknown(attempt, { code: 'timeout', detail: '' });
      claimed.push({ id: attempt.id, outcome: 'unknown' });
    } else {
      outcomes.accepted(attempt, [`id-${attempt.id}`]);
      claimed.push({ id: attempt.id, outcome: 'accepted' });
    }
  }
}

if (isMainThread) {
  const threads = Array.from({ length: THREADS }, () => new Worker(import.meta.filename, { workerData: THREADS }));
  process.on('message', (task: ClaimTask) => {
    const answers = threads.map(async (thread) => {
      thread.postMessage(task);
      const [claimed] = (await once(thread, 'message')) as [ClaimedOne[]];
      return claimed;
    });
    void Promise.all(answers).then((all) => process.send?.(all.flat()));
  });
  await Promise.all(threads.map((thread) => once(thread, 'online')));
  process.send?.('ready');
} else if (workerData === THREADS) {
  parentPort?.on('message', (task: ClaimTask) => parentPort?.postMessage(claimAll(task)));
}
