import { DAY_MS, dayOf, dayStart } from '../core/days.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import { decodeRow, type LocalRow } from './codec.ts';
import { FOREIGN_SLOT, MIRRORS, type Mirror } from './mirrors.ts';
import type { Remote, Source } from './remote.ts';

const KINDS = ['message_1', 'message_2', 'other'] as const;

type Asked = {
  database: Database;
  remote: Pick<Remote, 'slots' | 'days'>;
  /** This machine as Supabase knows it; null when it does not. */
  own: Source | null;
  /** Other machines, and our lines by the digest of their account. */
  others: readonly Source[];
  accounts: Record<string, string>;
  now: number;
};

/**
 * Brings the figures of the day and of the last 24 hours back to a file that is new or older than its copy: the larger
 * truth wins, nothing is taken away (SYN-3). Slots that another machine took on the same account count here too.
 * @returns how many slots came back
 */
export async function bringFiguresBack(asked: Asked): Promise<number> {
  const { database, remote, own, others, accounts, now } = asked;
  const from = Math.min(now - DAY_MS, dayStart(dayOf(now)));
  let count = 0;
  if (own !== null) {
    const slots = await slotsOf(remote, own.source, from);
    const days = (await remote.days(own.source, dayOf(from))).map((row) =>
      decodeRow(mirrorOf('daily_message_stats'), row),
    );
    count += inTransaction(database, () => {
      const added = slots.filter((slot) => addSlot(database, slot)).length;
      for (const day of days) raiseDay(database, day);
      for (const day of new Set(slots.map((slot) => slot['day']))) raiseToSlots(database, String(day));
      return added;
    });
  }
  const lineOf = new Map(Object.entries(accounts).map(([line, account]) => [account, line]));
  for (const other of others) {
    const shared = Object.entries(other.accounts).flatMap(([theirs, account]) => {
      const ours = lineOf.get(account);
      return ours === undefined ? [] : [[theirs, ours] as const];
    });
    if (shared.length === 0) continue;
    const slots = await slotsOf(remote, other.source, from);
    const lines = new Map(shared);
    count += inTransaction(
      database,
      () =>
        slots.filter((slot) => {
          const line = lines.get(String(slot['line_id']));
          if (line === undefined) return false;
          return addForeignSlot(database, { ...slot, line_id: line }, other.source);
        }).length,
    );
  }
  return count;
}

function mirrorOf(entity: string): Mirror {
  const found = MIRRORS.find((mirror) => mirror.entity === entity);
  if (found === undefined) throw new Error(`no mirror ${entity}`);
  return found;
}

async function slotsOf(remote: Asked['remote'], source: string, since: number): Promise<LocalRow[]> {
  const slots: LocalRow[] = [];
  for (let version = 0; ;) {
    const page = await remote.slots({ source, since, version });
    if (page.length === 0) return slots;
    slots.push(...page.map((row) => decodeRow(mirrorOf('vigie_quota_slots'), row)));
    version = Number(page.at(-1)?.['version'] ?? 0);
  }
}

function addSlot(database: Database, slot: LocalRow): boolean {
  const { changes } = database
    .prepare<LocalRow>(
      `INSERT INTO quota_slots (id, attempt_id, line_id, kind, day, taken_at, settled_at)
       SELECT CASE WHEN EXISTS (SELECT 1 FROM quota_slots WHERE id = @id) THEN NULL ELSE @id END,
         @attempt_id, @line_id, @kind, @day, @taken_at, coalesce(@settled_at, @taken_at)
       WHERE NOT EXISTS (SELECT 1 FROM quota_slots WHERE attempt_id = @attempt_id AND taken_at = @taken_at)`,
    )
    .run(slot);
  return changes > 0;
}

function addForeignSlot(database: Database, slot: LocalRow, source: string): boolean {
  const attemptId = `${FOREIGN_SLOT}${source}:${slot['id']}`;
  if (!addSlot(database, { ...slot, id: null, attempt_id: attemptId })) return false;
  const kind = KINDS.find((name) => name === slot['kind']) ?? 'other';
  for (const table of ['daily_stats', 'sync_brought_back'])
    database
      .prepare<LocalRow>(
        `INSERT INTO ${table} (day, message_1, message_2, other) VALUES (@day, @message_1, @message_2, @other)
         ON CONFLICT (day) DO UPDATE SET ${kind} = ${kind} + 1`,
      )
      .run({ day: slot['day'] ?? null, message_1: 0, message_2: 0, other: 0, [kind]: 1 });
  return true;
}

/** Never below what Supabase counted. */
function raiseDay(database: Database, day: LocalRow): void {
  database
    .prepare<LocalRow>(
      `INSERT INTO daily_stats (day, message_1, message_2, other, errors, closed_at)
       VALUES (@day, @message_1, @message_2, @other, @errors, @closed_at)
       ON CONFLICT (day) DO UPDATE SET message_1 = max(message_1, excluded.message_1),
         message_2 = max(message_2, excluded.message_2), other = max(other, excluded.other),
         errors = max(errors, excluded.errors)`,
    )
    .run(day);
}

/** Never below the slots of the day: they go to Supabase within seconds, the counters once an hour. */
export function raiseToSlots(database: Database, day: string): void {
  database
    .prepare<{ day: string }>(
      `INSERT INTO daily_stats (day, message_1, message_2, other)
       SELECT @day, count(*) FILTER (WHERE kind = 'message_1'), count(*) FILTER (WHERE kind = 'message_2'),
         count(*) FILTER (WHERE kind = 'other')
       FROM quota_slots WHERE day = @day
       ON CONFLICT (day) DO UPDATE SET message_1 = max(message_1, excluded.message_1),
         message_2 = max(message_2, excluded.message_2), other = max(other, excluded.other)`,
    )
    .run({ day });
}
