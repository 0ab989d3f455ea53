import { createClient } from '@supabase/supabase-js';
import { z } from 'zod';
import type { SyncProblem } from '../contract/sync.ts';
import { SECOND_MS } from '../core/days.ts';
import type { RemoteRow } from './codec.ts';

/** Version of the tables in Supabase that this application writes: the number of the newest file for them. */
export const REMOTE_SCHEMA = 10;

/** Why Supabase did not do what it was asked; `detail` holds codes alone, never what was sent. */
export class RemoteError extends Error {
  readonly problem: SyncProblem;
  readonly detail: string;

  constructor(problem: SyncProblem, detail: string) {
    super(`${problem}: ${detail}`);
    this.name = 'RemoteError';
    this.problem = problem;
    this.detail = detail;
  }
}

/** One row on its way: `r` is null when it was deleted. */
export type PushedRow = { e: string; k: string; v: number; r: RemoteRow | null };
type Refusal = { entity: string; key: string; reason: string };

const sourceRow = z.object({
  source: z.string(),
  generation: z.number(),
  version: z.number(),
  waiting: z.number(),
  accounts: z.record(z.string(), z.string()),
  pushed_at: z.string().nullable(),
});
/** A machine as Supabase knows it. */
export type Source = z.infer<typeof sourceRow>;

const pushed = z.object({
  taken_over: z.boolean(),
  refused: z.array(z.object({ entity: z.string(), key: z.string(), reason: z.string() })),
});
const pruned = z.object({ taken_over: z.boolean() });
const someRow = z.record(z.string(), z.unknown());

/** Rows that one request brings; Supabase gives no more than a thousand by itself. */
const PAGE = 1_000;
const TIMEOUT_MS = 20 * SECOND_MS;

export type Remote = ReturnType<typeof createRemote>;

/**
 * What is asked of Supabase, by its own client and the key of the service role. Every call either answers or throws.
 * @throws RemoteError
 */
export function createRemote(settings: { url: string; serviceRoleKey: string; timeoutMs?: number }) {
  const { url, serviceRoleKey, timeoutMs = TIMEOUT_MS } = settings;
  let cancelling = new AbortController();
  const client = createClient(url, serviceRoleKey, {
    // The sync itself tries again, and says meanwhile how it stands.
    db: { retry: false },
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: {
      fetch: (input, init) => {
        const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), cancelling.signal]);
        return fetch(input, { ...init, signal });
      },
    },
  });

  type Result = { data: unknown; error: { code?: string } | null; status: number };
  const answered = async <Schema extends z.ZodType>(
    call: PromiseLike<Result>,
    schema: Schema,
  ): Promise<z.infer<Schema>> => {
    const { data, error, status } = await call;
    if (error !== null)
      throw new RemoteError(problemOf(status, error.code ?? ''), `${status} ${error.code ?? ''}`.trim());
    const parsed = schema.safeParse(data);
    if (!parsed.success) throw new RemoteError('offline', 'answer that cannot be read');
    return parsed.data;
  };

  return {
    /** Gives up what is under way: what arrived all the same does no harm when it comes again. */
    cancel(): void {
      cancelling.abort();
      cancelling = new AbortController();
    },

    /** @throws RemoteError `schema_missing`, `schema_behind`, `schema_ahead` when the tables are of another version */
    async checkSchema(): Promise<void> {
      const rows = await answered(
        client.from('vigie_schema').select('version').eq('component', 'sync'),
        z.array(z.object({ version: z.number() })),
      );
      const found = rows[0]?.version ?? 0;
      if (found === 0) throw new RemoteError('schema_missing', 'no version');
      if (found < REMOTE_SCHEMA) throw new RemoteError('schema_behind', String(found));
      if (found > REMOTE_SCHEMA) throw new RemoteError('schema_ahead', String(found));
    },

    sources: (): Promise<Source[]> =>
      answered(client.from('vigie_sources').select('*').order('source'), z.array(sourceRow)),

    /** Writes a batch in one transaction there; names the rows that were refused. */
    async push(batch: {
      source: string;
      generation: number;
      rows: readonly PushedRow[];
      waiting: number;
      accounts: Record<string, string>;
    }): Promise<Refusal[]> {
      const { source, generation, rows, waiting, accounts } = batch;
      const call = client.rpc('vigie_push', {
        ...{ p_source: source, p_generation: generation, p_rows: rows, p_waiting: waiting, p_accounts: accounts },
      });
      const { taken_over: takenOver, refused } = await answered(call, pushed);
      if (takenOver) throw new RemoteError('taken_over', '');
      return refused;
    },

    async prune(asked: { source: string; generation: number; floor: number }): Promise<void> {
      const { source, generation, floor } = asked;
      const call = client.rpc('vigie_prune', { p_source: source, p_generation: generation, p_floor: floor });
      if ((await answered(call, pruned)).taken_over) throw new RemoteError('taken_over', '');
    },

    /** From here on the machine that had this name is refused. */
    takeOver: (source: string): Promise<Source> =>
      answered(client.rpc('vigie_take_over', { p_source: source }), sourceRow),

    /** Rows of one table and machine in the order of their versions, from the one after `version` on. */
    page: (asked: { entity: string; source: string; version: number }): Promise<Record<string, unknown>[]> =>
      answered(
        client
          .from(asked.entity)
          .select('*')
          .eq('source', asked.source)
          .gt('version', asked.version)
          .order('version')
          .limit(PAGE),
        z.array(someRow),
      ),

    /** A row of a table and machine that a filter of PostgREST lets through; null when there is none. */
    async anyRow(asked: { entity: string; source: string; columns: readonly string[]; filter: string }) {
      const { entity, source, columns, filter } = asked;
      const call = client.from(entity).select(columns.join(',')).eq('source', source).or(filter).limit(1);
      return (await answered(call, z.array(someRow)))[0] ?? null;
    },

    /** Slots that a machine took after an instant, in the order of their versions. */
    slots: (asked: { source: string; since: number; version: number }): Promise<Record<string, unknown>[]> =>
      answered(
        client
          .from('vigie_quota_slots')
          .select('*')
          .eq('source', asked.source)
          .gt('taken_at', new Date(asked.since).toISOString())
          .gt('version', asked.version)
          .order('version')
          .limit(PAGE),
        z.array(someRow),
      ),

    /** The counters that a machine pushed from a day on. */
    days: (source: string, from: string): Promise<Record<string, unknown>[]> =>
      answered(
        client.from('daily_message_stats').select('*').eq('source', source).gte('date', from).limit(PAGE),
        z.array(someRow),
      ),
  };
}

/** Codes of PostgREST and PostgreSQL for tables and functions that are not there. */
const MISSING = /^(PGRST202|PGRST205|42P01|42883)$/;
const HTTP = {
  unauthorized: 401,
  forbidden: 403,
  notFound: 404,
  timeout: 408,
  tooEarly: 425,
  tooMany: 429,
  server: 500,
};

function problemOf(status: number, code: string): SyncProblem {
  if (status === HTTP.unauthorized || status === HTTP.forbidden) return 'unauthorized';
  if (status === HTTP.notFound || MISSING.test(code)) return 'schema_missing';
  const passes: number[] = [HTTP.timeout, HTTP.tooEarly, HTTP.tooMany];
  // No answer at all has no status.
  return status < HTTP.unauthorized - 1 || status >= HTTP.server || passes.includes(status) ? 'offline' : 'refused';
}
