import { PGlite } from '@electric-sql/pglite';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { listed, startRelayTable } from './relayTable.ts';

const MIGRATION = readFileSync(path.resolve(import.meta.dirname, '../../migrations/supabase/0050_relay.sql'), 'utf8');
/** The bounds of the table, each a hundredth of what it is: reached in a moment, and by the same statements. */
const SMALL = MIGRATION.replace(/(most_\w+ constant \w+ := )(\d+)00;/g, '$1$2;');
/** What a Supabase project has before its first migration, as far as this one needs it. */
const PROJECT = `
  create role anon nologin; create role authenticated nologin; create role service_role nologin bypassrls;
  grant usage on schema public to anon, authenticated, service_role;
  alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
  alter default privileges in schema public grant execute on functions to anon, authenticated, service_role;`;

/** The relay's table on PostgreSQL (PGlite), behind HTTP; every request is made in the service role, as a key makes it. */
export async function startRelaySql() {
  const database = await PGlite.create();
  await database.exec(PROJECT);
  await database.exec(SMALL);

  const asRole = <Row>(role: string, sql: string, values: unknown[] = []): Promise<Row[]> =>
    database.transaction(async (transaction) => {
      await transaction.exec(`set local role ${role}`);
      return (await transaction.query<Row>(sql, values)).rows;
    });
  const ask = <Row = unknown>(sql: string, values?: unknown[]): Promise<Row[]> =>
    asRole<Row>('service_role', sql, values);
  const count = async (sql: string): Promise<number> =>
    (await ask<{ n: number }>(`select count(*)::int as n ${sql}`))[0]!.n;

  const table = await startRelayTable({
    async answer({ method, url: { pathname, searchParams }, body }) {
      const given = body === '' ? {} : (JSON.parse(body) as Record<string, unknown>);
      if (pathname === '/rest/v1/rpc/relay_store') {
        const values = [given['p_provider'], given['p_path'], given['p_headers'], given['p_body']];
        const [row] = await ask<{ said: string }>(`select public.relay_store($1, $2, $3, $4) as said`, values);
        return { status: 200, body: row?.said };
      }
      if (method === 'GET') {
        const columns = searchParams.get('select') ?? '';
        const sql = `select ${columns} from public.webhook_inbox_waiting order by id limit $1`;
        const rows = await ask(sql, [Number(searchParams.get('limit'))]);
        return {
          status: 200,
          body: rows,
          range: `0-${rows.length}/${await count('from public.webhook_inbox_waiting')}`,
        };
      }
      if (method === 'HEAD') {
        return { status: 200, range: `*/${await count('from public.webhook_inbox where refused is not null')}` };
      }
      const ids = listed(searchParams.get('id')).map(Number);
      if (method === 'DELETE') await ask(`delete from public.webhook_inbox where id = any($1::bigint[])`, [ids]);
      else {
        await ask(
          `update public.webhook_inbox set refused = $1 where id = any($2::bigint[]) or refused = any($3::text[])`,
          [given['refused'], ids, listed(searchParams.get('refused'))],
        );
      }
      return { status: 204 };
    },
  });
  return {
    ...{ url: table.url, key: table.key, asRole, ask, count },
    migrate: () => database.exec(SMALL),
    async stop() {
      await table.stop();
      await database.close();
    },
  };
}
