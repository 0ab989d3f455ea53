import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ContactSearchIndex } from '../../backend/campaigns/contactSearch.ts';
import { systemClock } from '../../backend/core/clock.ts';
import { inTransaction, type Database } from '../../backend/storage/database.ts';
import { openStore } from '../../backend/storage/store.ts';
import { MIGRATIONS } from './millionAttempts.ts';

const DAYS = 90;
/** Rows of each kind that calls change one after the other. */
export const CALLS = 40;
/** Attempts that wait for a retry: one call takes fifty. */
const MOST_WAITING = 51 * CALLS;
/** Categories with a hundredth of the contacts. */
const GROUPS = CALLS;
const TOWNS = ['Lyon', 'Saint-Étienne', 'Nice', 'Orléans', 'Paris', 'Aix-en-Provence', 'Lille'];

const counted = (rows: number): string =>
  `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) `;
const pick = (values: readonly string[]): string =>
  `CASE i % ${values.length} ${values.map((value, index) => `WHEN ${index} THEN '${value}'`).join(' ')} END`;

/** Attempts in a state that a call can end, due long after the measurement. */
function waiting(name: string, state: string, rows: number): string {
  const later = systemClock.now() + DAYS * 86_400_000;
  const unknownAt = state === 'unknown' ? '2' : 'NULL';
  return `${counted(rows)} INSERT INTO attempts (id, line_id, type, phone, body, priority, state, tries, max_attempts, reference,
      due_at, created_at, sending_at, unknown_at, lookup_at, updated_at)
    SELECT '${name}-' || i, 'bench', 'notification', '+3370' || printf('%07d', i), 'Bonjour', 5, '${state}', 1, 3,
      '${name}:' || i, ${later}, 1, 2, ${unknownAt}, ${later}, 2 FROM n;`;
}

/** A data folder with so many attempts and contacts; made once, then copied from the machine's temporary folder. */
export function seededFolder(rows: number): { dataDir: string; remove: () => void } {
  const kept = path.join(tmpdir(), `vigie-bench-api-${rows}-v5`);
  if (!existsSync(kept)) {
    const making = mkdtempSync(path.join(tmpdir(), 'vigie-bench-making-'));
    const store = openStore(making, MIGRATIONS);
    seed(store.main, rows);
    seedInbox(store.inbox);
    store.close();
    renameSync(making, kept);
  }
  const dataDir = mkdtempSync(path.join(tmpdir(), 'vigie-bench-api-'));
  cpSync(kept, dataDir, { recursive: true });
  return { dataDir, remove: () => rmSync(dataDir, { recursive: true, force: true }) };
}

