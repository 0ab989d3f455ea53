import type { Contact } from '../contract/contacts.ts';
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
    SELECT category_id FROM contact_categories WHERE contact_id = c.id ORDER BY category_id)) AS categoryIds`;
const NEWEST_FIRST = `ORDER BY c.number DESC LIMIT @limit`;
/** The index finds groups of letters; whether they stand together is for the row to say. */
const FOUND = `contact_search MATCH @match AND s.rowid < @before AND (
  EXISTS (SELECT 1 FROM json_each(@phones) phone WHERE c.phone LIKE phone.value ESCAPE '\\')
  OR EXISTS (SELECT 1 FROM json_each(@ways) way WHERE NOT EXISTS (
    SELECT 1 FROM json_each(way.value) word WHERE searchable(c.name) NOT LIKE word.value ESCAPE '\\'
      AND NOT EXISTS (SELECT 1 FROM json_each(c.attributes) attribute
        WHERE searchable(attribute.value) LIKE word.value ESCAPE '\\'))))`;

/** Statements of the list, each with the index that it needs; `CROSS JOIN` fixes which table is read first. */
export const CONTACT_PAGES = {
  all: `SELECT ${COLUMNS} FROM contacts c WHERE c.number < @before ${NEWEST_FIRST}`,
  found: `SELECT ${COLUMNS} FROM contact_search s CROSS JOIN contacts c ON c.number = s.rowid
    WHERE ${FOUND} ORDER BY s.rowid DESC LIMIT @limit`,
  ofCategory: `SELECT ${COLUMNS} FROM contact_categories m CROSS JOIN contacts c ON c.id = m.contact_id
    WHERE m.category_id = @categoryId AND m.contact_id < @beforeId ORDER BY m.contact_id DESC LIMIT @limit`,
  foundOfCategory: `SELECT ${COLUMNS} FROM contact_search s CROSS JOIN contacts c ON c.number = s.rowid
    WHERE ${FOUND} AND EXISTS (
      SELECT 1 FROM contact_categories WHERE category_id = @categoryId AND contact_id = c.id)
    ORDER BY s.rowid DESC LIMIT @limit`,
};
/** Behind every number and every id. */
const FROM_THE_NEWEST = { before: Number.MAX_SAFE_INTEGER, beforeId: '\u{10ffff}' };

/** Reads and writes contacts and the categories they are in. */
export class ContactStore {
  readonly search: ContactSearchIndex;
  readonly #statements;

  constructor(database: Database) {
    // LIKE by itself knows only the case of A to Z.
    database.function('searchable', { deterministic: true }, (text) => searchable(String(text)));
    this.search = new ContactSearchIndex(database);
    const page = (sql: string) => database.prepare<object, StoredContact>(sql);
    this.#statements = {
      all: page(CONTACT_PAGES.all),
      found: page(CONTACT_PAGES.found),
      ofCategory: page(CONTACT_PAGES.ofCategory),
      foundOfCategory: page(CONTACT_PAGES.foundOfCategory),
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
        WHERE status IN ('draft', 'scheduled', 'paused')`),
    };
  }

  /** Newest first, those before the position: an id in a category's list, a number in every other. */
  page(
    position: { before?: number; beforeId?: string; limit: number },
    { search, categoryId }: { search: ContactSearch | null; categoryId: string | null },
  ): ContactRow[] {
    const { all, found, ofCategory, foundOfCategory } = this.#statements;
    const asked = { ...FROM_THE_NEWEST, ...position, categoryId };
    if (search === null) return (categoryId === null ? all : ofCategory).all(asked).map(toRow);
    const { match, ways, phones } = search;
    const statement = categoryId === null ? found : foundOfCategory;
    const checks = { ways: JSON.stringify(ways), phones: JSON.stringify(phones) };
    return statement.all({ ...asked, match, ...checks }).map(toRow);
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
