import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { systemClock } from '../../backend/core/clock.ts';
import { openDatabase, type Database } from '../../backend/storage/database.ts';
import { openStore } from '../../backend/storage/store.ts';
import { MIGRATIONS } from '../support/millionAttempts.ts';
import { asSide } from '../support/side.ts';

/** `bare`: a table of its own with nothing but a unique phone; `same`: the product's tables, each contact in a category. */
export type NaiveTask = { file: string; folder: string; tables: 'bare' | 'same' };
export type NaiveResult = { seconds: number; imported: number; updated: number; refused: number };

type Row = Record<string, string>;
type Contact = { name: string; phone: string; original: string; attributes: string };
type Target = { insert(contact: Contact): void; update(id: number, contact: Contact): void };

const CATEGORY = '01900000-0000-7000-8000-000000000000';
const CHUNK = 1_000;

function bare(database: Database): Target {
  database.exec(`
    CREATE TABLE contacts (
      number INTEGER PRIMARY KEY, name TEXT NOT NULL, phone TEXT NOT NULL UNIQUE, phone_original TEXT,
      attributes TEXT NOT NULL
    ) STRICT`);
  const insert = database.prepare(
    `INSERT INTO contacts (name, phone, phone_original, attributes) VALUES (@name, @phone, @original, @attributes)`,
  );
  const update = database.prepare(`UPDATE contacts SET name = @name, attributes = @attributes WHERE number = @number`);
  return {
    insert: (contact) => void insert.run(contact),
    update: (number, contact) => void update.run({ ...contact, number }),
  };
}

function same(database: Database): Target {
  const now = systemClock.now();
  database
    .prepare(`INSERT INTO categories (id, name, created_at, updated_at) VALUES (?, 'Tous', ?, ?)`)
    .run(CATEGORY, now, now);
  const insert = database.prepare(`
    INSERT INTO contacts (id, name, phone, phone_original, attributes, created_at, updated_at)
    VALUES (@id, @name, @phone, @original, @attributes, ${String(now)}, ${String(now)})`);
  const join = database.prepare(`INSERT INTO contact_categories (category_id, contact_id) VALUES ('${CATEGORY}', ?)`);
  const update = database.prepare(`
    UPDATE contacts SET name = @name, attributes = @attributes, updated_at = ${String(now)} WHERE number = @number`);
  return {
    insert(contact) {
      const id = randomUUID();
      insert.run({ ...contact, id });
      join.run(id);
    },
    update: (number, contact) => void update.run({ ...contact, number }),
  };
}

/**
 * What one writes first: csv-parse, the whole phone library for each line, rows one by one in transactions of 1,000
 * lines; with the durability that Vigie promises, and no undo, no report, no search and no place to continue from.
 */
asSide<NaiveTask>(async ({ file, folder, tables }) => {
  const store = tables === 'same' ? openStore(folder, MIGRATIONS) : null;
  const database = store?.main ?? openDatabase(path.join(folder, 'naive.db'));
  const target = tables === 'same' ? same(database) : bare(database);
  const known = database.prepare<[string], number>(`SELECT number FROM contacts WHERE phone = ?`).pluck();
  const counts = { imported: 0, updated: 0, refused: 0 };
  const write = database.transaction((rows: Row[]) => {
    for (const { Téléphone: original = '', Nom = '', Prénom = '', Ville = '' } of rows) {
      const phone = parsePhoneNumberFromString(original, 'FR');
      if (phone?.isValid() !== true) {
        counts.refused++;
        continue;
      }
      const attributes = JSON.stringify({ Nom, Prénom, Ville });
      const contact = { name: `${Prénom} ${Nom}`, phone: phone.number, original, attributes };
      const present = known.get(contact.phone);
      if (present === undefined) target.insert(contact);
      else target.update(present, contact);
      counts[present === undefined ? 'imported' : 'updated']++;
    }
  });
  const start = systemClock.monotonic();
  let chunk: Row[] = [];
  const parser = createReadStream(file).pipe(parse({ columns: true, delimiter: ';', bom: true }));
  for await (const row of parser as AsyncIterable<Row>) {
    chunk.push(row);
    if (chunk.length < CHUNK) continue;
    write(chunk);
    chunk = [];
  }
  write(chunk);
  const seconds = (systemClock.monotonic() - start) / 1000;
  if (store === null) database.close();
  else store.close();
  return { seconds, ...counts };
});
