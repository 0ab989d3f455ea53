import type { Category } from '../contract/contacts.ts';
import { toIso } from '../core/days.ts';
import type { Database } from '../storage/database.ts';
import { comparableCategory, isPlainName } from './categoryName.ts';

export type CategoryRow = {
  id: string;
  name: string;
  color: string | null;
  contactCount: number;
  createdAt: number;
  updatedAt: number;
};

const COLUMNS = `id, name, color, contact_count AS contactCount, created_at AS createdAt, updated_at AS updatedAt`;

/** A launch goes through its contacts: they must not go before it has (CMP-4). */
const IN_A_LAUNCH = `EXISTS (
  SELECT 1 FROM launches JOIN campaigns ON campaigns.id = campaign_id, json_each(audience, '$.categoryIds') AS named
  WHERE named.value = categories.id)`;

/** Reads and writes categories; their counts are kept by triggers (CMP-2). */
export class CategoryStore {
  readonly #statements;

  constructor(database: Database) {
    this.#statements = {
      page: database.prepare<{ afterName: string; limit: number }, CategoryRow>(`
        SELECT ${COLUMNS} FROM categories WHERE name > @afterName COLLATE NOCASE AND removed_at IS NULL
        ORDER BY name COLLATE NOCASE LIMIT @limit`),
      byId: database.prepare<{ id: string }, CategoryRow>(
        `SELECT ${COLUMNS} FROM categories WHERE id = @id AND removed_at IS NULL`,
      ),
      byName: database.prepare<{ name: string }, CategoryRow>(`SELECT ${COLUMNS} FROM categories WHERE name = @name`),
      all: database.prepare<[], CategoryRow>(`SELECT ${COLUMNS} FROM categories WHERE removed_at IS NULL`),
      insert: database.prepare(`
        INSERT INTO categories (id, name, color, created_at, updated_at) VALUES (@id, @name, @color, @now, @now)`),
      update: database.prepare(`UPDATE categories SET name = @name, color = @color, updated_at = @now WHERE id = @id`),
      remove: database.prepare<{ id: string }>(`DELETE FROM categories WHERE id = @id`),
      // Its name is free again. Every launch under way began before.
      hide: database.prepare<{ id: string; now: number }>(`
        UPDATE categories SET name = id, removed_at = max(@now, 1 + coalesce((SELECT max(began_at) FROM launches), 0))
        WHERE id = @id`),
      hidden: database
        .prepare<[], string>(
          `SELECT id FROM categories WHERE removed_at IS NOT NULL AND NOT ${IN_A_LAUNCH} ORDER BY removed_at LIMIT 1`,
        )
        .pluck(),
      isInALaunch: database
        .prepare<{ id: string }, number>(`SELECT ${IN_A_LAUNCH} FROM categories WHERE id = @id`)
        .pluck(),
      empty: database.prepare<{ id: string; limit: number }>(`
        DELETE FROM contact_categories WHERE (category_id, contact_id) IN (
          SELECT category_id, contact_id FROM contact_categories WHERE category_id = @id LIMIT @limit)`),
    };
  }

  /** By name, those after the given one. */
  page(afterName: string, limit: number): CategoryRow[] {
    return this.#statements.page.all({ afterName, limit });
  }

  byId(id: string): CategoryRow | null {
    return this.#statements.byId.get({ id }) ?? null;
  }

  /** Whatever its case and however its accents are written. */
  byName(name: string): CategoryRow | null {
    const found = this.#statements.byName.get({ name });
    if (found !== undefined || isPlainName(name)) return found ?? null;
    const wanted = comparableCategory(name);
    return this.#statements.all.all().find((row) => comparableCategory(row.name) === wanted) ?? null;
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

  /** Nobody sees it any more; its contacts are still in it. */
  hide(id: string, now: number): void {
    this.#statements.hide.run({ id, now });
  }

  /** A hidden category that can be emptied; null when there is none. */
  nextHidden(): string | null {
    return this.#statements.hidden.get() ?? null;
  }

  /** Whether a launch goes through its contacts at present. */
  isInALaunch(id: string): boolean {
    return this.#statements.isInALaunch.get({ id }) === 1;
  }

  /** Takes up to `limit` contacts out of it; returns how many. */
  empty(id: string, limit: number): number {
    return this.#statements.empty.run({ id, limit }).changes;
  }
}

/** Row of the database to contract. */
export function toCategory(row: CategoryRow): Category {
  return { ...row, createdAt: toIso(row.createdAt), updatedAt: toIso(row.updatedAt) };
}
