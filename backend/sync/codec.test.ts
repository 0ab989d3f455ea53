import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTestStore } from '../../tests/support/engine.ts';
import { fillEverything } from '../../tests/support/supabase/rows.ts';
import { decodeRow, encodeRow, UncopiableError, type LocalRow } from './codec.ts';
import { MIRRORS, type ColumnKind, type Mirror } from './mirrors.ts';

const anyText = fc
  .array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\u0000', '\u001b', '\u001b0', '😀', '\\', '"')))
  .map((parts) => parts.join(''));
const ANY: Record<ColumnKind, fc.Arbitrary<string | number>> = {
  text: anyText,
  integer: fc.maxSafeInteger(),
  instant: fc.integer({ min: Date.parse('0001-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59.999Z') }),
  flag: fc.constantFrom(0, 1),
  day: fc.constantFrom('1970-01-01', '2024-02-29', '9999-12-31'),
};
const rowOf = ({ columns }: Mirror): fc.Arbitrary<LocalRow> =>
  fc.record(Object.fromEntries(columns.map(({ local, kind }) => [local, fc.option(ANY[kind])])));
/** As PostgREST writes a timestamp: no zeros at the end, an offset instead of Z. */
const asAnswered = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? value.replace(/\.?0*Z$/, '+00:00') : value;

it.each(MIRRORS.map((mirror) => [mirror.table, mirror] as const))(
  'a row of %s comes back as it left, and PostgreSQL can take it (SYN-4)',
  (_table, mirror) => {
    fc.assert(
      fc.property(rowOf(mirror), (row) => {
        const sent = JSON.stringify(encodeRow(mirror, row));
        expect(sent).not.toMatch(/\\u0000/);
        const answered = JSON.parse(sent, (_key, value) => asAnswered(value)) as Record<string, unknown>;
        expect(decodeRow(mirror, answered)).toEqual(row);
      }),
      { numRuns: 1_000 },
    );
  },
);

it('refuses what has no place in the copy instead of changing it (SYN-4)', () => {
  const [line] = MIRRORS;
  const row = { id: 'l', created_at: 0 };
  for (const wrong of [
    { created_at: Date.parse('9999-12-31T23:59:59.999Z') + 1 },
    { gap_min_ms: 2 ** 53 },
    { gap_max_ms: 0.5 },
  ])
    expect(() => encodeRow(line!, { ...row, ...wrong })).toThrow(UncopiableError);
  expect(() => decodeRow(line!, { ...encodeRow(line!, row), created_at: 'yesterday' })).toThrow(UncopiableError);
  expect(() => decodeRow(line!, { ...encodeRow(line!, row), is_default: 'yes' })).toThrow(UncopiableError);
});

/** Why a column of a mirrored table is not copied. */
const LEFT_OUT: Record<string, string> = {
  'categories.contact_count': 'kept by triggers',
  'contacts.import_number': 'imports and their undo stay on the machine that made them',
  'attempts.rank': 'follows from priority and type',
  'lines.moved_to': 'the machine that continues cancels what had not been moved yet',
  'categories.removed_at': 'a hidden category is named by its id, and a pull leaves it out',
};
/** Tables that are not copied, and why. */
const NOT_MIRRORED: Record<string, string> = {
  meta: 'about this file',
  attempt_days: 'kept by triggers',
  attempt_delays: 'kept by triggers',
  webhook_events: 'what they changed is copied',
  webhook_orphans: 'belong to webhook_events',
  imports: 'stay on the machine that made them',
  import_refusals: 'belong to imports',
  import_changes: 'belong to imports',
  launches: 'a list that was being made is taken back by the machine that continues',
  quota_window: 'kept by triggers',
  id_questions: 'a machine that continues asks when it hears of the message',
  shared_lease: 'about this machine',
  sealing_keys: 'says which keys the texts of this file need; those who pull have them as settings',
  contact_search_waiting: 'the search index is made anew',
  job_runs: 'about this machine',
  sync_outbox: 'what is still to be copied',
  sync_state: 'about this file',
  sync_brought_back: 'stands in Supabase under the other machine',
};

it('every table and column is copied, or named here with the reason why not (SYN-1)', () => {
  const { store, remove } = createTestStore();
  try {
    const tables = store.main
      .prepare<[], string>(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'contact_search%'`,
      )
      .pluck()
      .all();
    const mirrored = MIRRORS.map(({ table }) => table);
    expect(tables.filter((table) => !mirrored.includes(table) && NOT_MIRRORED[table] === undefined)).toEqual([]);
    const missing = MIRRORS.flatMap(({ table, columns }) =>
      (store.main.pragma(`table_xinfo(${table})`) as { name: string }[])
        .map(({ name }) => name)
        .filter((name) => !columns.some(({ local }) => local === name))
        .map((name) => `${table}.${name}`),
    );
    expect(missing.filter((column) => LEFT_OUT[column] === undefined)).toEqual([]);
    // The rows that the round trips are made with fit every rule of the tables.
    fillEverything(store.main, { count: 3, seed: 1 });
  } finally {
    remove();
  }
});
