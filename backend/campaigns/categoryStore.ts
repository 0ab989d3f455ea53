import type { Category } from '../contract/contacts.ts';
import { toIso } from '../core/days.ts';
import type { Database } from '../storage/database.ts';

export type CategoryRow = {
  id: string;
  name: string;
  color: string | null;
  contactCount: number;
  createdAt: number;
  updatedAt: number;
};

const COLUMNS = `id, name, color, contact_count AS contactCount, created_at AS createdAt, updated_at AS updatedAt`;

/** Reads and writes categories; their counts are kept by triggers (CMP-2). */
export class CategoryStore {
  readonly #statements;

  constructor(database: Database) {
    this.#statements = {
      page: database.prepare<{ afterName: string; limit: number }, CategoryRow>(`
        SELECT ${COLUMNS} FROM categories WHERE name > @afterName COLLATE NOCASE ORDER BY name COLLATE NOCASE LIMIT @limit`),
      byId: database.prepare<{ id: string }, CategoryRow>(`SELECT ${COLUMNS} FROM categories WHERE id = @id`),
      byName: database.prepare<{ name: string }, CategoryRow>(`SELECT ${COLUMNS} FROM categories WHERE name = @name`),
      insert: database.prepare(`
        INSERT INTO categories (id, name, color, created_at, updated_at) VALUES (@id, @name, @color, @now, @now)`),
      update: database.prepare(`UPDATE categories SET name = @name, color = @color, updated_at = @now WHERE id = @id`),
      remove: database.prepare<{ id: string }>(`DELETE FROM categories WHERE id = @id`),
    };
  }

  /** By name, those after the given one. */
  page(afterName: string, limit: number): CategoryRow[] {
    return this.#statements.page.all({ afterName, limit });
  }

  byId(id: string): CategoryRow | null {
    return this.#statements.byId.get({ id }) ?? null;
  }

  byName(name: string): CategoryRow | null {
    return this.#statements.byName.get({ name }) ?? null;
  }

  insert(category: { id: string; name: string; color: string | null; now: number }): void {
    this.#statements.insert.run(category);
  }

  update(category: { id: string; name: string; color: string | null; now: number }): void {
    this.#statements.update.run(category);
  }

  remove(id: string): void {
    this.#statements.remove.run({ id });
  }
}

/** Row of the database to contract. */
export function toCategory(row: CategoryRow): Category {
  return { ...row, createdAt: toIso(row.createdAt), updatedAt: toIso(row.updatedAt) };
}
