import { createClient, type PostgrestError } from '@supabase/supabase-js';
import type { RelayProblem } from '../../contract/relay.ts';
import type { Clock } from '../../core/clock.ts';
import { SECOND_MS } from '../../core/days.ts';
import { readRows, type DamagedRow, type WaitingRow } from './rows.ts';

/** The relay did not do what it was asked; nothing of it holds up anything else. */
export class RelayError extends Error {
  readonly problem: RelayProblem;
  /** No answer in time: a smaller question may get one. */
  readonly late: boolean;

  constructor(problem: RelayProblem, detail: string, late = false) {
    super(`${problem}: ${detail}`);
    this.name = 'RelayError';
    this.problem = problem;
    this.late = late;
  }
}

export type RelayPage = { rows: (WaitingRow | DamagedRow)[]; waiting: number };

/** The table of the relay, as far as Vigie needs it. Every call throws `RelayError`. */
export type RelaySource = {
  /** The oldest rows that wait, and how many wait in all. */
  pull(limit: number): Promise<RelayPage>;
  /** Deletes what is on disk here. */
  acknowledge(ids: readonly number[]): Promise<void>;
  /** Keeps what was not believed, out of the way. */
  setAside(ids: readonly number[], reason: string): Promise<void>;
  /** Lets wait again what was not believed: with other settings it may be. */
  takeUp(): Promise<void>;
  countSetAside(): Promise<number>;
  /** Gives up what is under way: it throws. */
  abort(): void;
};

export const RELAY_TIMEOUT_MS = 10 * SECOND_MS;
const COLUMNS = 'id, key, path, headers, body, age_ms';
/** Reasons that other settings may undo. */
const WORTH_ANOTHER_LOOK = ['bad_token', 'bad_signature'];
/** PostgREST does not know the table, the database does not, or its view lacks what was asked for. */
const NOT_INSTALLED = /^(PGRST205|PGRST202|42P01)$/;

type Answer<Data> = { data: Data; count: number | null; error: PostgrestError | null; status: number };

/** The relay's table behind PostgREST. Nothing is repeated here: the caller has its own rhythm. */
export function createRelaySource(project: { url: string; key: string }, clock: Clock): RelaySource {
  const client = createClient(project.url, project.key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
  const inbox = () => client.from('webhook_inbox');
  const underWay = new Set<AbortController>();

  async function ask<Data>(query: (signal: AbortSignal) => PromiseLike<Answer<Data>>): Promise<Answer<Data>> {
    const timeout = new AbortController();
    const cancel = clock.after(RELAY_TIMEOUT_MS, () => {
      timeout.abort();
    });
    underWay.add(timeout);
    try {
      const answer = await query(timeout.signal);
      if (answer.error !== null) throw toRelayError(answer.error, answer.status, timeout.signal.aborted);
      return answer;
    } catch (error) {
      if (error instanceof RelayError) throw error;
      throw new RelayError('unreachable', error instanceof Error ? error.name : 'error', timeout.signal.aborted);
    } finally {
      cancel();
      underWay.delete(timeout);
    }
  }

  return {
    async pull(limit) {
      const askedAt = clock.now();
      const { data, count } = await ask((signal) =>
        client
          .from('webhook_inbox_waiting')
          .select(COLUMNS, { count: 'exact' })
          .order('id')
          .limit(limit)
          .retry(false)
          .abortSignal(signal),
      );
      const rows = readRows(data, askedAt);
      if (rows === null) throw new RelayError('nonsense', 'rows');
      return { rows, waiting: Math.max(count ?? 0, rows.length) };
    },
    async acknowledge(ids) {
      await ask((signal) => inbox().delete().in('id', ids).retry(false).abortSignal(signal));
    },
    async setAside(ids, reason) {
      await ask((signal) => inbox().update({ refused: reason }).in('id', ids).retry(false).abortSignal(signal));
    },
    async takeUp() {
      await ask((signal) =>
        inbox().update({ refused: null }).in('refused', WORTH_ANOTHER_LOOK).retry(false).abortSignal(signal),
      );
    },
    async countSetAside() {
      const { count } = await ask((signal) =>
        inbox()
          .select('id', { count: 'exact', head: true })
          .not('refused', 'is', null)
          .retry(false)
          .abortSignal(signal),
      );
      return count ?? 0;
    },
    abort() {
      for (const request of underWay) request.abort();
    },
  };
}

/** What an answer means; its text stays out of it, for it may quote a row. */
function toRelayError({ code }: PostgrestError, status: number, late: boolean): RelayError {
  if (NOT_INSTALLED.test(code)) return new RelayError('not_installed', code);
  if (status === 401 || status === 403) return new RelayError('unauthorized', `HTTP ${status}`);
  if (late || status === 0 || status === 408 || status === 429 || status >= 500) {
    return new RelayError('unreachable', late ? 'timeout' : `HTTP ${status}`, late);
  }
  return new RelayError('nonsense', `HTTP ${status} ${code}`);
}
