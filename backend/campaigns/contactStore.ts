import type { Contact } from '../contract/contacts.ts';
import type { Clock } from '../core/clock.ts';
import { toIso } from '../core/days.ts';
import type { Database } from '../storage/database.ts';
import { ContactSearchIndex, searchable, type ContactSearch } from './contactSearch.ts';

export type ContactRow = {
  number: number;
  id: string;
  name: string;
  phone: string;
  attributes: Record<string, string>;
  categoryIds: string[];
  optedOutAt: number | null;
  createdAt: number;
  updatedAt: number;
};
export type NewContact = Pick<ContactRow, 'id' | 'name' | 'phone' | 'attributes'> & {
  phoneOriginal: string;
  now: number;
};

type StoredContact = Omit<ContactRow, 'attributes' | 'categoryIds'> & { attributes: string; categoryIds: string };

const COLUMNS = `
  c.number, c.id, c.name, c.phone, c.attributes, c.opted_out_at AS optedOutAt, c.created_at AS createdAt, c.updated_at AS updatedAt,
  (SELECT json_group_array(category_id) FROM (
    SELECT category_id FROM contact_categories WHERE contact_id = c.id
      AND category_id NOT IN (SELECT id FROM categories WHERE removed_at IS NOT NULL)
    ORDER BY category_id)) AS categoryIds`;
const NEWEST_FIRST = `ORDER BY c.number DESC LIMIT @limit`;
/** The index finds groups of letters; whether they stand together is for the row to say. */
const FOUND = `contact_search MATCH @match AND s.rowid >= @from AND s.rowid < @before`;
const HOLDS = `(
  EXISTS (SELECT 1 FROM json_each(@phones) phone WHERE c.phone LIKE phone.value ESCAPE '\\')
  OR EXISTS (SELECT 1 FROM json_each(@ways) way WHERE NOT EXISTS (
    SELECT 1 FROM json_each(way.value) word WHERE searchable(c.name) NOT LIKE word.value ESCAPE '\\'
      AND NOT EXISTS (SELECT 1 FROM json_each(c.attributes) attribute
        WHERE searchable(attribute.value) LIKE word.value ESCAPE '\\'))))`;

/** Statements of the list, each with the index that it needs; `CROSS JOIN` fixes which table is read first. */
export const CONTACT_PAGES = {
  all: `SELECT ${COLUMNS} FROM contacts c WHERE c.number < @before ${NEWEST_FIRST}`,
  found: `SELECT ${COLUMNS} FROM contact_search s CROSS JOIN contacts c ON c.number = s.rowid
    WHERE ${FOUND} AND ${HOLDS} ORDER BY s.rowid DESC LIMIT @limit`,
  ofCategory: `SELECT ${COLUMNS} FROM contact_categories m CROSS JOIN contacts c ON c.id = m.contact_id
    WHERE m.category_id = @categoryId AND m.contact_id < @beforeId ORDER BY m.contact_id DESC LIMIT @limit`,
  foundOfCategory: `SELECT ${COLUMNS} FROM contact_search s CROSS JOIN contacts c ON c.number = s.rowid
    WHERE ${FOUND} AND EXISTS (
      SELECT 1 FROM contact_categories WHERE category_id = @categoryId AND contact_id = c.id) AND ${HOLDS}
    ORDER BY s.rowid DESC LIMIT @limit`,
};
/** Numbers that a search looks at first, and the time that one answer may take (PRF-8). */
const FIRST_WINDOW = 20_000;
const SEARCH_MS = 15;
/** Behind every number and every id. */
const FROM_THE_NEWEST = { before: Number.MAX_SAFE_INTEGER, beforeId: '\u{10ffff}' };

/** Reads and writes contacts and the categories they are in. */
export class ContactStore {
  readonly search: ContactSearchIndex;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #statements;

