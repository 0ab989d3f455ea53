import type { Ids } from '../core/ids.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import { ContactSearchIndex } from './contactSearch.ts';
import { mergedJson, type Run } from './importRun.ts';

/** The import that is written, as far as the writer needs to know it. */
export type WrittenImport = {
  number: number;
  /** Category of all its contacts, by name. */
  category: string | undefined;
  /** Says what an import would do: nothing but its figures and refused lines is written. */
  dryRun: boolean;
  now: number;
};
type Figures = { total: number; imported: number; updated: number; refused: number };
type Present = {
  number: number;
  id: string;
  name: string;
  phone: string;
  attributes: string;
  importNumber: number | null;
};

/** Items written between two looks at the time. */
const STEP = 25;

/**
 * Writes an import's runs, one transaction for each slice: contacts, what they were before, refused lines, and how far
 * it came, so that a kill at any point leaves an import that can be continued or undone (CMP-1, REL-1).
 */
export class ImportWriter {
  readonly #database: Database;
  readonly #import: WrittenImport;
  readonly #ids: Ids;
  readonly #search: ContactSearchIndex;
  readonly #statements;
  readonly #categories = new Map<string, string>();
  /** Phones of the file so far: a dry run has no other way to know them. */
  readonly #seen = new Set<number>();

  constructor(database: Database, written: WrittenImport, ids: Ids) {
    this.#database = database;
    this.#import = written;
    this.#ids = ids;
    this.#search = new ContactSearchIndex(database);
    this.#statements = prepare(database);
  }

  /**
   * Writes items of a run from `from` on, as long as `goesOn`, in one transaction.
   * @returns the items of the run that are written then; all of them: `itemsOf(run)`
   */
  write(run: Run, { from, runsDone }: { from: number; runsDone: number }, goesOn: () => boolean): number {
    return inTransaction(this.#database, () => {
      const figures: Figures = { total: 0, imported: 0, updated: 0, refused: 0 };
      const end = itemsOf(run);
      let item = from;
      while (item < end) {
        const stop = Math.min(item + STEP, end);
        for (; item < stop; item++) this.#writeItem(run, item, figures);
        if (!goesOn()) break;
      }
      const isWhole = item === end;
      if (isWhole) {
        figures.total += run.merged;
        figures.updated += run.merged;
      }
      this.#statements.advance.run({
        ...figures,
        number: this.#import.number,
        categoryId: this.#import.dryRun ? null : this.#mainCategory(),
        runsDone: isWhole ? runsDone + 1 : runsDone,
        itemsDone: isWhole ? 0 : item,
      });
      return item;
    });
  }

  #writeItem(run: Run, item: number, figures: Figures): void {
    figures.total++;
    const refusal = run.refused[item];
    if (refusal !== undefined) {
      figures.refused++;
      this.#statements.refuse.run({ ...refusal, number: this.#import.number });
      return;
    }
    const isNew = this.#import.dryRun ? this.#isNew(run, item) : this.#writeContact(run, item - run.refused.length);
    if (isNew) figures.imported++;
    else figures.updated++;
  }

  #isNew(run: Run, item: number): boolean {
    const phone = run.phones[item - run.refused.length] ?? '';
    const digits = Number(phone.slice(1));
    if (this.#seen.has(digits)) return false;
    this.#seen.add(digits);
    return this.#statements.present.get(phone) === undefined;
  }

  /** True when the contact is new. */
  #writeContact(run: Run, index: number): boolean {
    const phone = run.phones[index] ?? '';
    const name = run.names[index] ?? '';
    const attributes = run.attributes[index] ?? '{}';
    const { number: importNumber, now } = this.#import;
    const id = this.#ids.next();
    const original = run.originals[index] ?? '';
    const inserted = this.#statements.insert.run(id, name, phone, original, attributes, phone, importNumber, now, now);
    const categoryIds = this.#categoriesOf(run.categories[index] ?? '');
    if (inserted.changes === 1) {
      for (const categoryId of categoryIds) this.#statements.addToCategory.run(categoryId, id);
      return true;
    }
    const present = this.#statements.present.get(phone);
    if (present !== undefined) this.#change(present, { name, attributes, categoryIds });
    return false;
  }

  /** What the line fills in wins, what it leaves empty stays; what stood there before is kept for an undo. */
  #change(present: Present, line: { name: string; attributes: string; categoryIds: readonly string[] }): void {
    const { number: importNumber, now } = this.#import;
    const { id, number, phone } = present;
    const name = line.name === '' ? present.name : line.name;
    const attributes = mergedJson(present.attributes, line.attributes);
    const added = line.categoryIds.filter(
      (categoryId) => this.#statements.addToCategory.run(categoryId, id).changes === 1,
    );
    const isOwn = present.importNumber === importNumber;
    const isChanged = name !== present.name || attributes !== present.attributes;
    const isOthers = present.importNumber !== null && !isOwn;
    if (!isOwn && (isChanged || isOthers || added.length > 0)) {
      const former = { name: present.name, attributes: present.attributes, importNumber: present.importNumber };
      this.#statements.remember.run({
        importNumber,
        contactId: id,
        former: JSON.stringify({ ...former, addedCategories: added }),
        written: JSON.stringify({ name, attributes }),
      });
    }
    if (!isChanged && !isOthers) return;
    this.#statements.change.run({ id, name, attributes, importNumber: isOwn ? importNumber : null, now });
    if (isChanged) this.#search.put(number, { name, phone, attributes });
  }

  #categoriesOf(names: string): string[] {
    const main = this.#mainCategory();
    const ids = names === '' ? [] : names.split('\n').map((name) => this.#category(name));
    return main === null ? ids : [...new Set([main, ...ids])];
  }

  #mainCategory(): string | null {
    return this.#import.category === undefined ? null : this.#category(this.#import.category);
  }

  #category(name: string): string {
    const known = this.#categories.get(name);
    if (known !== undefined) return known;
    const id = this.#statements.categoryByName.get(name) ?? this.#makeCategory(name);
    this.#categories.set(name, id);
    return id;
  }

  #makeCategory(name: string): string {
    const id = this.#ids.next();
    this.#statements.makeCategory.run({ id, name, now: this.#import.now });
    this.#statements.rememberCategory.run({ id, number: this.#import.number });
    return id;
  }
}

