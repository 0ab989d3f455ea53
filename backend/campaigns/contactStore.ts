import type { Contact } from '../contract/contacts.ts';
import { toIso } from '../core/days.ts';
import type { Database } from '../storage/database.ts';

export type ContactRow = {
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
export type ContactSearch = {
  /** Patterns of LIKE, `\` escapes; null matches nothing. */
  name: string | null;
  phones: readonly string[];
};

type StoredContact = Omit<ContactRow, 'attributes' | 'categoryIds'> & { attributes: string; categoryIds: string };
type PageKey = { beforeCreatedAt: number; beforeId: string; limit: number };

const COLUMNS = `
  c.id, c.name, c.phone, c.attributes, c.opted_out_at AS optedOutAt, c.created_at AS createdAt, c.updated_at AS updatedAt,
  (SELECT json_group_array(category_id) FROM (
    SELECT category_id FROM contact_categories WHERE contact_id = c.id ORDER BY category_id)) AS categoryIds`;
const BEFORE = `(c.created_at, c.id) < (@beforeCreatedAt, @beforeId)`;
const NEWEST_FIRST = `ORDER BY c.created_at DESC, c.id DESC LIMIT @limit`;
const FOUND = `(searchable(c.name) LIKE @name ESCAPE '\\'
  OR EXISTS (SELECT 1 FROM json_each(@phones) WHERE c.phone LIKE json_each.value ESCAPE '\\'))`;
const IN_CATEGORY = `EXISTS (
  SELECT 1 FROM contact_categories WHERE category_id = @categoryId AND contact_id = c.id)`;

/** Reads and writes contacts and the categories they are in. */
export class ContactStore {
  readonly #statements;

  constructor(database: Database) {
    // LIKE by itself knows only the case of A to Z.
    database.function('searchable', { deterministic: true }, (text) => searchable(String(text)));
    const page = (...conditions: string[]) =>
      database.prepare<object, StoredContact>(
        `SELECT ${COLUMNS} FROM contacts c WHERE ${[BEFORE, ...conditions].join(' AND ')} ${NEWEST_FIRST}`,
      );
    this.#statements = {
      page: page(),
      pageFound: page(FOUND),
      pageOfCategory: page(IN_CATEGORY),
      pageFoundOfCategory: page(IN_CATEGORY, FOUND),
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
          opted_out_at = (SELECT created_at FROM suppressions WHERE phone = @phone)
        WHERE id = @id`),
      remove: database.prepare<{ id: string }>(`DELETE FROM contacts WHERE id = @id`),
      addToCategory: database.prepare<{ id: string; categoryId: string }>(`
        INSERT INTO contact_categories (category_id, contact_id) VALUES (@categoryId, @id) ON CONFLICT DO NOTHING`),
      removeFromOthers: database.prepare<{ id: string; categoryIds: string }>(`
        DELETE FROM contact_categories
        WHERE contact_id = @id AND category_id NOT IN (SELECT value FROM json_each(@categoryIds))`),
      addImport: database.prepare(`
        INSERT INTO imports (id, file_name, total, imported, updated, refused, created_at)
        VALUES (@id, @fileName, @total, @imported, @updated, @refused, @now)`),
    };
  }

  /** Newest first, those made before the position. */
  page(position: PageKey, filter: { search: ContactSearch | null; categoryId: string | null }): ContactRow[] {
    const { search, categoryId } = filter;
    const { page, pageFound, pageOfCategory, pageFoundOfCategory } = this.#statements;
    const statement =
      search === null
        ? categoryId === null
          ? page
          : pageOfCategory
        : categoryId === null
          ? pageFound
          : pageFoundOfCategory;
    const found = search === null ? {} : { name: search.name, phones: JSON.stringify(search.phones) };
    const category = categoryId === null ? {} : { categoryId };
    return statement.all({ ...position, ...found, ...category }).map(toRow);
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
    this.#statements.insert.run({ ...contact, attributes: JSON.stringify(contact.attributes) });
  }

  update(contact: Pick<ContactRow, 'id' | 'name' | 'phone' | 'attributes'>, now: number): void {
    const { id, name, phone, attributes } = contact;
    this.#statements.update.run({ id, name, phone, attributes: JSON.stringify(attributes), now });
  }

  remove(id: string): void {
    this.#statements.remove.run({ id });
  }

  addToCategory(id: string, categoryId: string): void {
    this.#statements.addToCategory.run({ id, categoryId });
  }

  /** Exactly these categories afterwards. */
  setCategories(id: string, categoryIds: readonly string[]): void {
    this.#statements.removeFromOthers.run({ id, categoryIds: JSON.stringify(categoryIds) });
    for (const categoryId of categoryIds) this.addToCategory(id, categoryId);
  }

  addImport(done: {
    id: string;
    fileName: string | null;
    total: number;
    imported: number;
    updated: number;
    refused: number;
    now: number;
  }): void {
    this.#statements.addImport.run(done);
  }
}

/** A text as searches compare it: without case and accents. */
export function searchable(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

function toRow(row: StoredContact): ContactRow {
  return {
    ...row,
    attributes: JSON.parse(row.attributes) as Record<string, string>,
    categoryIds: JSON.parse(row.categoryIds) as string[],
  };
}

/** Row of the database to contract. */
export function toContact(row: ContactRow): Contact {
  return {
    ...row,
    optedOutAt: toIso(row.optedOutAt),
    createdAt: toIso(row.createdAt),
    updatedAt: toIso(row.updatedAt),
  };
}
