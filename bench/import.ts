import { createReadStream, openAsBlob } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { ContactStore } from '../backend/campaigns/contactStore.ts';
import { createImports } from '../backend/campaigns/imports.ts';
import { ImportStore } from '../backend/campaigns/importStore.ts';
import { systemClock } from '../backend/core/clock.ts';
import { createIds } from '../backend/core/ids.ts';
import { silentLogger } from '../backend/core/logger.ts';
import { silentNotify } from '../backend/monitoring/notify.ts';
import { createAudit } from '../backend/storage/audit.ts';
import { openDatabase } from '../backend/storage/database.ts';
import { openStore } from '../backend/storage/store.ts';

/** What an import took, from the file to the last contact in the base; the search index comes after. */
export type Measured = { seconds: number; imported: number; updated: number; refused: number };

const MIGRATIONS = path.resolve(import.meta.dirname, '../migrations');

/** The product: its own threads, FULL, undo and report kept. `dataDir` is new and empty. */
export async function ours(file: string, dataDir: string): Promise<Measured> {
  const store = openStore(dataDir, MIGRATIONS);
  const database = store.main;
  const imports = createImports({
    ...{ database, clock: systemClock, ids: createIds(systemClock), logger: silentLogger, notify: silentNotify },
    store: new ImportStore(database),
    contacts: new ContactStore(database, systemClock),
    suppressions: { add: () => true },
    audit: createAudit(database, systemClock),
    locale: () => 'fr',
    settings: () => ({ defaultCountry: 'FR' }),
  });
  const start = systemClock.monotonic();
  const report = await imports.import(await openAsBlob(file), { category: 'Tous' });
  const seconds = (systemClock.monotonic() - start) / 1000;
  await imports.stop();
  store.close();
  return { seconds, imported: report.imported, updated: report.updated, refused: report.refusedCount };
}

type Row = Record<string, string>;

/** What one writes first: csv-parse, the whole phone library for each line, rows one by one in chunks of 1,000. */
export async function naive(file: string, dataDir: string): Promise<Measured> {
  const database = openDatabase(path.join(dataDir, 'naive.db'));
  database.exec(`
    CREATE TABLE contacts (
      id INTEGER PRIMARY KEY, name TEXT NOT NULL, phone TEXT NOT NULL UNIQUE, phone_original TEXT, attributes TEXT NOT NULL
    ) STRICT`);
  const known = database.prepare<[string], { id: number }>(`SELECT id FROM contacts WHERE phone = ?`);
  const insert = database.prepare(`INSERT INTO contacts (name, phone, phone_original, attributes) VALUES (?, ?, ?, ?)`);
  const update = database.prepare(`UPDATE contacts SET name = ?, attributes = ? WHERE id = ?`);
  const counts = { imported: 0, updated: 0, refused: 0 };
  const writeChunk = database.transaction((rows: Row[]) => {
    for (const row of rows) {
      const original = row['Téléphone'] ?? '';
      const phone = parsePhoneNumberFromString(original, 'FR');
      if (phone?.isValid() !== true) {
        counts.refused++;
        continue;
      }
      const name = `${row['Prénom']} ${row['Nom']}`;
      const attributes = JSON.stringify({ Nom: row['Nom'], Prénom: row['Prénom'], Ville: row['Ville'] });
      const present = known.get(phone.number);
      if (present === undefined) {
        insert.run(name, phone.number, original, attributes);
        counts.imported++;
      } else {
        update.run(name, attributes, present.id);
        counts.updated++;
      }
    }
  });
  const start = systemClock.monotonic();
  let chunk: Row[] = [];
  const parser = createReadStream(file).pipe(parse({ columns: true, delimiter: ';', bom: true }));
  for await (const row of parser as AsyncIterable<Row>) {
    chunk.push(row);
    if (chunk.length < 1_000) continue;
    writeChunk(chunk);
    chunk = [];
  }
  writeChunk(chunk);
  const seconds = (systemClock.monotonic() - start) / 1000;
  database.close();
  return { seconds, ...counts };
}

/** The part of a PostgreSQL client that is needed: `query` of `pg`, and a stream that takes COPY's text. */
export type CopyClient = {
  query(sql: string): Promise<{ rowCount: number | null }>;
  copyFrom(sql: string): NodeJS.WritableStream;
};

/** PostgreSQL at its best: COPY into a bare table, then one INSERT that keeps each phone once. Phones stay as they are. */
export async function postgresCopy(file: string, client: CopyClient): Promise<Measured> {
  await client.query(`DROP TABLE IF EXISTS contacts, loaded`);
  await client.query(`CREATE TABLE contacts (
    id BIGSERIAL PRIMARY KEY, name TEXT NOT NULL, phone TEXT NOT NULL UNIQUE, town TEXT NOT NULL)`);
  await client.query(`CREATE UNLOGGED TABLE loaded (last_name TEXT, first_name TEXT, phone TEXT, town TEXT)`);
  const start = systemClock.monotonic();
  const copy = client.copyFrom(`COPY loaded FROM STDIN (FORMAT csv, DELIMITER ';', HEADER true)`);
  await pipeline(createReadStream(file), copy);
  const { rowCount } = await client.query(`
    INSERT INTO contacts (name, phone, town)
    SELECT concat_ws(' ', first_name, last_name), phone, coalesce(town, '') FROM loaded WHERE phone IS NOT NULL
    ON CONFLICT (phone) DO NOTHING`);
  const seconds = (systemClock.monotonic() - start) / 1000;
  return { seconds, imported: rowCount ?? 0, updated: 0, refused: 0 };
}
