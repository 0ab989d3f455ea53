import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const RELAY_KEY = 'service-role-key-of-the-tests';

export type TableRow = {
  id: number;
  key: string;
  receivedAt: number;
  provider: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  refused: string | null;
};
/** What happens to a request: answered as it should be, or else. `after` faults come when the work is done. */
export type TableFault = 'hang' | 'reset' | { status: number; body?: string } | { after: 'reset' } | null;

type TableAnswer = { status: number; body?: unknown; range?: string };
type Answering = (request: { method: string; url: URL; body: string }) => TableAnswer | Promise<TableAnswer>;

/**
 * The relay's table behind the few requests that the function and the app send: a double for fast tests, with faults.
 * It knows no SQL, unless another answers for it: see `relaySql.ts`.
 */
export async function startRelayTable(options: { now?: () => number; answer?: Answering } = {}) {
  const now = options.now ?? (() => Date.now());
  let rows: TableRow[] = [];
  let lastId = 0;
  const requests: string[] = [];
  const table = {
    url: '',
    key: RELAY_KEY,
    /** Looked at before each request. */
    fault: (_request: string): TableFault => null,
    /** What the view says; tests that lie change it. */
    view: (row: TableRow): Record<string, unknown> => ({
      ...{ id: row.id, key: row.key, provider: row.provider, path: row.path, headers: row.headers, body: row.body },
      age_ms: now() - row.receivedAt,
    }),
    /** What `relay_store` answers instead of storing. */
    bound: null as 'busy' | 'full' | null,
    requests,
    rows: () => rows,
    waiting: () => rows.filter(({ refused }) => refused === null),
    add(row: Partial<TableRow> & Pick<TableRow, 'path'> & { bytes?: string | Buffer }): TableRow {
      lastId += 1;
      const { bytes = '', ...given } = row;
      const added: TableRow = {
        ...{ id: lastId, key: randomUUID(), receivedAt: now(), provider: 'wassenger', refused: null },
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(bytes).toString('base64'),
        ...given,
      };
      rows.push(added);
      return added;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };

  function answer({ method, url, body }: Parameters<Answering>[0]): TableAnswer {
    const { pathname, searchParams } = url;
    const ids = listed(searchParams.get('id')).map(Number);
    if (method === 'POST' && pathname === '/rest/v1/rpc/relay_store') {
      if (table.bound !== null) return { status: 200, body: table.bound };
      const given = JSON.parse(body) as Record<string, string>;
      const headers = given['p_headers'] as unknown as Record<string, string>;
      table.add({ provider: given['p_provider']!, path: given['p_path']!, headers, body: given['p_body']! });
      return { status: 200, body: 'stored' };
    }
    if (method === 'GET' && pathname === '/rest/v1/webhook_inbox_waiting') {
      const waiting = table.waiting().sort((a, b) => a.id - b.id);
      const page = waiting.slice(0, Number(searchParams.get('limit')));
      const status = page.length < waiting.length ? 206 : 200;
      return { status, body: page.map(table.view), range: `0-${page.length - 1}/${waiting.length}` };
    }
    if (method === 'HEAD' && searchParams.get('refused') === 'not.is.null') {
      return { status: 200, range: `*/${rows.filter(({ refused }) => refused !== null).length}` };
    }
    if (method === 'DELETE' && ids.length > 0) {
      rows = rows.filter(({ id }) => !ids.includes(id));
      return { status: 204 };
    }
    if (method === 'PATCH') {
      const { refused } = JSON.parse(body) as { refused: string | null };
      const reasons = listed(searchParams.get('refused'));
      for (const row of rows) {
        if (ids.includes(row.id) || (row.refused !== null && reasons.includes(row.refused))) row.refused = refused;
      }
      return { status: 204 };
    }
    return { status: 404, body: { code: 'PGRST205', message: 'Could not find the table', details: null, hint: null } };
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://relay');
    const method = request.method ?? '';
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const name = `${method} ${url.pathname.replace('/rest/v1/', '')}`;
    requests.push(name);
    const fault = table.fault(name);
    if (fault === 'hang') return;
    if (fault === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    if (fault !== null && 'status' in fault) {
      response.writeHead(fault.status, { 'content-type': 'application/json' }).end(fault.body ?? '{}');
      return;
    }
    if (request.headers['apikey'] !== RELAY_KEY || request.headers.authorization !== `Bearer ${RELAY_KEY}`) {
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"message":"No API key found"}');
      return;
    }
    const asked = { method, url, body: Buffer.concat(chunks).toString() };
    const { status, body, range } = await (options.answer ?? answer)(asked);
    if (fault !== null) {
      request.socket.resetAndDestroy();
      return;
    }
    response.writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      ...(range !== undefined && { 'content-range': range }),
    });
    response.end(body === undefined ? '' : JSON.stringify(body));
  }

  const server: Server = createServer((request, response) => {
    handle(request, response).catch(() => {
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve();
    });
  });
  table.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return table;
}
export type RelayTable = Awaited<ReturnType<typeof startRelayTable>>;

/** What a filter `in.(a,b)` names. */
export function listed(filter: string | null): string[] {
  return /^in\.\((.*)\)$/.exec(filter ?? '')?.[1]?.split(',') ?? [];
}
