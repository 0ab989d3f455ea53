import { VigieError } from '../contract/errors.ts';
import type { Locale } from '../contract/common.ts';
import { sentence } from '../contract/messages/sentence.ts';
import type { SyncProblem, SyncStatus } from '../contract/sync.ts';
import { toIso } from '../core/days.ts';
import { maskPhonesIn } from '../core/masking.ts';
import type { Audit } from '../storage/audit.ts';
import type { SetAside } from './outbox.ts';
import { REMOTE_SCHEMA } from './remote.ts';
import type { Sync } from './sync.ts';

/** The file to run in Supabase for the tables that this version needs. */
const SCHEMA_FILE = `${String(REMOTE_SCHEMA).padStart(4, '0')}_sync.sql`;

export type SyncService = {
  status(): SyncStatus;
  /** Brings over everything that waits, the day's counters too. @throws VigieError `sync_off` */
  push(actor: string): Promise<SyncStatus>;
  /** Tries a row again that was set aside. @throws VigieError `sync_off`, `not_found` */
  retry(id: string, actor: string): Promise<SyncStatus>;
};

type SyncServiceDependencies = {
  /** Null while Supabase is not configured. */
  sync: Sync | null;
  source: string;
  audit: Audit;
  locale: () => Locale;
};

/** What the operator sees of the copy in Supabase, and can do about it. */
export function createSyncService({ sync, source, audit, locale }: SyncServiceDependencies): SyncService {
  const on = (): Sync => {
    if (sync === null) throw new VigieError('sync_off');
    return sync;
  };
  const status = (): SyncStatus => {
    if (sync === null) return { ...OFF, message: sentence(locale(), 'sync.off'), source };
    const { outbox, problem } = sync;
    const { copying, waitingSince, pushedAt } = outbox.state();
    const waiting = outbox.countWaiting();
    const { count: setAsideCount, rows } = outbox.setAsideRows();
    const state = stateOf({ problem, pushedAt, isDone: waiting === 0 && copying === null });
    return {
      ...{ state, problem, waiting, source, setAsideCount, copying: copying !== null },
      message: messageOf(locale(), { state, problem, count: waiting, copying: copying !== null }),
      waitingSince: toIso(waitingSince),
      lastPushAt: toIso(pushedAt),
      setAside: rows.map(toSetAside),
    };
  };
  return {
    status,
    async push(actor) {
      audit.write({ actor, action: 'sync.push', target: 'supabase' });
      await on().push({ hourly: true });
      return status();
    },
    async retry(id, actor) {
      const position = /^\d{1,15}$/.test(id) ? Number(id) : 0;
      await on().retry(position);
      audit.write({ actor, action: 'sync.retry', target: id });
      return status();
    },
  };
}

const OFF = {
  ...{ state: 'off', problem: null, waiting: 0, waitingSince: null, lastPushAt: null, copying: false },
  ...{ setAsideCount: 0, setAside: [] },
} as const satisfies Partial<SyncStatus>;

type Standing = { problem: SyncProblem | null; pushedAt: number | null; isDone: boolean };

function stateOf({ problem, pushedAt, isDone }: Standing): SyncStatus['state'] {
  if (problem !== null && problem !== 'offline') return 'paused';
  if (pushedAt === null) return 'never';
  return isDone && problem === null ? 'up_to_date' : 'waiting';
}

type Told = Pick<SyncStatus, 'state' | 'problem' | 'copying'> & { count: number };

/** What a problem means and what to do about it; `count` rows wait. */
export function problemSentence(locale: Locale, problem: SyncProblem, count = 0): string {
  return sentence(locale, `sync.problem.${problem}`, { count, file: SCHEMA_FILE });
}

function messageOf(locale: Locale, { state, problem, count, copying }: Told): string {
  if (problem !== null) return problemSentence(locale, problem, count);
  if (copying) return sentence(locale, 'sync.copying');
  return sentence(locale, `sync.${state === 'paused' ? 'waiting' : state}`, { count });
}

function toSetAside({ position, entity, rowKey, reason, setAsideAt }: SetAside): SyncStatus['setAside'][number] {
  const key = (JSON.parse(rowKey) as unknown[]).join(' ');
  return { id: String(position), table: entity, key: maskPhonesIn(key), reason, since: toIso(setAsideAt) };
}
