import { systemClock } from '../backend/core/clock.ts';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Database } from '../backend/storage/database.ts';
import { openStore } from '../backend/storage/store.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const MIGRATIONS = path.join(ROOT, 'migrations');
/** Attempts, contacts and recipients of the large and of the small folder. */
export const LARGE = 1_000_000;
export const SMALL = 10_000;
const DAYS = 90;
const COLD_CALLS = 30;
const WARM_CALLS = 60;

export type Measured = {
  route: string;
  kind: 'get' | 'write';
  coldMs: number;
  warmMs: number;
  coldMedianMs: number;
  medianMs: number;
};

/** A data folder with so many attempts and contacts; made once, then copied from the machine's temporary folder. */
export function seededFolder(rows: number): { dataDir: string; remove: () => void } {
  const kept = path.join(tmpdir(), `vigie-bench-api-${rows}-v1`);
  if (!existsSync(kept)) {
    const making = mkdtempSync(path.join(tmpdir(), 'vigie-bench-making-'));
    const store = openStore(making, MIGRATIONS);
    seed(store.main, rows);
    store.close();
    renameSync(making, kept);
  }
  const dataDir = mkdtempSync(path.join(tmpdir(), 'vigie-bench-api-'));
  mkdirSync(dataDir, { recursive: true });
  cpSync(kept, dataDir, { recursive: true });
  return { dataDir, remove: () => rmSync(dataDir, { recursive: true, force: true }) };
}

/** Fills the tables by SQL: indexes and triggers are taken away meanwhile, and what triggers keep is counted once. */
export function seed(database: Database, rows: number): void {
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
  const series = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) `;
  const phone = `'+336' || printf('%08d', i)`;
  const at = `${now} - ${DAYS * 86_400_000} + i * ${step}`;
  const state = `CASE WHEN i % 50 = 0 THEN 'failed_final' WHEN i % 997 = 0 THEN 'cancelled'
    WHEN i % 3 = 0 THEN 'read' WHEN i % 3 = 1 THEN 'delivered' ELSE 'sent' END`;
  database.exec(`
    INSERT INTO lines (id, provider, label, created_at) VALUES ('bench', 'simulator', 'Bench', 1);
    INSERT INTO pauses (scope, reason, created_at) VALUES ('all', 'bench', 1);
    INSERT INTO categories (id, name, contact_count, created_at, updated_at) VALUES ('cat', 'Clients', ${rows / 10}, 1, 1);
    ${series} INSERT INTO contacts (id, name, phone, attributes, created_at, updated_at)
      SELECT printf('contact-%08d', i), 'Contact ' || i, ${phone}, '{"ville":"Lyon"}', ${at}, 1 FROM n;
    INSERT INTO contact_categories (category_id, contact_id)
      SELECT 'cat', id FROM contacts WHERE rowid % 10 = 0 ORDER BY id;
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
    ${series} INSERT INTO suppressions (phone, reason, created_at) SELECT ${phone}, 'stop', ${at} FROM n WHERE i <= ${rows / 50};
    INSERT INTO attempt_days (day, type, state, attempts, accepted, delay_ms)
      SELECT date(created_at / 1000, 'unixepoch') AS day, type, state, count(*), count(sent_at),
        coalesce(sum(sent_at - created_at), 0) FROM attempts GROUP BY day, type, state;
    INSERT INTO attempt_delays (day, bucket, attempts)
      SELECT date(created_at / 1000, 'unixepoch') AS day, CAST(8 * log2(max(sent_at - created_at, 0) + 1) AS INTEGER) AS bucket,
        count(*) FROM attempts WHERE sent_at IS NOT NULL GROUP BY day, bucket;`);
  for (const { sql } of parts) database.exec(sql);
  database.exec('COMMIT');
  database.pragma('wal_checkpoint(TRUNCATE)');
}

type Host = { call(method: string, route: string, body?: unknown): Promise<number>; stop(): Promise<void> };

/** The real headless host on a folder, asked over its own port as any program asks it. */
export async function startHost(dataDir: string): Promise<Host> {
  const env = {
    ...process.env,
    ...{
      VIGIE_ADMIN_PASSWORD: 'bench',
      VIGIE_LOG_LEVEL: 'silent',
      WASSENGER_API_KEY: 'bench',
      WASSENGER_DEVICE_ID: 'bench',
    },
    WASSENGER_BASE_URL: 'http://127.0.0.1:9/v1',
  };
  const args = ['backend/main.ts', '--port', '0', '--webhook-port', '0', '--data-dir', dataDir];
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the host ended with code ${String(code)}`)));
    createInterface(child.stdout).on('line', (line) => {
      if (line.startsWith('admin ')) resolve(line.slice('admin '.length));
    });
  });
  const login = await fetch(`${address}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ password: 'bench' }),
  });
  const { token } = (await login.json()) as { token: string };
  const authorization = `Bearer ${token}`;
  return {
    async call(method, route, body) {
      const startedAt = performance.now();
      const answer = await fetch(`${address}/api${route}`, {
        method,
        headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${route}: ${answer.status} ${text.slice(0, 200)}`);
      return performance.now() - startedAt;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

