import { inTransaction, type Database } from '../storage/database.ts';
import { ContactSearchIndex } from './contactSearch.ts';

type Change = { contactId: string; former: string; written: string };
type Stored = { number: number; name: string; phone: string; attributes: string };
type Made = { number: number; id: string; isUsed: number };

/** Contacts that are looked at together. */
const BATCH = 50;

/**
 * Takes an import back, slice by slice: values that still stand as it wrote them become what they were, contacts that
 * it made go unless a campaign or a person used them since, and so do categories that it made and that are empty then.
 * Opt-outs that it brought stay. Cut short, it goes on where it was (CMP-1).
 */
export class ImportUndo {
  readonly #database: Database;
  readonly #import: { number: number; afterNumber: number; now: number };
  readonly #search: ContactSearchIndex;
  readonly #statements;
  /** Contacts that campaigns name one by one. */
  readonly #named: ReadonlySet<string>;
  #position: number;

  constructor(database: Database, undone: { number: number; afterNumber: number; now: number }) {
    this.#database = database;
    this.#import = undone;
    this.#position = undone.afterNumber;
    this.#search = new ContactSearchIndex(database);
    this.#statements = prepare(database);
    this.#named = new Set(this.#statements.named.all());
  }

  /** One transaction, as long as `goesOn`; false when nothing is left to do. */
  step(goesOn: () => boolean): boolean {
    return inTransaction(this.#database, () => {
      let isLeft = true;
      do isLeft = this.#putBack() || this.#takeAway();
      while (isLeft && goesOn());
      if (!isLeft) this.#finish();
      return isLeft;
    });
  }

  #putBack(): boolean {
    const { number } = this.#import;
    const changes = this.#statements.changes.all({ number, limit: BATCH });
    for (const change of changes) this.#restore(change);
    this.#statements.count.run({ number, removed: 0, restored: changes.length, kept: 0 });
    return changes.length > 0;
  }

  #restore({ contactId, former, written }: Change): void {
    const { number, now } = this.#import;
    this.#statements.forget.run({ number, contactId });
    const present = this.#statements.contact.get(contactId);
    if (present === undefined) return;
    const before = JSON.parse(former) as {
      name: string;
      attributes: string;
      importNumber: number | null;
      addedCategories: string[];
    };
    const wrote = JSON.parse(written) as { name: string; attributes: string };
    const name = present.name === wrote.name ? before.name : present.name;
    const attributes = attributesBefore(present.attributes, wrote.attributes, before.attributes);
    this.#statements.putBack.run({ id: contactId, name, attributes, importNumber: before.importNumber, now });
    for (const categoryId of before.addedCategories) this.#statements.leave.run({ categoryId, contactId });
    if (name !== present.name || attributes !== present.attributes)
      this.#search.put(present.number, { name, phone: present.phone, attributes });
  }

  #takeAway(): boolean {
    const { number } = this.#import;
    const made = this.#statements.made.all({ number, after: this.#position, limit: BATCH });
    const used = made.filter(({ id, isUsed }) => isUsed === 1 || this.#named.has(id));
    for (const contact of made) {
      if (used.includes(contact)) continue;
      this.#statements.remove.run(contact.id);
    }
    this.#position = made.at(-1)?.number ?? this.#position;
    const kept = used.length;
    this.#statements.count.run({ number, removed: made.length - kept, restored: 0, kept });
    return made.length > 0;
  }

  #finish(): void {
    const { number, now } = this.#import;
    this.#statements.removeCategories.run({ number });
    this.#search.forgetRemoved();
    this.#statements.finish.run({ number, now });
  }
}

/** Each value that still stands as it was written becomes what it was; what was changed since stays. */
function attributesBefore(present: string, written: string, before: string): string {
  if (present === written) return before;
  const [now, wrote, old] = [present, written, before].map((json) => JSON.parse(json) as Record<string, string>);
  const names = [...new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])];
  const values = names.map((name) => [name, now?.[name] === wrote?.[name] ? old?.[name] : now?.[name]] as const);
  return JSON.stringify(Object.fromEntries(values.filter(([, value]) => value !== undefined)));
}

function prepare(database: Database) {
  return {
    changes: database.prepare<{ number: number; limit: number }, Change>(`
      SELECT contact_id AS contactId, former, written FROM import_changes WHERE import_number = @number LIMIT @limit`),
    forget: database.prepare<{ number: number; contactId: string }>(`
      DELETE FROM import_changes WHERE import_number = @number AND contact_id = @contactId`),
    contact: database.prepare<[string], Stored>(`SELECT number, name, phone, attributes FROM contacts WHERE id = ?`),
    putBack: database.prepare<{
      id: string;
      name: string;
      attributes: string;
      importNumber: number | null;
      now: number;
    }>(`
      UPDATE contacts SET name = @name, attributes = @attributes, import_number = @importNumber, updated_at = @now
      WHERE id = @id`),
    leave: database.prepare<{ categoryId: string; contactId: string }>(`
      DELETE FROM contact_categories WHERE category_id = @categoryId AND contact_id = @contactId`),
    named: database
      .prepare<[], string>(
        `SELECT DISTINCT named.value FROM campaigns, json_each(campaigns.audience, '$.contactIds') AS named`,
      )
      .pluck(),
    // A change by hand clears the import's number.
    made: database.prepare<{ number: number; after: number; limit: number }, Made>(`
      SELECT c.number, c.id,
        EXISTS (SELECT 1 FROM recipients WHERE recipients.phone = c.phone AND recipients.contact_id = c.id) AS isUsed
      FROM contacts c WHERE c.number > @after AND +c.import_number = @number ORDER BY c.number LIMIT @limit`),
    remove: database.prepare<[string]>(`DELETE FROM contacts WHERE id = ?`),
    removeCategories: database.prepare<{ number: number }>(`
      DELETE FROM categories WHERE contact_count = 0 AND id IN (
        SELECT value FROM imports, json_each(imports.made_categories) WHERE imports.number = @number)`),
    count: database.prepare<{ number: number; removed: number; restored: number; kept: number }>(`
      UPDATE imports SET removed = removed + @removed, restored = restored + @restored, kept = kept + @kept
      WHERE number = @number`),
    finish: database.prepare<{ number: number; now: number }>(`
      UPDATE imports SET state = 'undone', finished_at = @now WHERE number = @number`),
  };
}
