import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createScriptedProvider, createTestStore } from '../tests/support/engine.ts';
import { createFakeClock } from '../tests/support/fakeClock.ts';
import { composeWorkspace, type Workspace } from './composeWorkspace.ts';
import { loadConfig } from './config.ts';
import { attemptState } from './contract/attempts.ts';
import { recipientState } from './contract/campaigns.ts';
import { webhookVerdict } from './contract/webhookEvents.ts';
import { silentLogger } from './core/logger.ts';
import { seededRandom } from './core/random.ts';
import type { Database } from './storage/database.ts';
import { createLeaseBook } from './sync/shared/leaseBook.ts';
import { createUsageReader } from './sync/shared/usageReader.ts';

/** Tables that grow with every message, contact and webhook. */
const BIG = [
  ...[
    'attempts',
    'attempt_events',
    'provider_ids',
    'delivery_reports',
    'message_errors',
    'interactions',
    'quota_slots',
  ],
  ...['contacts', 'contact_categories', 'recipients', 'suppressions', 'webhook_events', 'webhook_orphans', 'audit'],
  ...['sync_outbox', 'sender_ids', 'last_incoming'],
];
/** Statements that walk or sort on purpose, each with the reason why nobody waits for it. */
const READ_MUCH: [part: string, reason: string][] = [
  ['searchable(', 'the search in contacts has its own index and tests'],
  ['INDEXED BY attempts_retries', 'an index of the waiting retries alone, walked in its order up to the limit'],
  ['AS rowKey FROM', 'a full copy walks each table in the order of its key, 300 rows at a time'],
  ['INDEXED BY sync_outbox_', 'an index of what waits alone, walked in its order up to the limit'],
  ['INSERT INTO lines', 'a line is new once: with triggers SQLite then looks for messages that were without it'],
  ['FROM attempt_d', 'the roll-ups have some rows a day'],
  ['ORDER BY received_at, provider_message_id', 'the answers of one recipient'],
  ['INDEXED BY attempts_queue LEFT JOIN campaigns', 'the forecast reads today’s queue, once in five seconds'],
  ['AS closingGroup', 'the reply guarantee groups the open windows by the quarter of an hour'],
  ['FROM recipients WHERE campaign_id = @id', 'the recount of a campaign is a check'],
  ['webhook_events NOT INDEXED', 'walks over the old events that it is about to delete'],
  ['SET day = min(day, @day), taken_at', 'a clock that was ahead is put right by hand'],
  ['AS minute, count(*) AS count FROM quota_slots', 'what other machines must hear, since the last report'],
  ['(SELECT count(*) FROM contacts) AS contacts', 'asked once, before an import writes'],
];

/** Configured and never asked: its statements are prepared with the others. */
const SUPABASE = { SUPABASE_URL: 'http://127.0.0.1:9', SUPABASE_SERVICE_ROLE_KEY: 'key' };

let database: Database;
let workspace: Workspace;
let remove: () => void;
const prepared = new Set<string>();

beforeAll(() => {
  const folder = createTestStore();
  remove = folder.remove;
  database = folder.store.main;
  const prepare = database.prepare.bind(database);
  database.prepare = (sql: string) => {
    prepared.add(sql);
    return prepare(sql);
  };
  const clock = createFakeClock('2026-11-20T08:00:00.000Z');
  workspace = composeWorkspace({
    config: loadConfig({ dataDir: folder.dataDir, demo: false }, SUPABASE),
    ...{ store: folder.store, clock, random: seededRandom(1), logger: silentLogger, version: '0.0.0' },
    configuredLines: [{ id: 'line', label: 'Line', provider: createScriptedProvider(), webhookToken: 'token' }],
    addresses: () => ({ admin: null, webhooks: null }),
  });
  // Of a machine that shares its limits.
  createUsageReader(database);
  createLeaseBook(database);
});
afterAll(() => {
  remove();
});

