import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine, Query } from './engine.ts';

/*
 * A stand-in for the REST side of a Supabase project: PostgREST's way of speaking, as far as the sync uses it, in front
 * of a real PostgreSQL (in WebAssembly or as a server). What it has: `GET` of a table with `select`, `order`, `limit`,
 * `offset`, the filters eq, gt, gte, lt, lte, and `or` of `and(...)` with `like` and `not.like`; `POST` of rows; calls of functions by `POST /rpc`; the roles anon and
 * service_role by their keys, with the privileges and row level security of PostgreSQL; one transaction a request; errors
 * with PostgREST's status and code. What it has not: embedding, other filters, upsert, counts, PATCH and DELETE,
 * JWT verification, Realtime, Storage, Auth, the limits and the gateway of the hosted service. A pass here says that our
 * client and our SQL are right together; it says nothing about the hosted service itself.
 */

export const SERVICE_KEY = 'service-role-key-of-the-tests';
export const ANON_KEY = 'anon-key-of-the-tests';
const ROLES: Record<string, string> = { [SERVICE_KEY]: 'service_role', [ANON_KEY]: 'anon' };

type Answer = { status: number; body: unknown };
type Asked = { method: string; path: string; body: string };

/**
 * What goes wrong with a request: nothing, an answer of the test's own instead of ours, ours thrown away, the
 * connection cut before or after the work.
 */
export type Fault =
  | { kind: 'none' }
  | { kind: 'answer'; status: number; code?: string }
  | { kind: 'cut' }
  | { kind: 'applied_but_lost' }
  | { kind: 'half' };

export type Adapter = {
  url: string;
  /** Decides what happens to each request; by default nothing goes wrong. */
  fault: (request: Asked) => Fault;
  /** Requests so far. */
  requests: Asked[];
  close(): Promise<void>;
};

