import type { Page, PageInput } from '../contract/common.ts';
import type { AuditEntry } from '../contract/workspace.ts';
import { VigieError } from '../contract/errors.ts';
import type { Clock } from '../core/clock.ts';
import { toIso } from '../core/days.ts';
import { decodeCursor, toPage } from '../core/paging.ts';
import type { Database } from './database.ts';

type AuditRow = { id: number; at: number; actor: string; action: string; target: string; detail: string | null };

/** The trail of what operators and the application itself decided (SND-8). */
export type Audit = {
  /** Part of the caller's transaction. `detail` holds no phone, body or secret. */
  write(entry: { actor: string; action: string; target: string; detail?: Record<string, unknown> }): void;
  list(input: PageInput): Page<AuditEntry>;
};

export function createAudit(database: Database, clock: Clock): Audit {
  const insert = database.prepare(`
    INSERT INTO audit (at, actor, action, target, detail) VALUES (@now, @actor, @action, @target, @detail)`);
  const page = database.prepare<{ before: number; limit: number }, AuditRow>(`
    SELECT id, at, actor, action, target, detail FROM audit WHERE id < @before ORDER BY id DESC LIMIT @limit`);
  return {
    write({ detail, ...entry }) {
      insert.run({ ...entry, now: clock.now(), detail: detail === undefined ? null : JSON.stringify(detail) });
    },
    list({ limit, cursor }) {
      const position = cursor === undefined ? [Number.MAX_SAFE_INTEGER] : decodeCursor(cursor, ['number'] as const);
      if (position === null) throw new VigieError('bad_request', { detail: 'cursor' });
      const rows = page.all({ before: position[0] ?? 0, limit: limit + 1 });
      return toPage(rows, limit, { item: toEntry, position: (row) => [row.id] });
    },
  };
}

function toEntry(row: AuditRow): AuditEntry {
  return {
    id: String(row.id),
    at: toIso(row.at),
    actor: row.actor,
    action: row.action,
    target: row.target,
    detail: row.detail === null ? null : (JSON.parse(row.detail) as AuditEntry['detail']),
  };
}
