import { inTransaction, type Database } from '../storage/database.ts';
import { ContactSearchIndex } from './contactSearch.ts';
import { ImportStatements } from './importStatements.ts';

type Change = { contactId: string; former: string; written: string } & (
  { number: number; name: string; attributes: string } | { number: null; name: null; attributes: null }
);
type Made = { number: number; id: string; isUsed: number };

/** Contacts that are looked at together, and how often in one transaction: others write in between. */
const BATCH = 250;
const MOST_BATCHES = 10;

/**
 * Takes an import back, slice by slice: values that still stand as it wrote them become what they were, contacts that
 * it made go unless a campaign or a person used them since, and so do categories that it made and that are empty then.
 * Opt-outs that it brought stay. Cut short, it goes on where it was (CMP-1).
 */
export class ImportUndo {
  readonly #database: Database;
  readonly #import: { number: number; afterNumber: number; now: number };
  readonly #search: ContactSearchIndex;
  readonly #contacts: ImportStatements;
  readonly #statements;
  /** Contacts that campaigns name one by one. */
  readonly #named: ReadonlySet<string>;
  #position: number;

  constructor(database: Database, undone: { number: number; afterNumber: number; now: number }) {
    this.#database = database;
    this.#import = undone;
    this.#position = undone.afterNumber;
    this.#search = new ContactSearchIndex(database);
    this.#contacts = new ImportStatements(database);
    this.#statements = prepare(database);
    this.#named = new Set(this.#statements.named.all());
  }

  /** One transaction, as long as `goesOn` and up to a bound; false when nothing is left to do. */
  step(goesOn: () => boolean): boolean {
    return inTransaction(this.#database, () => {
      let isLeft = true;
      let batches = 0;
      do isLeft = this.#putBack() || this.#takeAway();
      while (isLeft && ++batches < MOST_BATCHES && goesOn());
      if (!isLeft) this.#finish();
      return isLeft;
    });
  }

  #putBack(): boolean {
    const { number, now } = this.#import;
    const changes = this.#statements.changes.all({ number, limit: BATCH });
    if (changes.length === 0) return false;
    const restored = changes.flatMap((change) => (change.number === null ? [] : [restoredOf(change)]));
    this.#contacts.change(restored, now);
    this.#statements.leave.run(JSON.stringify(restored.flatMap(({ memberships }) => memberships)));
    this.#contacts.indexLater(restored.filter(({ isRenamed }) => isRenamed).map((contact) => contact.number));
    this.#statements.forget.run({ number, contactIds: JSON.stringify(changes.map(({ contactId }) => contactId)) });
    this.#statements.count.run({ number, removed: 0, restored: changes.length, kept: 0 });
    return true;
  }

  #takeAway(): boolean {
    const { number } = this.#import;
    const made = this.#statements.made.all({ number, after: this.#position, limit: BATCH });
    const unused = made.filter(({ id, isUsed }) => isUsed === 0 && !this.#named.has(id));
    this.#statements.remove.run(JSON.stringify(unused.map((contact) => contact.number)));
    this.#position = made.at(-1)?.number ?? this.#position;
    const removed = unused.length;
    this.#statements.count.run({ number, removed, restored: 0, kept: made.length - removed });
    return made.length > 0;
  }

  #finish(): void {
    const { number, now } = this.#import;
    this.#statements.removeCategories.run({ number });
    this.#search.forgetRemoved();
    this.#statements.finish.run({ number, now });
  }
}

/** A contact as it was before the import, but for what was changed since. */
function restoredOf({ contactId, former, written, ...present }: Extract<Change, { number: number }>) {
  const before = JSON.parse(former) as {
    name: string;
    attributes: string;
    importNumber: number | null;
    addedCategories: string[];
  };
  const wrote = JSON.parse(written) as { name: string; attributes: string };
  const name = present.name === wrote.name ? before.name : present.name;
  return {
    number: present.number,
    name,
    attributes: attributesBefore(present.attributes, wrote.attributes, before.attributes),
    importNumber: before.importNumber,
    isRenamed: name !== present.name,
    memberships: before.addedCategories.map((categoryId) => ({ categoryId, contactId })),
  };
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
      SELECT m.contact_id AS contactId, m.former, m.written, c.number, c.name, c.attributes
      FROM import_changes m LEFT JOIN contacts c ON c.id = m.contact_id WHERE m.import_number = @number LIMIT @limit`),
    forget: database.prepare<{ number: number; contactIds: string }>(`
      DELETE FROM import_changes
      WHERE import_number = @number AND contact_id IN (SELECT value FROM json_each(@contactIds))`),
    leave: database.prepare<[string]>(`
      DELETE FROM contact_categories WHERE (category_id, contact_id) IN (
        SELECT value ->> 'categoryId', value ->> 'contactId' FROM json_each(?))`),
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
    remove: database.prepare<[string]>(`DELETE FROM contacts WHERE number IN (SELECT value FROM json_each(?))`),
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