const GETS = [
  ...['/monitoring/stats', '/monitoring/history?days=90', '/monitoring/errors?limit=100', '/messages/stats?days=90'],
  ...[
    '/attempts',
    '/attempts?limit=200',
    '/attempts?state=failed_final',
    '/attempts?state=pending',
    '/attempts?type=otp',
  ],
  ...['/attempts?campaignId=camp', '/attempts?campaignId=camp&state=failed_final', '/attempts?campaignId=none'],
  ...['/attempts?phone=%2B33600000500', '/attempts?phone=0005', '/attempts?q=nothing', '/attempts?parked=true'],
  ...['/attempts?state=cancelled&type=otp', '/attempts/attempt-00000500'],
  ...['/contacts', '/contacts?categoryId=cat', '/contacts/contact-00000500', '/categories'],
  ...['/campaigns', '/campaigns/camp', '/campaigns/camp/recipients', '/campaigns/camp/recipients?state=no_interaction'],
  ...['/campaigns/camp/recipients?state=failed', '/webhook-events', '/webhook-events?verdict=ignored'],
  ...['/webhook-events?q=nothing', '/webhook-events?verdict=failed', '/webhook-events/500'],
  ...['/settings', '/audit', '/suppressions', '/scheduler', '/cache/stats'],
];
const WRITES: [route: string, call: (host: Host, index: number) => Promise<number>][] = [
  ['POST /messages', (host, i) => host.call('POST', '/messages', { to: `+3370000${1000 + i}`, body: 'Bonjour' })],
  [
    'POST /contacts',
    (host, i) => host.call('POST', '/contacts', { phone: `+3371${1000000 + i}`, categoryIds: ['cat'] }),
  ],
  [
    'PATCH /contacts/{id}',
    (host, i) => host.call('PATCH', `/contacts/contact-0000${5000 + i}`, { name: `Autre ${i}` }),
  ],
  ['DELETE /contacts/{id}', (host, i) => host.call('DELETE', `/contacts/contact-0000${6000 + i}`)],
  ['PATCH /categories/{id}', (host, i) => host.call('PATCH', '/categories/cat', { name: `Clients ${i}` })],
  ['PATCH /campaigns/{id}', (host, i) => host.call('PATCH', '/campaigns/camp', { name: `Bench ${i}` })],
  ['PATCH /settings', (host, i) => host.call('PATCH', '/settings', { dailyLimit: 180 + i })],
  ['DELETE /suppressions/{phone}', (host, i) => host.call('DELETE', `/suppressions/%2B33600000${100 + i}`)],
];

/** Each route's 95th percentile: cold after a change that empties the cache, warm when nothing changes. */
export async function measure(host: Host): Promise<Measured[]> {
  const measured: Measured[] = [];
  let renamed = 0;
  for (const route of GETS) {
    const cold: number[] = [];
    const warm: number[] = [];
    for (let call = 0; call < COLD_CALLS; call++) {
      await host.call('PATCH', '/categories/cat', { name: `Nom ${renamed++}` });
      cold.push(await host.call('GET', route));
    }
    for (let call = 0; call < WARM_CALLS; call++) warm.push(await host.call('GET', route));
    measured.push({
      route: `GET ${route}`,
      kind: 'get',
      coldMs: at(cold, 0.95),
      warmMs: at(warm, 0.95),
      coldMedianMs: at(cold, 0.5),
      medianMs: at(warm, 0.5),
    });
  }
  for (const [route, write] of WRITES) {
    const times: number[] = [];
    for (let call = 0; call < COLD_CALLS; call++) times.push(await write(host, call));
    measured.push({
      route,
      kind: 'write',
      coldMs: at(times, 0.95),
      warmMs: at(times, 0.95),
      coldMedianMs: at(times, 0.5),
      medianMs: at(times, 0.5),
    });
  }
  return measured;
}

function at(times: readonly number[], share: number): number {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Latencies at a size, on a folder of its own (PRF-8, PRF-9). */
export async function measureAt(rows: number): Promise<Measured[]> {
  const { dataDir, remove } = seededFolder(rows);
  const host = await startHost(dataDir);
  try {
    await host.call('GET', '/monitoring/stats');
    return await measure(host);
  } finally {
    await host.stop();
    remove();
  }
}

/** Prints the table: p95 cold and warm, and how much slower the median is than with a hundredth of the rows. */
export async function main(): Promise<void> {
  const small = await measureAt(SMALL);
  const large = await measureAt(LARGE);
  const growth = new Map(small.map(({ route, medianMs }) => [route, medianMs]));
  const say = (line: string): boolean => process.stdout.write(`${line}\n`);
  say(
    '| route | p95 cold, ms | p95 warm, ms | median cold, ms | median warm, ms | median, 1 M / 10 k |\n|---|---|---|---|---|---|',
  );
  for (const { route, coldMs, warmMs, coldMedianMs, medianMs } of large) {
    const ratio = medianMs / (growth.get(route) ?? medianMs);
    const figures = [coldMs, warmMs, coldMedianMs, medianMs].map((ms) => ms.toFixed(1));
    say(`| ${[route, ...figures, ratio.toFixed(2)].join(' | ')} |`);
  }
}

if (process.argv[1] === import.meta.filename) await main();
