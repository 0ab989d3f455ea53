import fc from 'fast-check';
import type { Database } from '../../../backend/storage/database.ts';
import type { LocalRow, LocalValue } from '../../../backend/sync/codec.ts';
import { MIRRORS, type ColumnKind, type Mirror } from '../../../backend/sync/mirrors.ts';

/** Letters that some store or other loses: what PostgreSQL refuses, halves of pairs, marks, our own escape. */
const HARD = [
  '\u0000',
  '\u001b',
  '\u001b0',
  '\u001b\u001b',
  '\ud800',
  '\udfff',
  '\ufeff',
  '\u2028',
  '\\',
  '"',
  "'",
  '\n',
];
const SOFT = ['a', 'é', 'ﬀ', '😀', '👩‍👩‍👧', 'ع', '\t', ' ', '%', '{{', '$1', '\u0001', '\u007f', '\uffff'];
const someText = fc
  .array(fc.oneof(fc.constantFrom(...HARD), fc.constantFrom(...SOFT), fc.string({ maxLength: 3 })), { maxLength: 12 })
  .map((parts) => parts.join(''));
const someJson = fc.oneof(
  fc.json(),
  fc.constantFrom(
    '{"b":1,"a":2,"10":3,"9":4}',
    '{"n":12345678901234567890,"f":1.0,"e":1e400}',
    '{"x":"\\u0000 \\ud800 \\udfff","y":"\\u001b"}',
    ' { "a" : [ ] , "a" : null } ',
    'null',
    '""',
  ),
);
/** The years 1 to 9999. */
const someInstant = fc.oneof(
  fc.integer({ min: Date.parse('0001-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59.999Z') }),
  fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }),
);
const someNumber = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom(0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
);
const someDay = fc
  .date({ min: new Date(0), noInvalidDate: true, max: new Date('9999-12-31') })
  .map((at) => at.toISOString().slice(0, 10));

const BY_KIND: Record<ColumnKind, fc.Arbitrary<LocalValue>> = {
  text: someText,
  integer: someNumber,
  instant: someInstant,
  flag: fc.constantFrom(0, 1),
  day: someDay,
};

const oneOf = (...values: string[]): fc.Arbitrary<LocalValue> => fc.constantFrom(...values);
/** Columns that a CHECK constraint limits, as `table.column`. */
const LIMITED: Record<string, fc.Arbitrary<LocalValue>> = {
  'lines.provider': oneOf('wassenger', 'meta', 'simulator'),
  'lines.source': oneOf('app', 'environment', 'demo'),
  'lines.is_default': fc.constant(0),
  'lines.sends_per_minute': fc.integer({ min: 1 }),
  'lines.absent_policy': oneOf('operator', 'retry'),
  'pauses.scope': oneOf('all', 'message_1', 'line', 'campaign'),
  'quota_slots.kind': oneOf('message_1', 'message_2', 'other'),
  'campaigns.status': oneOf('draft', 'scheduled', 'running', 'paused', 'completed', 'cancelled'),
  'campaigns.sends_per_minute': fc.integer({ min: 1 }),
  'recipients.state': oneOf('pending', 'message_1_sent', 'answered', 'message_2_sent', 'failed', 'cancelled'),
  'attempts.type': oneOf('account', 'otp', 'system', 'notification', 'urgent', 'colis_status', 'lot_status'),
  'attempts.state': oneOf('pending', 'sending', 'sent', 'delivered', 'read', 'failed_final', 'cancelled'),
  'attempts.priority': fc.integer({ min: 1, max: 5 }),
  'attempts.max_attempts': fc.integer({ min: 1, max: 20 }),
  'attempts.unknown_at': fc.constant(null),
  'delivery_reports.status': oneOf('sent', 'delivered', 'read', 'failed'),
  'interactions.type': oneOf('text', 'emoji', 'voice', 'audio', 'image', 'video', 'document', 'reaction', 'sticker'),
};
const COUNTS = fc.maxSafeInteger().map(Math.abs);
const JSON_COLUMNS =
  /^(lines\.(warmup_steps|quiet_hours)|settings\.value|contacts\.attributes|campaigns\.(message_1|message_2|audience|final_figures)|attempts\.(media|template|context)|attempt_events\.detail|audit\.detail)$/;
