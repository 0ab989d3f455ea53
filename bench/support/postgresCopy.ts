import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { POSTGRES } from './servers.ts';

const LOADED = `
  DROP TABLE IF EXISTS loaded, contact_categories, categories, contacts;
  CREATE UNLOGGED TABLE loaded (last_name TEXT, first_name TEXT, phone TEXT, town TEXT);`;
const BARE = `${LOADED}
  CREATE TABLE contacts (id BIGSERIAL PRIMARY KEY, name TEXT NOT NULL, phone TEXT NOT NULL UNIQUE, town TEXT NOT NULL);`;
/** The product's columns, keys and indexes, as far as an import fills them. */
const SAME = `${LOADED}
  CREATE TABLE contacts (
    number BIGSERIAL PRIMARY KEY, id UUID NOT NULL UNIQUE DEFAULT gen_random_uuid(), name TEXT NOT NULL,
    phone TEXT NOT NULL UNIQUE, phone_original TEXT, attributes JSON NOT NULL, opted_out_at BIGINT,
    import_number INTEGER, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL);
  CREATE TABLE categories (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), name TEXT NOT NULL UNIQUE);
  INSERT INTO categories (name) VALUES ('Tous');
  CREATE TABLE contact_categories (
    category_id UUID NOT NULL REFERENCES categories (id) ON DELETE CASCADE,
    contact_id UUID NOT NULL REFERENCES contacts (id) ON DELETE CASCADE, PRIMARY KEY (category_id, contact_id));
  CREATE INDEX contact_categories_contact ON contact_categories (contact_id);`;

const COPY = `COPY loaded FROM STDIN (FORMAT csv, DELIMITER ';', HEADER true)`;
const INTO_BARE = `
  INSERT INTO contacts (name, phone, town)
  SELECT concat_ws(' ', first_name, last_name), phone, coalesce(town, '') FROM loaded WHERE phone IS NOT NULL
  ON CONFLICT (phone) DO NOTHING`;
const INTO_SAME = `
  WITH made AS (
    INSERT INTO contacts (name, phone, phone_original, attributes, import_number, created_at, updated_at)
    SELECT concat_ws(' ', first_name, last_name), phone, phone,
      json_build_object('Nom', last_name, 'Prénom', first_name, 'Ville', town), 1, 1795000000000, 1795000000000
    FROM loaded WHERE phone IS NOT NULL ON CONFLICT (phone) DO NOTHING RETURNING id)
  INSERT INTO contact_categories (category_id, contact_id) SELECT categories.id, made.id FROM made, categories`;

/**
 * PostgreSQL at its best: COPY, then one statement that keeps each phone once. Phones stay as they are written, so that
 * nothing is normalised and hardly anything merged. In seconds, with the client's own start.
 */
export async function postgresCopy(url: string, file: string, tables: 'bare' | 'same'): Promise<number> {
  await psql(url, [tables === 'same' ? SAME : BARE]);
  const start = performance.now();
  await psql(url, [COPY, tables === 'same' ? INTO_SAME : INTO_BARE], file);
  return (performance.now() - start) / 1000;
}

async function psql(url: string, commands: readonly string[], input?: string): Promise<void> {
  const args = [url, '-q', '-v', 'ON_ERROR_STOP=1', ...commands.flatMap((command) => ['-c', command])];
  const stdin = input === undefined ? ('ignore' as const) : openSync(input, 'r');
  const child = spawn(path.join(POSTGRES, 'psql'), args, { stdio: [stdin, 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (text: Buffer) => (said += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (typeof stdin === 'number') closeSync(stdin);
  if (code !== 0) throw new Error(`psql ended with ${String(code)}: ${said}`);
}
