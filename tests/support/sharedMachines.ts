import { Redis } from 'ioredis';
import { DAY_MS, dayOf, MINUTE_MS, SECOND_MS } from '../../backend/core/days.ts';
import { silentLogger } from '../../backend/core/logger.ts';
import { decideSend, closesTooSoon } from '../../backend/domain/quota.ts';
import type { Lease, LeaseBook } from '../../backend/sync/shared/leaseBook.ts';
import { createRedisCounters, type SharedStore } from '../../backend/sync/shared/redisCounters.ts';
import { SharedCounters } from '../../backend/sync/shared/sharedCounters.ts';

export const SEND_TIMEOUT_MS = 15 * SECOND_MS;
/** What befalls the next report of a machine. `late`: it arrives after a later one, long after the caller gave up. */
export type CallFault = 'none' | 'not_asked' | 'answer_lost' | 'late' | 'nonsense' | 'too_much';

type Limits = { dailyLimit: number; rollingLimit: number };
type Slot = { takenAt: number; settledAt: number | null; day: string };

/** A Redis whose time a test sets, and that can lose its memory or go back to an older one. */
export function createMovableServer(url: string) {
  const direct = new Redis(url);
  let runs = 0;
  let saved: { key: string; value: Buffer; ttl: number }[] = [];
  const again = async (): Promise<void> => {
    await direct.set('test:run', `run${++runs}`);
  };
  return {
    facts: { now: `tonumber(redis.call('GET', 'test:now'))`, run: `redis.call('GET', 'test:run')` },
    setTime: (at: number) => direct.set('test:now', String(at)),
    async startEmpty(at: number): Promise<void> {
      await direct.flushall();
      await direct.set('test:now', String(at));
      await again();
    },
    restart: again,
    async save(): Promise<void> {
      const keys = (await direct.keys('*')).filter((key) => !key.startsWith('test:'));
      saved = [];
      for (const key of keys) {
        const value = await direct.dumpBuffer(key);
        if (value !== null) saved.push({ key, value, ttl: await direct.pttl(key) });
      }
    },
    /** As after a crash: what was written since the last save is lost. */
    async restartFromSaved(): Promise<void> {
      const [now] = await direct.mget('test:now');
      await direct.flushall();
      for (const { key, value, ttl } of saved) await direct.restore(key, Math.max(0, ttl), value);
      await direct.set('test:now', now ?? '0');
      await again();
    },
    forgetSaved() {
      saved = [];
    },
    close() {
      direct.disconnect();
    },
  };
}
export type MovableServer = ReturnType<typeof createMovableServer>;

/** What lies on the disk of a machine, in memory. */
function createBook(host: string): LeaseBook {
  const lease: Lease = { host, day: '', slots: 0, offsetMs: 0, others: {} };
  let generation = 0;
  return {
    read: () => ({ ...lease }),
    begin: () => ++generation,
    becomeAnother: () => Object.assign(lease, { host: `${lease.host}'`, slots: 0 }),
    take(day) {
      if (lease.day !== day || lease.slots === 0) return false;
      lease.slots -= 1;
      return true;
    },
    add: (day, slots) => Object.assign(lease, { day, slots: (lease.day === day ? lease.slots : 0) + slots }),
    keep: (slots) => Object.assign(lease, { slots: Math.min(lease.slots, slots) }),
    learn: (known) => Object.assign(lease, known),
  };
}

/** A store that fails as it is told to. */
function createFaultyStore(real: SharedStore): SharedStore & { fault: CallFault; deliverLate(): Promise<void> } {
  const late: (() => Promise<unknown>)[] = [];
  const store = {
    ...real,
    fault: 'none' as CallFault,
    // Shared with the other machines of the test.
    open() {},
    close() {},
    async report(report: Parameters<SharedStore['report']>[0]) {
      const { fault } = store;
      if (fault === 'not_asked') throw new Error('not connected');
      if (fault === 'late') late.push(() => real.report(report));
      if (fault === 'late') throw new Error('timeout');
      const answer = await real.report(report);
      if (fault === 'answer_lost') throw new Error('timeout');
      if (fault === 'nonsense') throw new Error('not an answer');
      if (fault === 'too_much' && answer.status === 'taken') return { ...answer, lease: 1_000_000 };
      return answer;
    },
    async deliverLate() {
      for (const call of late.splice(0)) await call();
    },
  };
  return store;
}