const NEVER_NULL = new Set(['attempts.sending_at', 'attempts.sent_at']);
/** Where a column names a row of another table. */
const PARENTS: Record<string, string> = {
  'contact_categories.category_id': 'categories',
  'contact_categories.contact_id': 'contacts',
  'campaigns.line_id': 'lines',
  'recipients.campaign_id': 'campaigns',
  'attempts.line_id': 'lines',
  'attempts.campaign_id': 'campaigns',
  'attempt_events.attempt_id': 'attempts',
  'provider_ids.attempt_id': 'attempts',
  'delivery_reports.attempt_id': 'attempts',
};

type TableColumn = { name: string; notnull: number };

/** Rows for a table with every value that its columns can hold, `count` of them, each with a key of its own. */
export function someRows(database: Database, mirror: Mirror, options: { count: number; seed: number }): LocalRow[] {
  const { table, key, columns } = mirror;
  const nullable = new Set(
    (database.pragma(`table_info(${table})`) as TableColumn[])
      .filter(({ notnull }) => notnull === 0)
      .map(({ name }) => name),
  );
  const idsOf = (parent: string): string[] => database.prepare<[], string>(`SELECT id FROM ${parent}`).pluck().all();
  const arbitraries = columns
    .filter(({ isDerived }) => !isDerived)
    .map(({ local, kind }): [string, fc.Arbitrary<LocalValue>] => {
      const name = `${table}.${local}`;
      const parent = PARENTS[name];
      const value =
        parent !== undefined
          ? fc.constantFrom(...idsOf(parent))
          : (LIMITED[name] ??
            (JSON_COLUMNS.test(name)
              ? someJson
              : table === 'daily_stats' && kind === 'integer'
                ? COUNTS
                : BY_KIND[kind]));
      return [local, nullable.has(local) && !NEVER_NULL.has(name) && !key.includes(local) ? fc.option(value) : value];
    });
  const rows = fc.sample(fc.record(Object.fromEntries(arbitraries)), { numRuns: options.count, seed: options.seed });
  return rows.map((row, index) => ({ ...row, ...ownName(mirror, row, index) }));
}

/** What makes a row different from every other of its table. */
function ownName({ table }: Mirror, row: LocalRow, index: number): LocalRow {
  const own = (column: string): LocalRow => ({ [column]: `${index}${row[column]}` });
  switch (table) {
    case 'lines':
      return own('id');
    case 'attempts':
      return { ...own('id'), ...own('reference'), ...(row['idempotency_key'] === null ? {} : own('idempotency_key')) };
    case 'pauses':
      return own('target_id');
    case 'settings':
      return own('key');
    case 'daily_stats':
      return { day: new Date(index * 86_400_000).toISOString().slice(0, 10) };
    case 'campaigns':
    case 'categories':
      return { ...own('id'), ...own('name') };
    case 'contacts':
      return { ...own('id'), phone: `+33${String(100_000_000 + index)}`, number: index + 1 };
    case 'suppressions':
      return { phone: `+33${String(100_000_000 + index)}` };
    case 'recipients':
      return { ...own('contact_id'), id: index - 500 };
    case 'provider_ids':
      return own('provider_id');
    case 'delivery_reports':
      return own('code');
    case 'interactions':
      return { ...own('provider_message_id'), id: index - 500 };
    case 'sender_ids':
      return own('sender_id');
    case 'last_incoming':
      return own('phone');
    case 'contact_categories':
      return {};
    default:
      return { id: index - 500 };
  }
}

/** Writes the rows into their tables, parents first; a pair that is drawn twice stands once. */
export function fillEverything(database: Database, options: { count: number; seed: number }): void {
  for (const mirror of MIRRORS) {
    const rows = someRows(database, mirror, options);
    const names = Object.keys(rows[0] ?? {});
    const insert = database.prepare<LocalRow>(
      `INSERT INTO ${mirror.table} (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})
       ${mirror.table === 'contact_categories' ? 'ON CONFLICT DO NOTHING' : ''}`,
    );
    database.transaction(() => {
      for (const row of rows) insert.run(row);
    })();
  }
}
