import type { Database } from '../storage/database.ts';
import { INDEXED_TO } from './contactSearch.ts';

export type ImportFigures = { total: number; imported: number; updated: number; refused: number };
/** A contact that was there before a line of an import: `item` is the line's place in its part. */
export type Present = {
  item: number;
  number: number;
  id: string;
  name: string;
  attributes: string;
  importNumber: number | null;
};
type Advance = ImportFigures & { number: number; categoryId: string | null; runsDone: number; partsDone: number };
type Membership = { categoryId: string; contactId: string };

/**
 * What an import writes, each by one statement for all contacts of a part: SQLite reads them from JSON, so that a
 * thousand rows cost no more calls than one. Each is a part of the caller's transaction.
 */
export class ImportStatements {
  readonly #statements;

  constructor(database: Database) {
    this.#statements = prepare(database);
  }

  /** Refused lines; one that is there already, before a kill, stays. */
  refuse(number: number, refusals: string): void {
    this.#statements.refuse.run({ number, refusals });
  }

  /** How many contacts of a part are in the base. */
  countKnown(contacts: string): number {
    return this.#statements.countKnown.get(contacts) ?? 0;
  }

  highestNumber(): number {
    return this.#statements.highestNumber.get() ?? 0;
  }

  /** Contacts of a part whose phone is not there yet; how many. A suppressed one is opted out from its making. */
  insert(part: { contacts: string; importNumber: number; now: number }): number {
    return this.#statements.insert.run(part).changes;
  }

  /** Contacts with higher numbers into a category. */
  addNew(categoryId: string, after: number): void {
    this.#statements.addNew.run({ categoryId, after });
  }

  /** Contacts that a part made into the categories that it names for them. */
  addNewToOwn(contacts: string, idsByName: Readonly<Record<string, string>>): void {
    this.#statements.addNewToOwn.run({ contacts, ids: JSON.stringify(idsByName) });
  }

  /** Contacts of a part that were there before it. */
  present(contacts: string, upTo: number): Present[] {
    return this.#statements.present.all({ contacts, upTo });
  }

  /** Those of the memberships that were not there before. */
  add(memberships: readonly Membership[]): Membership[] {
    return this.#statements.add.all(JSON.stringify(memberships));
  }

  /** What an undo puts back. Touched twice, a contact goes back to what stood there first. */
  remember(importNumber: number, memories: readonly { contactId: string; former: string; written: string }[]): void {
    this.#statements.remember.run({ importNumber, memories: JSON.stringify(memories) });
  }

  change(
    changes: readonly { number: number; name: string; attributes: string; importNumber: number | null }[],
    now: number,
  ): void {
    this.#statements.change.run({ changes: JSON.stringify(changes), now });
  }

  /** Contacts that changed wait for their place in the search index; new ones wait for theirs anyway. */
  indexLater(numbers: readonly number[]): void {
    this.#statements.indexLater.run(JSON.stringify(numbers), INDEXED_TO);
  }

  categoryByName(name: string): string | undefined {
    return this.#statements.categoryByName.get(name);
  }

  categories(): { id: string; name: string }[] {
    return this.#statements.categories.all();
  }

  makeCategory({ id, name, importNumber, now }: { id: string; name: string; importNumber: number; now: number }): void {
    this.#statements.makeCategory.run({ id, name, now });
    this.#statements.rememberCategory.run({ id, number: importNumber });
  }

  advance(progress: Advance): void {
    this.#statements.advance.run(progress);
  }
}