/** One machine: the real lease, the real counters, and a ledger of its own in a few lines. */
export function createMachine(options: {
  name: string;
  store: SharedStore;
  limits: Limits;
  time: () => number;
  skewMs: number;
}) {
  const { name, limits, time, skewMs } = options;
  const book = createBook(name);
  const store = createFaultyStore(options.store);
  const slots: Slot[] = [];
  /** True instants at which the provider took a message. */
  const accepted: number[] = [];
  let sent: Record<string, number> = {};
  const now = (): number => time() + skewMs;
  const begin = (): SharedCounters =>
    new SharedCounters({
      ...{ store, book, label: name, logger: silentLogger },
      usage: {
        read: ({ day, since }) => {
          const settled: Record<string, number> = {};
          for (const { settledAt } of slots) {
            if (settledAt === null || settledAt < since) continue;
            const minute = Math.floor(settledAt / MINUTE_MS) + 1;
            settled[minute] = (settled[minute] ?? 0) + 1;
          }
          const open = slots.filter(({ settledAt }) => settledAt === null).length;
          return { used: { message_1: 0, message_2: 0, other: sent[day] ?? 0 }, open, settled };
        },
        followedUp: () => [],
      },
      inTransaction: (work) => work(),
      clock: { now, monotonic: time, after: () => () => {} },
      ...{ effectiveNow: (at: number) => at, limits: () => limits, held: () => 0 },
      ...{ newMemoryId: () => `${name}-${time()}`, changed: () => {} },
    });
  let counters = begin();
  return {
    accepted,
    book,
    get counters() {
      return counters;
    },
    async report(fault: CallFault): Promise<void> {
      store.fault = fault;
      await counters.syncOnce();
    },
    deliverLate: () => store.deliverLate(),
    /** Sends as many as it may, up to `count`; their outcomes come later. */
    send(count: number): number {
      for (let number = 0; number < count; number++) {
        const at = now();
        const day = dayOf(at);
        const inWindow = slots.filter(({ settledAt }) => settledAt === null || settledAt >= at - DAY_MS).length;
        const own = decideSend({ used: sent[day] ?? 0, rollingUsed: inWindow, ...limits });
        if (!own.ok || closesTooSoon(at, SEND_TIMEOUT_MS) || counters.take(at, SEND_TIMEOUT_MS) !== null) return number;
        sent = { ...sent, [day]: (sent[day] ?? 0) + 1 };
        slots.push({ takenAt: at, settledAt: null, day });
        accepted.push(time());
      }
      return count;
    },
    settle() {
      for (const slot of slots) slot.settledAt ??= now();
    },
    /** A crash and the next start: what was on its way gets its outcome then. */
    restart() {
      counters = begin();
      for (const slot of slots) slot.settledAt ??= now();
    },
  };
}
export type Machine = ReturnType<typeof createMachine>;

/** Most acceptances on one UTC day and within 24 hours, whoever sent. */
export function peaksOf(accepted: readonly number[]): { onADay: number; inADay: number } {
  const times = accepted.toSorted((a, b) => a - b);
  const days = new Map<string, number>();
  for (const at of times) days.set(dayOf(at), (days.get(dayOf(at)) ?? 0) + 1);
  let first = 0;
  let inADay = 0;
  for (const [index, at] of times.entries()) {
    while ((times[first] ?? at) < at - DAY_MS) first += 1;
    inADay = Math.max(inADay, index - first + 1);
  }
  return { onADay: Math.max(0, ...days.values()), inADay };
}

export function connectMachine(url: string, server: MovableServer): SharedStore {
  const store = createRedisCounters({ url, logger: silentLogger, facts: server.facts, callTimeoutMs: 10_000 });
  store.open();
  return store;
}