class RestError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Serves an engine on a free port. */
export async function startAdapter(engine: Engine): Promise<Adapter> {
  const server = createServer((request, response) => {
    void serve(request, response);
  });
  const adapter: Adapter = {
    url: '',
    fault: () => ({ kind: 'none' }),
    requests: [],
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://adapter');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const asked = { method: request.method ?? '', path: url.pathname, body: Buffer.concat(chunks).toString() };
    adapter.requests.push(asked);
    const fault = adapter.fault(asked);
    if (fault.kind === 'cut') return void response.destroy();
    if (fault.kind === 'answer')
      return send(response, { status: fault.status, body: { code: fault.code ?? '', message: 'injected' } });
    const body = fault.kind === 'half' ? firstHalf(asked.body) : asked.body;
    const key = String(request.headers['authorization'] ?? '').replace(/^Bearer /, '');
    const answer = await answerTo(engine, { ...asked, body, query: url.searchParams, role: ROLES[key] });
    if (fault.kind === 'applied_but_lost' || fault.kind === 'half') response.destroy();
    else send(response, answer);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  adapter.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return adapter;
}

/** A batch of which only the first rows arrive. */
function firstHalf(body: string): string {
  const batch = JSON.parse(body === '' ? '{}' : body) as { p_rows?: unknown[] };
  const rows = batch.p_rows;
  return rows === undefined ? body : JSON.stringify({ ...batch, p_rows: rows.slice(0, Math.ceil(rows.length / 2)) });
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
}

type Request = Asked & { query: URLSearchParams; role: string | undefined };

async function answerTo(engine: Engine, request: Request): Promise<Answer> {
  try {
    const { role } = request;
    if (role === undefined) throw new RestError(401, 'PGRST301', 'Invalid API key');
    return await engine.transaction(async (query) => {
      await query(`SELECT set_config('role', $1, true), set_config('TimeZone', 'UTC', true)`, [role]);
      return route(query, request);
    });
  } catch (error) {
    const { message, code = 'XX000' } = error as Error & { code?: string };
    const status = error instanceof RestError ? error.status : statusOf(code, request.role);
    return { status, body: { code, message, details: null, hint: null } };
  }
}

/** HTTP status that PostgREST gives a class of errors. */
function statusOf(code: string, role: string | undefined): number {
  if (code === '42501') return role === 'anon' ? 401 : 403;
  if (code === '23503' || code === '23505') return 409;
  if (code === '42P01' || code === '42883') return 404;
  return /^(08|25|40|53|54|55|57|58|XX)/.test(code) ? 500 : 400;
}

async function route(query: Query, request: Request): Promise<Answer> {
  const [, rpc, name = ''] = /^\/rest\/v1\/(rpc\/)?(\w+)$/.exec(request.path) ?? [];
  if (name === '') throw new RestError(404, 'PGRST125', 'Invalid path');
  if (request.method === 'POST' && rpc !== undefined) return callFunction(query, name, request.body);
  if (request.method === 'GET') return read(query, name, request.query);
  if (request.method === 'POST') return insert(query, name, request.body);
  throw new RestError(405, 'PGRST117', 'Unsupported HTTP method');
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

async function callFunction(query: Query, name: string, body: string): Promise<Answer> {
  const given = JSON.parse(body === '' ? '{}' : body) as Record<string, unknown>;
  const [found] = await query(
    `SELECT proargnames AS names, (SELECT array_agg(t::regtype::text) FROM unnest(proargtypes) t) AS types
     FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname = $1`,
    [name],
  );
  if (found === undefined) throw new RestError(404, 'PGRST202', `Could not find the function public.${name}`);
  const types = (found['types'] ?? []) as string[];
  const typeOf = new Map(
    ((found['names'] ?? []) as string[]).map((argument, index) => [argument, types[index] ?? 'text']),
  );
  const list = Object.keys(given).map((argument) => {
    const type = typeOf.get(argument);
    if (type === undefined) throw new RestError(404, 'PGRST202', `Could not find the function public.${name}`);
    const value = type === 'jsonb' ? `$1::jsonb -> '${argument}'` : `($1::jsonb ->> '${argument}')::${type}`;
    return `${argument} => ${value}`;
  });
  const [row] = await query(
    `SELECT to_json(public.${quoted(name)}(${list.join(', ')}))::text AS body WHERE $1::jsonb IS NOT NULL`,
    [JSON.stringify(given)],
  );
  return { status: 200, body: row?.['body'] ?? 'null' };
}

const OPERATORS: Record<string, string> = { eq: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' };
const NOT_FILTERS = new Set(['select', 'order', 'limit', 'offset', 'columns']);

async function read(query: Query, table: string, asked: URLSearchParams): Promise<Answer> {
  await refuseMissing(query, table);
  const values: string[] = [];
  const conditions = [...asked].flatMap(([column, filter]) => {
    if (NOT_FILTERS.has(column)) return [];
    if (column === 'or') return [anyOf(filter, values)];
    const [, operator = '', value = ''] = /^(\w+)\.(.*)$/s.exec(filter) ?? [];
    const sql = OPERATORS[operator];
    if (sql === undefined) throw new RestError(400, 'PGRST100', `failed to parse filter (${filter})`);
    values.push(value);
    return [`${quoted(column)} ${sql} $${String(values.length)}`];
  });
  const order = (asked.get('order') ?? '')
    .split(',')
    .filter(Boolean)
    .map((part) => {
      const [column = '', direction = 'asc'] = part.split('.');
      return `${quoted(column)} ${direction === 'desc' ? 'DESC' : 'ASC'}`;
    });
  const columns = (asked.get('select') ?? '*').split(',').map((column) => (column === '*' ? '*' : quoted(column)));
  const sql = [
    `SELECT ${columns.join(', ')} FROM public.${quoted(table)}`,
    conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '',
    order.length > 0 ? `ORDER BY ${order.join(', ')}` : '',
    // A project of Supabase gives a thousand rows at most by itself.
    `LIMIT ${String(Math.min(1000, Number(asked.get('limit') ?? 1000)))} OFFSET ${String(Number(asked.get('offset') ?? 0))}`,
  ].join(' ');
  const [row] = await query(`SELECT coalesce(json_agg(found), '[]')::text AS body FROM (${sql}) found`, values);
  return { status: 200, body: row?.['body'] ?? '[]' };
}

/** `(and(a.like."x",a.not.like."y"),and(...))`; what it compares with is added to `values`. */
function anyOf(filter: string, values: string[]): string {
  const LIKE = String.raw`\w+\.(?:not\.)?like\."[^"]*"`;
  const AND = String.raw`and\(${LIKE}(?:,${LIKE})*\)`;
  if (!new RegExp(`^\\(${AND}(?:,${AND})*\\)$`).test(filter))
    throw new RestError(400, 'PGRST100', `failed to parse logic tree (${filter})`);
  const groups = [...filter.matchAll(new RegExp(AND, 'g'))].map(([group]) =>
    [...group.matchAll(/(\w+)\.(not\.)?like\."([^"]*)"/g)].map(([, column = '', not = '', pattern = '']) => {
      values.push(pattern.replaceAll('*', '%'));
      return `${not === '' ? '' : 'NOT '}${quoted(column)} LIKE $${String(values.length)}`;
    }),
  );
  return `(${groups.map((group) => `(${group.join(' AND ')})`).join(' OR ')})`;
}

async function insert(query: Query, table: string, body: string): Promise<Answer> {
  await refuseMissing(query, table);
  const rows = [JSON.parse(body) as unknown].flat() as Record<string, unknown>[];
  const columns = Object.keys(rows[0] ?? {})
    .map(quoted)
    .join(', ');
  await query(
    `INSERT INTO public.${quoted(table)} (${columns})
     SELECT ${columns} FROM jsonb_populate_recordset(NULL::public.${quoted(table)}, $1::jsonb)`,
    [JSON.stringify(rows)],
  );
  return { status: 201, body: undefined };
}

async function refuseMissing(query: Query, table: string): Promise<void> {
  const [found] = await query(`SELECT to_regclass($1)::text AS name`, [`public.${quoted(table)}`]);
  if (found?.['name'] == null) throw new RestError(404, 'PGRST205', `Could not find the table 'public.${table}'`);
}