function prepare(database: Database) {
  return {
    refuse: database.prepare<{ number: number; refusals: string }>(`
      INSERT INTO import_refusals (import_number, line, reason, value)
      SELECT @number, value ->> 'line', value ->> 'reason', value ->> 'value' FROM json_each(@refusals) WHERE TRUE
      ON CONFLICT DO NOTHING`),
    countKnown: database
      .prepare<[string], number>(
        `SELECT count(*) FROM json_each(?) AS row CROSS JOIN contacts c ON c.phone = row.value ->> 2`,
      )
      .pluck(),
    highestNumber: database.prepare<[], number>(`SELECT max(number) FROM contacts`).pluck(),
    insert: database.prepare<{ contacts: string; importNumber: number; now: number }>(`
      INSERT INTO contacts (id, name, phone, phone_original, attributes, opted_out_at, import_number, created_at, updated_at)
      SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value -> 4,
        (SELECT created_at FROM suppressions WHERE phone = value ->> 2), @importNumber, @now, @now
      FROM json_each(@contacts) WHERE TRUE ON CONFLICT (phone) DO NOTHING`),
    addNew: database.prepare<{ categoryId: string; after: number }>(`
      INSERT INTO contact_categories (category_id, contact_id) SELECT @categoryId, id FROM contacts WHERE number > @after`),
    addNewToOwn: database.prepare<{ contacts: string; ids: string }>(`
      INSERT INTO contact_categories (category_id, contact_id)
      SELECT known.value, c.id FROM json_each(@contacts) AS row CROSS JOIN contacts c ON c.id = row.value ->> 0
        CROSS JOIN json_each(row.value -> 5) AS named CROSS JOIN json_each(@ids) AS known ON known.key = named.value
      WHERE TRUE ON CONFLICT DO NOTHING`),
    present: database.prepare<{ contacts: string; upTo: number }, Present>(`
      SELECT row.key AS item, c.number, c.id, c.name, c.attributes, c.import_number AS importNumber
      FROM json_each(@contacts) AS row CROSS JOIN contacts c ON c.phone = row.value ->> 2 WHERE c.number <= @upTo`),
    add: database.prepare<[string], Membership>(`
      INSERT INTO contact_categories (category_id, contact_id)
      SELECT value ->> 'categoryId', value ->> 'contactId' FROM json_each(?) WHERE TRUE
      ON CONFLICT DO NOTHING RETURNING category_id AS categoryId, contact_id AS contactId`),
    remember: database.prepare<{ importNumber: number; memories: string }>(`
      INSERT INTO import_changes (import_number, contact_id, former, written)
      SELECT @importNumber, value ->> 'contactId', value ->> 'former', value ->> 'written'
      FROM json_each(@memories) WHERE TRUE
      ON CONFLICT DO UPDATE SET written = excluded.written, former = json_set(former, '$.addedCategories', json(
        (SELECT json_group_array(value) FROM (
          SELECT value FROM json_each(import_changes.former, '$.addedCategories')
          UNION SELECT value FROM json_each(excluded.former, '$.addedCategories')))))`),
    change: database.prepare<{ changes: string; now: number }>(`
      UPDATE contacts SET name = changed.value ->> 'name', attributes = changed.value ->> 'attributes',
        import_number = changed.value ->> 'importNumber', updated_at = @now
      FROM json_each(@changes) AS changed WHERE contacts.number = changed.value ->> 'number'`),
    indexLater: database.prepare<[string, string]>(`
      INSERT INTO contact_search_waiting (number) SELECT value FROM json_each(?)
      WHERE value <= (SELECT CAST(value AS INTEGER) FROM meta WHERE key = ?) ON CONFLICT DO NOTHING`),
    categoryByName: database.prepare<[string], string>(`SELECT id FROM categories WHERE name = ?`).pluck(),
    categories: database.prepare<[], { id: string; name: string }>(
      `SELECT id, name FROM categories WHERE removed_at IS NULL`,
    ),
    makeCategory: database.prepare<{ id: string; name: string; now: number }>(`
      INSERT INTO categories (id, name, color, created_at, updated_at) VALUES (@id, @name, NULL, @now, @now)`),
    rememberCategory: database.prepare<{ id: string; number: number }>(`
      UPDATE imports SET made_categories = json_insert(made_categories, '$[#]', @id) WHERE number = @number`),
    advance: database.prepare<Advance>(`
      UPDATE imports SET total = total + @total, imported = imported + @imported, updated = updated + @updated,
        refused = refused + @refused, runs_done = @runsDone, parts_done = @partsDone, category_id = @categoryId
      WHERE number = @number`),
  };
}
