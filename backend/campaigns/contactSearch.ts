import type { Database } from '../storage/database.ts';

/** A search as the index and the check of its hits need it. */
export type ContactSearch = {
  /** For the index: of one of these ways each group of letters must be there. Every hit is among what it finds. */
  groups: readonly (readonly string[])[];
  /** Patterns of LIKE, `\` escapes: of one of these ways each must stand in the name or in an attribute. */
  ways: readonly (readonly string[])[];
  /** Or one of these in the phone. */
  phones: readonly string[];
};
/** A contact as the index needs it; the attributes as they are stored. */
type Indexed = { name: string; phone: string; attributes: string };

/** A text as searches compare it: without case and accents. */
export function searchable(text: string): string {
  // What is plain already, by far the most, needs no tables of Unicode.
  if (/^[ -~]*$/.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Two spaces before each word: the beginning of a word is then a group of three as well. */
function spaced(text: string): string {
  return `  ${text.trim().split(/\s+/).join('  ')}`;
}

/** What the index holds of a contact: its name, the digits of its phone and the values of its attributes. */
export function indexedText({ name, phone, attributes }: Indexed): string {
  const values = attributes === '{}' ? [] : Object.values(JSON.parse(attributes) as Record<string, string>);
  return [searchable(name), phone.slice(1), ...values.map(searchable)].map(spaced).join('');
}

/**
 * Part of a name or of an attribute's value, several words that stand in any of them (`martin lyon`), or part of a phone
 * as it is written or dialled at home (`06 12` finds `+33612...`). One or two letters are looked for where words and
 * phones begin. Null when nothing is asked.
 */
export function toSearch(q: string | undefined): ContactSearch | null {
  // A question to the index ends at U+0000.
  const text = searchable((q ?? '').replaceAll('\0', '')).trim();
  if (text === '') return null;
  const digits = /^[+\d\s().-]+$/.test(text) ? text.replace(/\D/g, '') : '';
  const phones = [...new Set([digits, digits.replace(/^0+/, '')])].filter((part) => part !== '');
  const words = [...new Set(text.split(/\s+/))];
  const ways = words.length > 1 ? [[text], words] : [[text]];
  return {
    groups: [...ways, ...phones.map((phone) => [phone])].map((way) => [...new Set(way.flatMap(groupsOf))]),
    ways: ways.map((way) => way.map(containing)),
    phones: phones.map(containing),
  };
}

const containing = (part: string): string => `%${part.replace(/[\\%_]/g, '\\$&')}%`;

/** Every group of three letters, quoted for the index. A short text gets the spaces that stand before words. */
function groupsOf(part: string): string[] {
  const letters = [...spaced(part)];
  const start = letters.length >= 5 ? 2 : letters.length - 3;
  const found = letters.slice(start, -2).map((_, index) => letters.slice(start + index, start + index + 3).join(''));
  return [...new Set(found)].map((group) => `"${group.replaceAll('"', '""')}"`);
}

/** Key of `meta`: up to which number contacts are in the index. */
export const INDEXED_TO = 'contacts.indexed_to';
/** Contacts that are read and indexed at once, and how often in one transaction: others write in between. */
const BATCH = 100;
const MOST_BATCHES = 10;
/** Contacts that hold a group, up to which it is rare: that many rows are looked at one by one in some milliseconds. */
const MOST_OF_A_RARE = 5_000;
/** Fewer rows that lead nowhere are not worth the work. */
const MOST_LEFTOVERS = 10_000;

/** Keeps the search index (CMP-1): by hand-made changes at once, after an import slice by slice. */
export class ContactSearchIndex {
  readonly #statements;

  constructor(database: Database) {
    this.#statements = {
      put: database.prepare<[number | bigint, string]>(
        `INSERT OR REPLACE INTO contact_search (rowid, text) VALUES (?, ?)`,
      ),
      beyond: database
        .prepare<[string, number], number>(
          `SELECT rowid FROM contact_search WHERE contact_search MATCH ? ORDER BY rowid LIMIT 1 OFFSET ?`,
        )
        .pluck(),
      remove: database.prepare<[number]>(`DELETE FROM contact_search WHERE rowid = ?`),
      indexedTo: database.prepare<[string], string>(`SELECT value FROM meta WHERE key = ?`).pluck(),
      setIndexedTo: database.prepare<[string, string]>(
        `INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      ),
      empty: database.prepare(`INSERT INTO contact_search (contact_search) VALUES ('delete-all')`),
      extent: database.prepare<[], { contacts: number; highest: number }>(`
        SELECT (SELECT count(*) FROM contacts) AS contacts, coalesce(
          (SELECT seq FROM sqlite_sequence WHERE name = 'contacts'), 0) AS highest`),
      after: database.prepare<[number, number], Indexed & { number: number }>(
        `SELECT number, name, phone, attributes FROM contacts WHERE number > ? ORDER BY number LIMIT ?`,
      ),
      changed: database.prepare<[number], { number: number } & { [Field in keyof Indexed]: string | null }>(`
        SELECT w.number, c.name, c.phone, c.attributes FROM contact_search_waiting w LEFT JOIN contacts c ON c.number = w.number
        ORDER BY w.number LIMIT ?`),
      changedDone: database.prepare<[number]>(`DELETE FROM contact_search_waiting WHERE number <= ?`),
    };
  }

  /**
   * The question for the index. It walks the whole list of a group that most contacts have, however rare the others are:
   * where a way has rare groups they are asked for alone, and the rows themselves say the rest.
   */
  match({ groups }: Pick<ContactSearch, 'groups'>, most = MOST_OF_A_RARE): string {
    const known = new Map<string, boolean>();
    const isRare = (group: string): boolean => {
      const rare = known.get(group) ?? this.#statements.beyond.get(group, most) === undefined;
      known.set(group, rare);
      return rare;
    };
    const parts = groups.map((way) => {
      const rare = way.filter(isRare);
      return (rare.length > 0 ? rare : way).join(' AND ');
    });
    return [...new Set(parts)].map((part) => `(${part})`).join(' OR ');
  }

  /** Part of the caller's transaction, like the others. */
  put(number: number | bigint, contact: Indexed): void {
    this.#statements.put.run(number, indexedText(contact));
  }

  remove(number: number): void {
    this.#statements.remove.run(number);
  }

  /**
   * After many contacts went at once. Taking each out of the index costs twenty times its deletion; a row that leads to
   * no contact is never shown, so the index is made anew only when such rows are the most of it.
   */
  forgetRemoved(): void {
    const { contacts, highest } = this.#statements.extent.get() ?? { contacts: 0, highest: 0 };
    if (highest - contacts < Math.max(MOST_LEFTOVERS, contacts)) return;
    this.#statements.empty.run();
    this.#statements.setIndexedTo.run(INDEXED_TO, '0');
  }

  /** True when contacts wait for their place in the index. */
  isBehind(): boolean {
    return (
      this.#statements.after.get(this.#position(), 1) !== undefined || this.#statements.changed.get(1) !== undefined
    );
  }

  /**
   * Indexes contacts that wait, as long as `goesOn` and up to a bound; returns false when none is left. Part of the
   * caller's transaction.
   */
  catchUp(goesOn: () => boolean): boolean {
    let isBehind = true;
    let batches = 0;
    do isBehind = this.indexChanged() || this.#indexNew();
    while (isBehind && ++batches < MOST_BATCHES && goesOn());
    return isBehind;
  }

  /** Indexes some contacts anew that an import changed; false when none is left. */
  indexChanged(): boolean {
    const rows = this.#statements.changed.all(BATCH);
    for (const { number, name, phone, attributes } of rows) {
      if (name !== null && phone !== null && attributes !== null) this.put(number, { name, phone, attributes });
    }
    this.#statements.changedDone.run(rows.at(-1)?.number ?? 0);
    return rows.length > 0;
  }

  #indexNew(): boolean {
    const position = this.#position();
    const rows = this.#statements.after.all(position, BATCH);
    for (const row of rows) this.put(row.number, row);
    this.#statements.setIndexedTo.run(INDEXED_TO, String(rows.at(-1)?.number ?? position));
    return rows.length === BATCH;
  }

  #position(): number {
    return Number(this.#statements.indexedTo.get(INDEXED_TO) ?? 0);
  }
}