  constructor(database: Database, clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
    // LIKE by itself knows only the case of A to Z.
    database.function('searchable', { deterministic: true }, (text) => searchable(String(text)));
    this.search = new ContactSearchIndex(database);
    const page = (sql: string) => database.prepare<object, StoredContact>(sql);
    this.#statements = {
      all: page(CONTACT_PAGES.all),
      found: page(CONTACT_PAGES.found),
      ofCategory: page(CONTACT_PAGES.ofCategory),
      foundOfCategory: page(CONTACT_PAGES.foundOfCategory),
      highest: database.prepare<[], number>(`SELECT coalesce(max(number), 0) FROM contacts`).pluck(),
      byId: database.prepare<{ id: string }, StoredContact>(`SELECT ${COLUMNS} FROM contacts c WHERE c.id = @id`),
      byPhone: database.prepare<{ phone: string }, StoredContact>(
        `SELECT ${COLUMNS} FROM contacts c WHERE c.phone = @phone`,
      ),
      suppressedAt: database
        .prepare<{ phone: string }, number>(`SELECT created_at FROM suppressions WHERE phone = @phone`)
        .pluck(),
      insert: database.prepare(`
        INSERT INTO contacts (id, name, phone, phone_original, attributes, opted_out_at, created_at, updated_at)
        VALUES (@id, @name, @phone, @phoneOriginal, @attributes,
          (SELECT created_at FROM suppressions WHERE phone = @phone), @now, @now)`),
      update: database.prepare(`
        UPDATE contacts SET name = @name, phone = @phone, attributes = @attributes, updated_at = @now,
          import_number = NULL, opted_out_at = (SELECT created_at FROM suppressions WHERE phone = @phone)
        WHERE id = @id`),
      remove: database.prepare<{ id: string }>(`DELETE FROM contacts WHERE id = @id`),
      addToCategory: database.prepare<{ id: string; categoryId: string }>(`
        INSERT INTO contact_categories (category_id, contact_id) VALUES (@categoryId, @id) ON CONFLICT DO NOTHING`),
      removeFromOthers: database.prepare<{ id: string; categoryIds: string }>(`
        DELETE FROM contact_categories
        WHERE contact_id = @id AND category_id NOT IN (SELECT value FROM json_each(@categoryIds))`),
      replaceInAudiences: database.prepare<{ id: string; goneId: string }>(`
        UPDATE campaigns SET audience = replace(audience, json_quote(@goneId), json_quote(@id))
        WHERE status IN ('draft', 'preparing', 'scheduled', 'paused')`),
    };
  }

  /** Newest first, those before the position: an id in a category's list, a number in the other. */
  page(position: { before?: number; beforeId?: string; limit: number }, categoryId: string | null): ContactRow[] {
    const { all, ofCategory } = this.#statements;
    const asked = { ...FROM_THE_NEWEST, ...position, categoryId };
    return (categoryId === null ? all : ofCategory).all(asked).map(toRow);
  }

  /**
   * The next contacts that a search finds, newest first. One answer takes a bounded time: it may be short or empty and
   * say where it stopped, as the search of attempts does.
   * @returns `next`: the number to go on before; null at the end
   */
  searchPage(
    { before, limit }: { before?: number; limit: number },
    { search, categoryId }: { search: ContactSearch; categoryId: string | null },
  ): { rows: ContactRow[]; next: number | null } {
    const { found, foundOfCategory, highest } = this.#statements;
    const statement = categoryId === null ? found : foundOfCategory;
    const { ways, phones } = search;
    const match = this.search.match(search);
    const checks = { ways: JSON.stringify(ways), phones: JSON.stringify(phones) };
    const startedAt = this.#clock.monotonic();
    const rows: ContactRow[] = [];
    let top = Math.min(before ?? Infinity, (highest.get() ?? 0) + 1);
    let window = FIRST_WINDOW;
    for (let seen = 0; ;) {
      const from = Math.max(0, top - window);
      const asked = { match, ...checks, categoryId, from, before: top, limit: limit + 1 - rows.length };
      rows.push(...statement.all(asked).map(toRow));
      const last = rows[limit - 1];
      if (rows.length > limit && last !== undefined) return { rows: rows.slice(0, limit), next: last.number };
      seen += top - from;
      top = from;
      if (top === 0) return { rows, next: null };
      const elapsedMs = this.#clock.monotonic() - startedAt;
      if (elapsedMs >= SEARCH_MS) return { rows, next: top };
      // As much as fits into the time that is left, as fast as it went so far.
      const fits = elapsedMs === 0 ? Infinity : (seen / elapsedMs) * (SEARCH_MS - elapsedMs);
      window = Math.round(Math.max(FIRST_WINDOW / 10, Math.min(window * 4, fits)));
    }
  }

  byId(id: string): ContactRow | null {
    const row = this.#statements.byId.get({ id });
    return row === undefined ? null : toRow(row);
  }

  byPhone(phone: string): ContactRow | null {
    const row = this.#statements.byPhone.get({ phone });
    return row === undefined ? null : toRow(row);
  }

  /** A contact whose phone is suppressed is opted out from its making. */
  insert(contact: NewContact): void {
    const stored = { ...contact, attributes: JSON.stringify(contact.attributes) };
    const { lastInsertRowid } = this.#statements.insert.run(stored);
    this.search.put(lastInsertRowid, stored);
  }

  /** A change by hand: an undo of the import that made the contact leaves it from now on. */
  update(contact: Pick<ContactRow, 'number' | 'id' | 'name' | 'phone' | 'attributes'>, now: number): void {
    const { number, id, name, phone } = contact;
    const attributes = JSON.stringify(contact.attributes);
    this.#statements.update.run({ id, name, phone, attributes, now });
    this.search.put(number, { name, phone, attributes });
  }

  remove({ id, number }: Pick<ContactRow, 'id' | 'number'>): void {
    this.#statements.remove.run({ id });
    this.search.remove(number);
  }

  /** Campaigns that have not ended and name one contact name another instead. */
  replaceInAudiences(goneId: string, id: string): void {
    this.#statements.replaceInAudiences.run({ goneId, id });
  }

  addToCategory(id: string, categoryId: string): void {
    this.#statements.addToCategory.run({ id, categoryId });
  }

  /** Exactly these categories afterwards. */
  setCategories(id: string, categoryIds: readonly string[]): void {
    this.#statements.removeFromOthers.run({ id, categoryIds: JSON.stringify(categoryIds) });
    for (const categoryId of categoryIds) this.addToCategory(id, categoryId);
  }
}

function toRow(row: StoredContact): ContactRow {
  return {
    ...row,
    attributes: JSON.parse(row.attributes) as Record<string, string>,
    categoryIds: JSON.parse(row.categoryIds) as string[],
  };
}

/** Row of the database to contract. */
export function toContact({ number: _, ...row }: ContactRow): Contact {
  return {
    ...row,
    optedOutAt: toIso(row.optedOutAt),
    createdAt: toIso(row.createdAt),
    updatedAt: toIso(row.updatedAt),
  };
}
