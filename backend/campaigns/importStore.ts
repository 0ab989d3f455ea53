import type { ImportQuery, ImportState } from '../contract/imports.ts';
import type { Database } from '../storage/database.ts';
import type { Refusal, RefusalReason } from './importLines.ts';
import type { ColumnRole } from '../contract/imports.ts';

export type ImportOptions = Pick<ImportQuery, 'category'> & { country: string; mapping?: ColumnRole[] | undefined };
export type ImportRow = {
  number: number;
  id: string;
  fileName: string | null;
  state: ImportState;
  size: number;
  options: string;
  total: number;
  imported: number;
  updated: number;
  refused: number;
  runsDone: number;
  partsDone: number;
  runLines: number;
  afterNumber: number;
  categoryId: string | null;
  removed: number;
  restored: number;
  kept: number;
  problem: string | null;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  hasUndo: number;
};

/**
 * Lines of a file that are read, merged and sorted together: the more, the fewer pages of the index by phone are written
 * again and again; the fewer, the less memory is held.
 */
const RUN_LINES = 100_000;

const COLUMNS = `number, id, file_name AS fileName, state, size, options, total, imported, updated, refused,
  runs_done AS runsDone, parts_done AS partsDone, run_lines AS runLines, after_number AS afterNumber, category_id AS categoryId,
  removed, restored, kept, problem, created_at AS createdAt, started_at AS startedAt, finished_at AS finishedAt,
  has_undo AS hasUndo`;
type NewImport = Pick<ImportRow, 'id' | 'fileName' | 'state' | 'size'> & { now: number };

/** Reads and writes imports and their refused lines; what they change in contacts is the writer's. */
export class ImportStore {
  readonly #statements;

  constructor(database: Database) {
    this.#statements = {
      insert: database.prepare<NewImport>(`
        INSERT INTO imports (id, file_name, state, size, created_at) VALUES (@id, @fileName, @state, @size, @now)`),
      byId: database.prepare<{ id: string }, ImportRow>(`SELECT ${COLUMNS} FROM imports WHERE id = @id`),
      page: database.prepare<{ before: number; limit: number }, ImportRow>(`
        SELECT ${COLUMNS} FROM imports WHERE number < @before ORDER BY number DESC LIMIT @limit`),
      inStates: database.prepare<{ states: string }, ImportRow>(`
        SELECT ${COLUMNS} FROM imports WHERE state IN (SELECT value FROM json_each(@states)) ORDER BY number`),
      setState: database.prepare<{
        id: string;
        state: ImportState;
        problem: string | null;
        finishedAt: number | null;
      }>(`
        UPDATE imports SET state = @state, problem = @problem, finished_at = @finishedAt WHERE id = @id`),
      begin: database.prepare<{ id: string; state: ImportState; options: string; now: number }>(`
        UPDATE imports SET state = @state, options = @options, started_at = @now, finished_at = NULL, problem = NULL,
          total = 0, imported = 0, updated = 0, refused = 0, runs_done = 0, parts_done = 0, run_lines = ${RUN_LINES},
          after_number = (SELECT coalesce(max(number), 0) FROM contacts)
        WHERE id = @id`),
      remove: database.prepare<{ id: string }>(`DELETE FROM imports WHERE id = @id`),
      forgetRefusals: database.prepare<{ number: number }>(`DELETE FROM import_refusals WHERE import_number = @number`),
      refusals: database.prepare<{ number: number; after: number; limit: number }, Refusal>(`
        SELECT line, reason, value FROM import_refusals
        WHERE import_number = @number AND line > @after ORDER BY line LIMIT @limit`),
    };
  }

  insert(made: NewImport): void {
    this.#statements.insert.run(made);
  }

  byId(id: string): ImportRow | null {
    return this.#statements.byId.get({ id }) ?? null;
  }

  /** Newest first. */
  page(before: number, limit: number): ImportRow[] {
    return this.#statements.page.all({ before, limit });
  }

  inStates(states: readonly ImportState[]): ImportRow[] {
    return this.#statements.inStates.all({ states: JSON.stringify(states) });
  }

  setState(id: string, state: ImportState, end: { problem?: string; finishedAt?: number } = {}): void {
    this.#statements.setState.run({ id, state, problem: end.problem ?? null, finishedAt: end.finishedAt ?? null });
  }

  /** From the first line, whatever was read before. */
  begin(
    { id, number }: ImportRow,
    state: ImportState,
    { options, now }: { options: ImportOptions; now: number },
  ): void {
    this.#statements.forgetRefusals.run({ number });
    this.#statements.begin.run({ id, state, options: JSON.stringify(options), now });
  }

  remove({ id, number }: Pick<ImportRow, 'id' | 'number'>): void {
    this.#statements.forgetRefusals.run({ number });
    this.#statements.remove.run({ id });
  }

  refusals(number: number, after: number, limit: number): (Refusal & { reason: RefusalReason })[] {
    return this.#statements.refusals.all({ number, after, limit });
  }
}
