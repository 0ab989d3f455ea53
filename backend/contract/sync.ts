import { z } from 'zod';
import { id, instant } from './common.ts';

/** Why nothing is copied just now. All but `offline` wait for somebody to do something. */
const syncProblem = z.enum([
  'offline',
  'unauthorized',
  'schema_missing',
  'schema_behind',
  'schema_ahead',
  'taken_over',
  'refused',
]);
export type SyncProblem = z.infer<typeof syncProblem>;

/** A row that Supabase refuses, set aside so that the others pass (SYN-2). */
const setAsideRow = z.object({
  id,
  /** Table in Supabase. */
  table: z.string(),
  /** Its key; phones are masked. */
  key: z.string(),
  /** Code of PostgreSQL and name of the rule, never the row. */
  reason: z.string(),
  since: instant,
});

/** How the copy in Supabase stands. */
export const syncStatus = z.object({
  state: z.enum(['off', 'never', 'up_to_date', 'waiting', 'paused']),
  problem: syncProblem.nullable(),
  /** What it means and what to do, in the operator's language. */
  message: z.string(),
  /** Rows that Supabase has not got yet; today’s counters, which go hourly, are left out. */
  waiting: z.int(),
  waitingSince: instant.nullable(),
  lastPushAt: instant.nullable(),
  /** A copy of everything is under way: the first one, or one after sync was off. */
  copying: z.boolean(),
  /** Name of this machine in Supabase. */
  source: z.string(),
  setAsideCount: z.int(),
  /** The oldest of them. */
  setAside: z.array(setAsideRow),
});
export type SyncStatus = z.infer<typeof syncStatus>;