/** Every list with every set of its filters: some statements are made only when they are asked for. */
function askEverything(): void {
  const { services } = workspace;
  const page = { limit: 50 };
  const filters = { state: attemptState.options[0], type: 'otp', campaignId: 'c', phone: '+33639980001', parked: true };
  const names = Object.keys({ ...filters, part: '', q: '' });
  for (let set = 0; set < 2 ** names.length; set++) {
    const chosen = names.filter((_, bit) => (set & (2 ** bit)) !== 0);
    const given = Object.fromEntries(chosen.map((name) => [name, filters[name as keyof typeof filters]]));
    const { part: _part, ...rest } = given;
    services.attempts.list({
      ...page,
      ...rest,
      ...(chosen.includes('part') && { phone: '9980' }),
      ...(chosen.includes('q') && { q: 'x' }),
    });
  }
  for (const state of [undefined, ...recipientState.options]) {
    const campaign = workspace.campaigns.stores.recipients;
    if (state === undefined) campaign.page('c', '', 50);
    else campaign.pageOfState({ campaignId: 'c', state, after: 0, limit: 50 });
  }
  for (const verdict of [undefined, ...webhookVerdict.options]) {
    for (const q of [undefined, 'x']) services.webhookEvents.list({ ...page, verdict, q });
  }
  services.audit.list(page);
  services.sync.status();
  while (workspace.sync?.outbox.copyStep() === true) workspace.sync.outbox.take(1, { now: 0, hourly: true });
  services.suppressions.list(page);
  services.monitoring.errors(100);
  services.monitoring.history(90);
  void services.messages.stats(90);
}

type Step = { detail: string };

/** How SQLite would run a statement, with a value for each of its parameters. */
function planOf(sql: string): string[] {
  const names = [...sql.matchAll(/@(\w+)/g)].map(([, name]) => name!);
  const values = Object.fromEntries(
    names.map((name) => [name, /^(ids|lines|categoryIds|contactIds|phones)$/.test(name) ? '[]' : 1]),
  );
  // Statements of the import name no parameters: thousands of them are bound in a row.
  const unnamed = (sql.match(/\?/g) ?? []).map(() => 1);
  const statement = database.prepare<unknown[], Step>(`EXPLAIN QUERY PLAN ${sql}`);
  const steps = unnamed.length > 0 ? statement.all(...unnamed) : statement.all(values);
  return steps.map(({ detail }) => detail);
}

describe('every statement that the application prepares', () => {
  it('finds its rows by an index and never sorts a big table, however long the history (PRF-8, UI-7)', () => {
    askEverything();
    const statements = [...prepared].filter((sql) => /^\s*(SELECT|UPDATE|DELETE|WITH|INSERT)/.test(sql));
    expect(statements.length).toBeGreaterThan(150);
    const slow = statements.flatMap((sql) => {
      if (READ_MUCH.some(([part]) => sql.includes(part))) return [];
      const readsBig = BIG.some((table) => new RegExp(`\\b${table}\\b`).test(sql));
      return planOf(sql)
        .filter((step) => isSlow(step, sql, readsBig))
        .map((step) => `${step}\n  ${sql.trim()}`);
    });
    expect(slow).toEqual([]);
  });

  it('that reads much on purpose is still there', () => {
    for (const [part] of READ_MUCH)
      expect(
        [...prepared].some((sql) => sql.includes(part)),
        part,
      ).toBe(true);
  });
});

/** A walk through a whole big table or index, or a sort of what was read from one. */
function isSlow(step: string, sql: string, readsBig: boolean): boolean {
  const [, alias = ''] = /^SCAN (\w+)/.exec(step) ?? [];
  if (alias !== '') {
    const table = new RegExp(`\\b(\\w+) (?:AS )?${alias}\\b`).exec(sql)?.[1] ?? alias;
    const walksInOrder = /\bLIMIT\b/.test(sql) && !/\bWHERE\b/.test(sql) && step.includes('USING');
    return (BIG.includes(alias) || BIG.includes(table)) && !walksInOrder;
  }
  return readsBig && step.includes('TEMP B-TREE');
}
