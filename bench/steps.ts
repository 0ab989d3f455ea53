import { loadavg } from 'node:os';
import { composeCampaigns } from '../backend/composeCampaigns.ts';
import { systemClock } from '../backend/core/clock.ts';
import { HOUR_MS } from '../backend/core/days.ts';
import { createIds } from '../backend/core/ids.ts';
import { silentLogger } from '../backend/core/logger.ts';
import { seededRandom } from '../backend/core/random.ts';
import { silentNotify } from '../backend/monitoring/notify.ts';
import { QuotaLedger } from '../backend/monitoring/quotaLedger.ts';
import { createAttemptQueue } from '../backend/sending/attemptQueue.ts';
import { AttemptStore } from '../backend/sending/attemptStore.ts';
import { LineQueue } from '../backend/sending/lineQueue.ts';
import { Outcomes } from '../backend/sending/outcomes.ts';
import { createAudit } from '../backend/storage/audit.ts';
import { inTransaction, type Database } from '../backend/storage/database.ts';
import { openStore } from '../backend/storage/store.ts';
import { seededFolder } from './support/apiFolder.ts';
import { MIGRATIONS } from './support/millionAttempts.ts';
import { percentile } from './support/statistics.ts';

const STORED = 1_000_000;
const MESSAGES = 100_000;

/** A running campaign on line `first` that was to begin in two hours; none of its messages has left. */
function addCampaign(database: Database, now: number): void {
  const people = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MESSAGES}),
    people (id, phone) AS (SELECT printf('contact-%08d', i), '+336' || printf('%08d', i) FROM n)`;
  database.exec(`
    INSERT INTO lines (id, provider, label, created_at)
      VALUES ('first', 'simulator', 'First', 1), ('second', 'simulator', 'Second', 1);
    INSERT INTO campaigns (id, name, status, line_id, message_1, message_2, audience, start_at, started_at, created_at, updated_at)
      VALUES ('big', 'Big', 'running', 'first', '{"body":"a"}', '{"body":"b"}', '{"categoryIds":[],"contactIds":[]}',
        ${now}, ${now}, 1, 1);
    ${people} INSERT INTO recipients (campaign_id, contact_id, phone, updated_at) SELECT 'big', id, phone, 1 FROM people;
    ${people} INSERT INTO attempts (id, line_id, type, campaign_id, contact_id, phone, body, priority, max_attempts, reference,
        due_at, created_at, updated_at)
      SELECT 'big-' || id, 'first', 'message_1', 'big', id, phone, 'Bonjour', 4, 3, 'big:' || id || ':message_1',
        ${now + 2 * HOUR_MS}, ${now}, 1 FROM people`);
}

function wire(database: Database) {
  const clock = systemClock;
  const ids = createIds(clock);
  const store = new AttemptStore(database);
  const outcomes = new Outcomes({
    ...{ database, store, clock, ledger: new QuotaLedger(database), random: seededRandom(1), notify: silentNotify },
    effects: { pauseCampaign() {}, pauseLine() {}, pauseAll() {}, optOut() {}, ended: () => null },
    ...{ classify: () => 'retry' as const, retryBaseMs: () => 1, settlingMs: 1 },
  });
  const attempts = createAttemptQueue({ store, outcomes, clock, ids });
  const { closing, recipientListener } = composeCampaigns({
    ...{
      database,
      clock,
      ids,
      attempts,
      logger: silentLogger,
      notify: silentNotify,
      audit: createAudit(database, clock),
    },
    ...{ locale: () => 'fr', interactionRate: () => 0, chooseLine: () => 'second', reasonMessage: () => '', wake() {} },
    settings: () => ({
      ...{ defaultCountry: 'FR', dailyLimit: 180, rollingLimit: 1000, maxAttempts: 3 },
      ...{ countReactions: false, countStickers: false, stopWords: [] },
    }),
  });
  outcomes.onChange(recipientListener);
  return { attempts, closing, lineQueue: new LineQueue({ database, outcomes }) };
}

/** Repeats a step until nothing is left; a line of the table, in ms. */
function measure(name: string, step: () => number): string[] {
  const processor: number[] = [];
  const whole: number[] = [];
  let total = 0;
  for (let done = -1; done !== 0; total += done) {
    const [startedAt, before] = [performance.now(), process.threadCpuUsage()];
    done = step();
    const { user, system } = process.threadCpuUsage(before);
    processor.push((user + system) / 1000);
    whole.push(performance.now() - startedAt);
  }
  if (total !== MESSAGES) throw new Error(`${name}: ${String(total)}`);
  const all = processor.reduce((sum, ms) => sum + ms, 0) / 1000;
  const longest = [percentile(processor, 0.5), Math.max(...processor), Math.max(...whole)];
  return [name, String(processor.length - 1), ...longest.map((ms) => ms.toFixed(1)), all.toFixed(1)];
}

/** What was one transaction before it was done in steps (API-5, UI-5): how long a step holds everything else up. */
function main(): void {
  const { dataDir, remove } = seededFolder(STORED);
  const store = openStore(dataDir, MIGRATIONS);
  const database = store.main;
  const now = systemClock.now();
  addCampaign(database, now);
  const { attempts, closing, lineQueue } = wire(database);
  const head = [
    '100,000 messages',
    'steps',
    'median, processor ms',
    'longest, processor ms',
    'longest, ms',
    'all, processor s',
  ];
  const rows = [
    measure('a start before the hour', () =>
      inTransaction(database, () => attempts.advanceOfCampaign('big', now, 200)),
    ),
  ];
  database.exec(`UPDATE lines SET archived_at = 1, moved_to = 'second' WHERE id = 'first'`);
  rows.push(measure('moved from a removed line', () => lineQueue.step(now)));
  database.exec(`UPDATE lines SET archived_at = 1 WHERE id = 'second'`);
  rows.push(measure('cancelled with a removed line', () => lineQueue.step(now)));
  database.exec(`UPDATE recipients SET state = 'message_1_sent', message_1_sent_at = 1 WHERE campaign_id = 'big'`);
  rows.push(measure('windows that close', () => closing.step().noInteraction));
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  process.stdout.write(`${lines.join('\n')}\n\nLoad of the machine: ${(loadavg()[0] ?? 0).toFixed(1)}\n`);
  store.close();
  remove();
}

main();