export function itemsOf(run: Run): number {
  return run.refused.length + run.phones.length;
}

function prepare(database: Database) {
  return {
    insert: database.prepare(`
      INSERT INTO contacts (id, name, phone, phone_original, attributes, opted_out_at, import_number, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, (SELECT created_at FROM suppressions WHERE phone = ?), ?, ?, ?)
      ON CONFLICT (phone) DO NOTHING`),
    present: database.prepare<[string], Present>(`
      SELECT number, id, name, phone, attributes, import_number AS importNumber FROM contacts WHERE phone = ?`),
    change: database.prepare<{
      id: string;
      name: string;
      attributes: string;
      importNumber: number | null;
      now: number;
    }>(`
      UPDATE contacts SET name = @name, attributes = @attributes, import_number = @importNumber, updated_at = @now
      WHERE id = @id`),
    addToCategory: database.prepare<[string, string]>(
      `INSERT INTO contact_categories (category_id, contact_id) VALUES (?, ?) ON CONFLICT DO NOTHING`,
    ),
    categoryByName: database.prepare<[string], string>(`SELECT id FROM categories WHERE name = ?`).pluck(),
    makeCategory: database.prepare<{ id: string; name: string; now: number }>(`
      INSERT INTO categories (id, name, color, created_at, updated_at) VALUES (@id, @name, NULL, @now, @now)`),
    rememberCategory: database.prepare<{ id: string; number: number }>(`
      UPDATE imports SET made_categories = json_insert(made_categories, '$[#]', @id) WHERE number = @number`),
    refuse: database.prepare<{ number: number; line: number; reason: string; value: string }>(`
      INSERT INTO import_refusals (import_number, line, reason, value) VALUES (@number, @line, @reason, @value)
      ON CONFLICT DO NOTHING`),
    // Touched twice, a contact goes back to what stood there first.
    remember: database.prepare<{ importNumber: number; contactId: string; former: string; written: string }>(`
      INSERT INTO import_changes (import_number, contact_id, former, written)
      VALUES (@importNumber, @contactId, @former, @written)
      ON CONFLICT DO UPDATE SET written = excluded.written, former = json_set(former, '$.addedCategories', json(
        (SELECT json_group_array(value) FROM (
          SELECT value FROM json_each(import_changes.former, '$.addedCategories')
          UNION SELECT value FROM json_each(excluded.former, '$.addedCategories')))))`),
    advance: database.prepare<
      Figures & { number: number; categoryId: string | null; runsDone: number; itemsDone: number }
    >(`
      UPDATE imports SET total = total + @total, imported = imported + @imported, updated = updated + @updated,
        refused = refused + @refused, runs_done = @runsDone, items_done = @itemsDone, category_id = @categoryId
      WHERE number = @number`),
  };
}
