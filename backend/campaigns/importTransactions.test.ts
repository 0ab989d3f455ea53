import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestStore } from '../../tests/support/engine.ts';
import { systemClock } from '../core/clock.ts';
import { createIds } from '../core/ids.ts';
import type { Database } from '../storage/database.ts';
import { ContactSearchIndex } from './contactSearch.ts';
import { runsOf } from './importRun.ts';
import { ImportStatements } from './importStatements.ts';
import { ImportStore } from './importStore.ts';
import { ImportUndo } from './importUndo.ts';
import { ImportWriter } from './importWriter.ts';

/**
 * What a transaction may do at most, however fast the machine: some 15 ms of work on the one where it was measured, so
 * that nobody waits longer than 25 ms for a quiet one (PRF-10). Counted, for a clock says little on a shared machine.
 */
const MOST_CONTACTS = 2_500;
const MOST_CALLS = 150;
/** Those are indexed letter by letter. */
const MOST_INDEXED = 1_000;
const LINES = 12_000;

let database: Database;
let remove: () => void;
let calls = 0;
let longest = { calls: 0, contacts: 0 };

beforeAll(() => {
  const folder = createTestStore();
  ({ remove } = folder);
  database = folder.store.main;
  database.pragma('synchronous = OFF');
  const prepare = database.prepare.bind(database);
  const counting = (sql: string) => {
    const statement = prepare(sql);
    for (const name of ['run', 'get', 'all'] as const) {
      const call = statement[name];
      Object.assign(statement, { [name]: (...values: unknown[]) => (calls++, Reflect.apply(call, statement, values)) });
    }
    return statement;
  };
  Object.assign(database, { prepare: counting });
  database.exec(`
    CREATE TEMP TABLE touched (rows INTEGER NOT NULL);
    INSERT INTO touched VALUES (0);
    CREATE TEMP TRIGGER made AFTER INSERT ON contacts BEGIN UPDATE touched SET rows = rows + 1; END;
    CREATE TEMP TRIGGER changed AFTER UPDATE ON contacts BEGIN UPDATE touched SET rows = rows + 1; END;
    CREATE TEMP TRIGGER gone AFTER DELETE ON contacts BEGIN UPDATE touched SET rows = rows + 1; END;`);
});
afterAll(() => {
  remove();
});

/** Runs a transaction that nothing cuts short and keeps what the largest one did. */
function counted<Result>(transaction: (goesOn: () => boolean) => Result): Result {
  const rows = database.prepare<[], number>(`SELECT rows FROM touched`).pluck();
  const before = rows.get() ?? 0;
  calls = 0;
  const result = transaction(() => true);
  longest = {
    calls: Math.max(longest.calls, calls),
    contacts: Math.max(longest.contacts, (rows.get() ?? 0) - before),
  };
  return result;
}

const ids = createIds(systemClock);
const phone = (index: number): string => `+3361${String(1_000_000 + ((index * 7_919) % 1_000_000))}`;

/** Imports a list whose names are all new, every tenth line refused; transactions that it took. */
function imported(name: string): { number: number; afterNumber: number; transactions: number } {
  const store = new ImportStore(database);
  const id = ids.next();
  store.insert({ id, fileName: 'a.csv', state: 'ready', size: 1, now: 1 });
  store.begin(store.byId(id)!, 'running', { options: { country: 'FR' }, now: 1 });
  const { number, afterNumber } = store.byId(id)!;
  const lines = Array.from({ length: LINES }, (_, index) =>
    index % 10 === 9 ? `${name};12;A|B` : `${name} ${index};${phone(index)};A|B`,
  );
  const file = Buffer.from(`nom;tel;catégorie\n${lines.join('\n')}`);
  const statements = new ImportStatements(database);
  const writer = new ImportWriter({ database, statements, ids }, { number, category: 'Tous', dryRun: false, now: 2 });
  const [run] = [...runsOf(() => [file], { country: 'FR' }, { runLines: 100_000, sorted: true, ids })];
  let transactions = 0;
  for (let from = 0; from < run!.parts.length; transactions++)
    from = counted((goesOn) => writer.write(run!, { from, runsDone: 0 }, goesOn));
  expect(store.byId(id)).toMatchObject({ total: LINES, refused: LINES / 10 });
  return { number, afterNumber, transactions };
}

describe('the transactions of a long import', () => {
  it('stay short in rows and calls: new contacts, known ones, the search index, the undo (PRF-10, CMP-1)', () => {
    const made = imported('Awa');
    expect(longest.contacts).toBe(MOST_CONTACTS);
    expect(longest.calls).toBeLessThanOrEqual(MOST_CALLS);
    expect(made.transactions).toBeGreaterThanOrEqual(LINES / MOST_CONTACTS);
    const search = new ContactSearchIndex(database);
    let indexing = 0;
    while (counted((goesOn) => search.catchUp(goesOn))) indexing++;
    expect(indexing).toBeGreaterThanOrEqual(Math.floor((0.9 * LINES) / MOST_INDEXED));

    longest = { calls: 0, contacts: 0 };
    const again = imported('Zoé');
    expect(longest.contacts).toBe(MOST_CONTACTS);
    expect(longest.calls).toBeLessThanOrEqual(MOST_CALLS);

    longest = { calls: 0, contacts: 0 };
    for (const undone of [again, made]) {
      const undo = new ImportUndo(database, { ...undone, now: 3 });
      while (counted((goesOn) => undo.step(goesOn)));
    }
    expect(longest.contacts).toBe(MOST_CONTACTS);
    expect(longest.calls).toBeLessThanOrEqual(MOST_CALLS);
    expect(database.prepare(`SELECT count(*) AS contacts FROM contacts`).get()).toEqual({ contacts: 0 });
  });
});
