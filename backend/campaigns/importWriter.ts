import type { Ids } from '../core/ids.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import { mergeAttributes } from './attributes.ts';
import { comparableCategory, isPlainName } from './categoryName.ts';
import type { ImportFigures, ImportStatements, Present } from './importStatements.ts';
import type { ImportedContact, Part, Run } from './importRun.ts';

/** The import that is written, as far as the writer needs to know it. */
export type WrittenImport = {
  number: number;
  /** Category of all its contacts, by name. */
  category: string | undefined;
  /** Says what an import would do: nothing but its figures and refused lines is written. */
  dryRun: boolean;
  now: number;
};
export type WriterDependencies = { database: Database; statements: ImportStatements; ids: Ids };
type ContactsPart = Extract<Part, { kind: 'contacts' }>;

/** Parts of a transaction, however fast the machine: others write in between. */
export const MOST_PARTS = 10;

/**
 * Writes an import's runs, one transaction for each slice: contacts, what they were before, refused lines, and how far
 * it came, so that a kill at any point leaves an import that can be continued or undone (CMP-1, REL-1). A part takes
 * the same few statements, whatever is in it.
 */
export class ImportWriter {
  readonly #database: Database;
  readonly #import: WrittenImport;
  readonly #ids: Ids;
  readonly #statements: ImportStatements;
  readonly #categories = new Map<string, string>();
  #named: Map<string, string> | null = null;

  constructor({ database, statements, ids }: WriterDependencies, written: WrittenImport) {
    this.#database = database;
    this.#import = written;
    this.#ids = ids;
    this.#statements = statements;
  }

