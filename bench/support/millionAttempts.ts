import { openStore } from '../../backend/storage/store.ts';
import path from 'node:path';

export const MIGRATIONS = path.resolve(import.meta.dirname, '../../migrations');
const DAY_MS = 86_400_000;
const DAYS = 90;

/** Makes a data folder that has sent so many messages in the last 90 days; a thousand of them in the last 24 hours. */
export function fillWithAttempts(dataDir: string, attempts: number, now: number): void {
  const store = openStore(dataDir, MIGRATIONS);
  const database = store.main;
  // It is thrown away after the run.
  database.pragma('synchronous = OFF');
  database.pragma('cache_size = -262144');
  const recent = Math.min(1_000, attempts);
  const span = attempts <= recent ? 1 : Math.floor(((DAYS - 1) * DAY_MS) / (attempts - recent));
  const from = now - DAYS * DAY_MS;
  database
    .transaction(() => {
      database.exec(
        `INSERT INTO lines (id, provider, label, is_default, created_at) VALUES ('wassenger', 'wassenger', 'Line', 1, 0)`,
      );
      database.exec(`
        WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${String(attempts - 1)}),
          times AS (SELECT n, CASE WHEN n < ${String(attempts - recent)} THEN ${String(from)} + n * ${String(span)}
            ELSE ${String(now)} - 3600000 + n - ${String(attempts)} END AS at FROM numbers)
        INSERT INTO attempts (id, line_id, type, phone, body, priority, state, tries, max_attempts, reference, due_at,
          created_at, sending_at, sent_at, finished_at, updated_at)
        SELECT printf('%036d', n), 'wassenger', 'notification', printf('+336%09d', n), 'Bonjour', 3, 'sent', 1, 3,
          printf('attempt:%d', n), at, at, at, at, at, at FROM times`);
      database.exec(`
        INSERT INTO quota_slots (attempt_id, line_id, kind, day, taken_at, settled_at)
        SELECT id, line_id, 'other', date(sending_at / 1000, 'unixepoch'), sending_at, sending_at
        FROM attempts ORDER BY id DESC LIMIT ${String(recent)}`);
      database.exec(`
        INSERT INTO daily_stats (day, other)
        SELECT date(sending_at / 1000, 'unixepoch'), count(*) FROM attempts GROUP BY 1`);
    })
    .immediate();
  store.close();
}
