import { PGlite } from '@electric-sql/pglite';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { MIGRATIONS } from '../engine.ts';

export type Query = (sql: string, values?: readonly unknown[]) => Promise<Record<string, unknown>[]>;

/** A PostgreSQL that the adapter speaks to: in this process, or a server. */
export type Engine = {
  name: string;
  /** All of `work` in one transaction, one after the other. */
  transaction<Result>(work: (query: Query) => Promise<Result>): Promise<Result>;
  /** Several statements at once. */
  script(sql: string): Promise<void>;
  close(): Promise<void>;
};

/** PostgreSQL in WebAssembly: no server, always there, one connection. */
export async function startPglite(): Promise<Engine> {
  const database = await PGlite.create();
  return {
    name: 'PGlite',
    transaction: (work) =>
      database.transaction((open) =>
        work(async (sql, values = []) => (await open.query<Record<string, unknown>>(sql, [...values])).rows),
      ),
    script: async (sql) => void (await database.exec(sql)),
    close: () => database.close(),
  };
}

/** A server, by its connection string. */
export function connectPostgres(connectionString: string): Engine {
  const pool = new pg.Pool({ connectionString, max: 4 });
  // A server that ends cuts the connections that nobody uses at the moment.
  pool.on('error', () => {});
  return {
    name: 'PostgreSQL',
    async transaction(work) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const result = await work(async (sql, values = []) => {
          const { rows } = await client.query<Record<string, unknown>>(sql, [...values]);
          return rows;
        });
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      } finally {
        client.release();
      }
    },
    script: async (sql) => void (await pool.query(sql)),
    close: () => pool.end(),
  };
}

/** What a project of Supabase has before the first migration, as far as the sync needs it. */
const PRELUDE = `
  DO $$ BEGIN
    CREATE ROLE anon NOLOGIN; CREATE ROLE authenticated NOLOGIN; CREATE ROLE service_role NOLOGIN BYPASSRLS;
  EXCEPTION WHEN duplicate_object THEN NULL;
  END $$;
  GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role;
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon, authenticated, service_role;
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO anon, authenticated, service_role;`;

/** The tables that the sync wants, made as an operator makes them: file after file, each as it is. */
export async function migrateEngine(engine: Engine): Promise<void> {
  await engine.script(PRELUDE);
  const folder = path.join(MIGRATIONS, 'supabase');
  for (const name of readdirSync(folder)
    .filter((file) => /^\d{4}_\w*sync\w*\.sql$/.test(file))
    .sort())
    await engine.script(readFileSync(path.join(folder, name), 'utf8'));
}

/** Everything gone but the tables. */
export async function emptyEngine(engine: Engine): Promise<void> {
  await engine.script(`DO $$ DECLARE entity text; BEGIN
    FOREACH entity IN ARRAY vigie_mirrors() || ARRAY['vigie_sources', 'vigie_tombstones'] LOOP
      EXECUTE format('TRUNCATE %I', entity);
    END LOOP;
    UPDATE vigie_schema SET version = 10 WHERE component = 'sync';
  END $$`);
}