  /**
   * Writes parts of a run from `from` on, as long as `goesOn` and up to `MOST_PARTS`, in one transaction.
   * @returns the parts of the run that are written then
   */
  write(run: Run, { from, runsDone }: { from: number; runsDone: number }, goesOn: () => boolean): number {
    return inTransaction(this.#database, () => {
      const figures: ImportFigures = { total: 0, imported: 0, updated: 0, refused: 0 };
      const parts = run.parts.slice(from, from + MOST_PARTS);
      let written = 0;
      for (const part of parts) {
        this.#writePart(part, figures);
        written++;
        if (!goesOn()) break;
      }
      const to = from + written;
      const isWhole = to === run.parts.length;
      if (isWhole) {
        figures.total += run.merged;
        figures.updated += run.merged;
      }
      this.#statements.advance({
        ...figures,
        number: this.#import.number,
        categoryId: this.#import.dryRun ? null : this.#mainCategory(),
        runsDone: isWhole ? runsDone + 1 : runsDone,
        partsDone: isWhole ? 0 : to,
      });
      return to;
    });
  }

  #writePart(part: Part, figures: ImportFigures): void {
    figures.total += part.size;
    if (part.kind === 'refusals') {
      figures.refused += part.size;
      this.#statements.refuse(this.#import.number, part.refusals);
      return;
    }
    const made = this.#import.dryRun ? this.#countNew(part) : this.#writeContacts(part);
    figures.imported += made;
    figures.updated += part.size - made;
  }

  #countNew({ contacts, size, isAgain }: ContactsPart): number {
    return isAgain ? 0 : size - this.#statements.countKnown(contacts);
  }

  /** How many of the contacts are new. */
  #writeContacts({ contacts, size, categories }: ContactsPart): number {
    const { number: importNumber, now } = this.#import;
    const after = this.#statements.highestNumber();
    const made = this.#statements.insert({ contacts, importNumber, now });
    const main = this.#mainCategory();
    const ids = categories.map((name) => [name, this.#category(name)] as const);
    if (made > 0 && main !== null) this.#statements.addNew(main, after);
    if (made > 0 && ids.length > 0) this.#statements.addNewToOwn(contacts, Object.fromEntries(ids));
    if (made < size) this.#mergePresent(contacts, after);
    return made;
  }

  /** What a line fills in wins, what it leaves empty stays; what stood in a contact before is kept for an undo. */
  #mergePresent(contacts: string, after: number): void {
    const lines = JSON.parse(contacts) as ImportedContact[];
    const found = this.#statements
      .present(contacts, after)
      .flatMap((present) => lines.slice(present.item, present.item + 1).map((line) => ({ present, line })));
    const added = this.#addToCategories(found);
    const changes = found.map(({ present, line }) => this.#changeOf(present, line, added.get(present.id) ?? []));
    const remembered = changes.filter(({ isRemembered }) => isRemembered).map(({ memory }) => memory);
    const changed = changes.filter(({ isWritten }) => isWritten).map(({ change }) => change);
    const indexed = changes.filter(({ isIndexed }) => isIndexed).map(({ change }) => change.number);
    if (remembered.length > 0) this.#statements.remember(this.#import.number, remembered);
    if (changed.length > 0) this.#statements.change(changed, this.#import.now);
    if (indexed.length > 0) this.#statements.indexLater(indexed);
  }

  #changeOf(present: Present, [, newName, , , added]: ImportedContact, addedCategories: readonly string[]) {
    const { id, number } = present;
    const name = newName === '' ? present.name : newName;
    const attributes = mergedJson(present.attributes, added);
    const isOwn = present.importNumber === this.#import.number;
    const isOthers = present.importNumber !== null && !isOwn;
    const isIndexed = name !== present.name || attributes !== present.attributes;
    const isWritten = isIndexed || isOthers;
    const former = { name: present.name, attributes: present.attributes, importNumber: present.importNumber };
    return {
      isIndexed,
      isWritten,
      isRemembered: !isOwn && (isWritten || addedCategories.length > 0),
      memory: {
        contactId: id,
        former: JSON.stringify({ ...former, addedCategories }),
        written: JSON.stringify({ name, attributes }),
      },
      change: { number, name, attributes, importNumber: isOwn ? this.#import.number : null },
    };
  }

  /** Contacts that were there: for each the categories that it was not in before. */
  #addToCategories(found: readonly { present: Present; line: ImportedContact }[]): Map<string, string[]> {
    const main = this.#mainCategory();
    const wanted = found.flatMap(({ present, line }) => {
      const own = line[5].map((name) => this.#category(name));
      const ids = main === null ? own : [main, ...own];
      return ids.map((categoryId) => ({ categoryId, contactId: present.id }));
    });
    const added = new Map<string, string[]>();
    for (const { categoryId, contactId } of wanted.length === 0 ? [] : this.#statements.add(wanted))
      added.set(contactId, [...(added.get(contactId) ?? []), categoryId]);
    return added;
  }

  #mainCategory(): string | null {
    return this.#import.category === undefined ? null : this.#category(this.#import.category);
  }

  #category(name: string): string {
    const known = this.#categories.get(name);
    if (known !== undefined) return known;
    const id = this.#statements.categoryByName(name) ?? this.#sameCategory(name) ?? this.#makeCategory(name);
    this.#categories.set(name, id);
    return id;
  }

  /** One whose name differs in ways that SQLite does not see. */
  #sameCategory(name: string): string | undefined {
    if (isPlainName(name)) return undefined;
    this.#named ??= new Map(this.#statements.categories().map((row) => [comparableCategory(row.name), row.id]));
    return this.#named.get(comparableCategory(name));
  }

  #makeCategory(name: string): string {
    const id = this.#ids.next();
    this.#named?.set(comparableCategory(name), id);
    this.#statements.makeCategory({ id, name, importNumber: this.#import.number, now: this.#import.now });
    return id;
  }
}

/** @param present JSON of a contact's attributes */
function mergedJson(present: string, added: Readonly<Record<string, string>>): string {
  const json = JSON.stringify(added);
  if (json === '{}' || json === present) return present;
  if (present === '{}') return json;
  return JSON.stringify(mergeAttributes(JSON.parse(present) as Record<string, string>, added));
}