/** Fills the tables by SQL: indexes and triggers are taken away meanwhile, and what triggers keep is counted once. */
function seed(database: Database, rows: number): void {
  database.pragma('synchronous = OFF');
  const now = systemClock.now();
  const step = Math.floor((DAYS * 86_400_000) / rows);
  const parts = database
    .prepare<[], { type: string; name: string; sql: string }>(
      `SELECT type, name, sql FROM sqlite_schema
       WHERE sql IS NOT NULL AND type IN ('index', 'trigger')
         AND tbl_name IN ('attempts', 'contacts', 'contact_categories', 'recipients', 'message_errors', 'webhook_events')`,
    )
    .all();
  database.exec('BEGIN');
  for (const { type, name } of parts) database.exec(`DROP ${type.toUpperCase()} "${name}"`);
  const series = counted(rows);
  const phone = `'+336' || printf('%08d', i)`;
  const at = `${now} - ${DAYS * 86_400_000} + i * ${step}`;
  const state = `CASE WHEN i % 50 = 0 THEN 'failed_final' WHEN i % 997 = 0 THEN 'cancelled'
    WHEN i % 3 = 0 THEN 'read' WHEN i % 3 = 1 THEN 'delivered' ELSE 'sent' END`;
  database.exec(`
    INSERT INTO lines (id, provider, label, created_at) VALUES ('bench', 'simulator', 'Bench', 1);
    INSERT INTO pauses (scope, reason, created_at) VALUES ('all', 'bench', 1);
    INSERT INTO categories (id, name, contact_count, created_at, updated_at) VALUES ('cat', 'Clients', ${rows / 10}, 1, 1);
    ${counted(GROUPS)} INSERT INTO categories (id, name, contact_count, created_at, updated_at)
      SELECT 'group-' || i, 'Groupe ' || i, ${rows / 100}, 1, 1 FROM n;
    ${series} INSERT INTO contacts (id, name, phone, attributes, created_at, updated_at)
      SELECT printf('contact-%08d', i), 'Contact ' || i, ${phone}, 
        json_object('ville', ${pick(TOWNS)}, 'societe', 'Maison ' || (i % 5000)), ${at}, 1 FROM n;
    INSERT INTO contact_categories (category_id, contact_id)
      SELECT 'cat', id FROM contacts WHERE rowid % 10 = 0 ORDER BY id;
    INSERT INTO contact_categories (category_id, contact_id)
      SELECT 'group-' || (rowid % 100), id FROM contacts WHERE rowid % 100 BETWEEN 1 AND ${GROUPS} ORDER BY 1, 2;
    INSERT INTO campaigns (id, name, status, message_1, message_2, audience, total_contacts, messages_sent, started_at,
        created_at, updated_at)
      VALUES ('camp', 'Bench', 'completed', '{"body":"a"}', '{"body":"b"}', '{"categoryIds":["cat"],"contactIds":[]}',
        ${rows / 2}, ${rows / 2}, 1, 1, 1);
    ${series} INSERT INTO recipients (campaign_id, contact_id, phone, state, message_1_sent_at, updated_at)
      SELECT 'camp', printf('contact-%08d', i), ${phone}, iif(i % 4 = 0, 'no_interaction', 'message_2_sent'), ${at}, 1
      FROM n WHERE i <= ${rows / 2};
    ${series} INSERT INTO attempts (id, line_id, type, campaign_id, contact_id, phone, body, priority, state, tries,
        max_attempts, reference, due_at, error_code, created_at, sending_at, sent_at, finished_at, updated_at)
      SELECT printf('attempt-%08d', i), 'bench', iif(i % 2 = 0, 'message_1', 'notification'), iif(i % 2 = 0, 'camp', NULL),
        iif(i % 2 = 0, printf('contact-%08d', i), NULL), ${phone}, 'Bonjour Contact ' || i, 4, ${state}, 1, 3,
        'ref:' || i, ${at}, iif(i % 50 = 0, 'invalid', NULL), ${at}, ${at} + 5, iif(i % 50 = 0, NULL, ${at} + (i * 7919) % 90000),
        ${at} + 90000, ${at} FROM n;
    INSERT INTO message_errors (attempt_id, line_id, phone, code, day, occurred_at)
      SELECT id, 'bench', phone, 'invalid', date(created_at / 1000, 'unixepoch'), created_at FROM attempts
      WHERE state = 'failed_final';
    ${series} INSERT INTO webhook_events (inbox_id, position, provider, line_id, event, dedupe_key, verdict, attempt_id,
        phone, received_at, processed_at)
      SELECT i, 0, 'wassenger', 'bench', 'message:update', 'k' || i, iif(i % 20 = 0, 'ignored', 'applied'),
        printf('attempt-%08d', i), ${phone}, ${at}, ${at} FROM n WHERE i <= ${rows / 5};
    ${series} INSERT INTO audit (at, actor, action, target) SELECT ${at}, 'bench', 'test', i FROM n WHERE i <= ${rows / 10};
    ${series} INSERT INTO suppressions (phone, reason, created_at) SELECT '+338' || printf('%08d', i), 'stop', ${at} FROM n WHERE i <= ${rows / 50};
    ${waiting('retry', 'failed_retry', MOST_WAITING)} ${waiting('pending', 'pending', CALLS)}
    ${waiting('unknown', 'unknown', CALLS)}
    ${counted(CALLS)} INSERT INTO imports (id, file_name, state, total, imported, refused, created_at)
      SELECT 'import-' || i, 'clients.csv', 'done', 20000, 18000, 2000, i FROM n;
    ${counted(2000)} INSERT INTO import_refusals (import_number, line, reason, value) SELECT 1, i, 'phone_invalid', '12' FROM n;
    INSERT INTO attempt_days (day, type, state, attempts, accepted, delay_ms)
      SELECT date(created_at / 1000, 'unixepoch') AS day, type, state, count(*), count(sent_at),
        coalesce(sum(sent_at - created_at), 0) FROM attempts GROUP BY day, type, state;
    INSERT INTO attempt_delays (day, bucket, attempts)
      SELECT date(created_at / 1000, 'unixepoch') AS day, CAST(8 * log2(max(sent_at - created_at, 0) + 1) AS INTEGER) AS bucket,
        count(*) FROM attempts WHERE sent_at IS NOT NULL GROUP BY day, bucket;`);
  for (const { sql } of parts) database.exec(sql);
  database.exec('COMMIT');
  const search = new ContactSearchIndex(database);
  while (inTransaction(database, () => search.catchUp(() => true)));
  database.pragma('wal_checkpoint(TRUNCATE)');
}

/** Bodies of the first events, so that they can be processed again. */
function seedInbox(inbox: Database): void {
  inbox.exec(`${counted(CALLS)} INSERT INTO webhook_inbox (id, received_at, provider, line_id, body)
    SELECT i, 1, 'wassenger', 'bench', CAST('{"id":"e' || i || '","event":"bench:other"}' AS BLOB) FROM n`);
}
