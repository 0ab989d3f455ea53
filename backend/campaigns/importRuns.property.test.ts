import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestStore } from '../../tests/support/engine.ts';
import { systemClock } from '../core/clock.ts';
import { createIds } from '../core/ids.ts';
import type { Database } from '../storage/database.ts';
import { runsOf } from './importRun.ts';
import { ImportStatements } from './importStatements.ts';
import { ImportStore } from './importStore.ts';
import { ImportWriter } from './importWriter.ts';
import { PhoneSet } from './phoneSet.ts';

let database: Database;
let statements: ImportStatements;
let remove: () => void;
beforeAll(() => {
  const folder = createTestStore();
  ({ remove } = folder);
  database = folder.store.main;
  database.pragma('synchronous = OFF');
  statements = new ImportStatements(database);
});
afterAll(() => {
  remove();
});
beforeEach(() => {
  database.exec(`DELETE FROM contacts; DELETE FROM categories; DELETE FROM imports; DELETE FROM import_changes`);
});

const ids = createIds(systemClock);
const PHONES = Array.from({ length: 6 }, (_, index) => `+3363998000${String(index)}`);
type Line = { phone: string; name: string; town: string };
const line = fc.record<Line>({
  phone: fc.constantFrom(...PHONES, 'demain'),
  name: fc.constantFrom('', 'Awa', 'Zoé'),
  town: fc.constantFrom('', 'Lyon', 'Nice'),
});

/** A new import of nothing yet; its number. */
function begun(): number {
  const store = new ImportStore(database);
  const id = ids.next();
  store.insert({ id, fileName: 'a.csv', state: 'ready', size: 1, now: 1 });
  return store.byId(id)!.number;
}

/** Reads the file from its beginning and writes what is not yet written; stops after so many runs, as a kill would. */
function written(lines: readonly Line[], { number, runLines, from, runs, dryRun = false }: Written): number {
  const file = Buffer.from(
    `nom;tel;ville\n${lines.map(({ name, phone, town }) => `${name};${phone};${town}`).join('\n')}`,
  );
  const writer = new ImportWriter({ database, statements, ids }, { number, category: 'Tous', dryRun, now: 2 });
  let runsDone = 0;
  for (const run of runsOf(() => [file], { country: 'FR' }, { runLines, sorted: true, ids })) {
    if (runsDone >= from + runs) break;
    if (runsDone >= from) writer.write(run, { from: 0, runsDone }, () => true);
    runsDone++;
  }
  return runsDone;
}
type Written = { number: number; runLines: number; from: number; runs: number; dryRun?: boolean };

const figures = (number: number) =>
  database.prepare(`SELECT total, imported, updated, refused FROM imports WHERE number = ?`).get(number);
const contacts = () =>
  database
    .prepare<[], { phone: string; name: string; town: string | null }>(
      `SELECT phone, name, attributes ->> 'ville' AS town FROM contacts ORDER BY phone`,
    )
    .all();

describe('a file that is read in runs', () => {
  it('gives what its lines give one after the other, wherever it was cut and continued (CMP-1, REL-1)', () => {
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 5 }),
        (lines, runLines, cut) => {
          database.exec(`DELETE FROM contacts; DELETE FROM import_changes`);
          const expected = new Map<string, { name: string; town: string | null }>();
          for (const { phone, name, town } of lines.filter((one) => one.phone !== 'demain')) {
            const present = expected.get(phone);
            expected.set(phone, { name: name || (present?.name ?? ''), town: town || (present?.town ?? null) });
          }
          const refused = lines.filter(({ phone }) => phone === 'demain').length;
          const imported = expected.size;
          const all = { total: lines.length, imported, updated: lines.length - refused - imported, refused };
          const dry = begun();
          written(lines, { number: dry, runLines, from: 0, runs: Infinity, dryRun: true });
          expect(figures(dry)).toEqual(all);
          const number = begun();
          const from = written(lines, { number, runLines, from: 0, runs: cut });
          written(lines, { number, runLines, from, runs: Infinity });
          expect(figures(number)).toEqual(all);
          expect(contacts()).toEqual([...expected].map(([phone, rest]) => ({ phone, ...rest })).sort(byPhone));
          expect(database.prepare(`SELECT contact_count AS count FROM categories`).get()).toEqual({ count: imported });
        },
      ),
      { numRuns: 1000 },
    );
  }, 120_000);
});

const byPhone = (one: { phone: string }, other: { phone: string }): number => (one.phone < other.phone ? -1 : 1);

describe('a file whose lines are wide', () => {
  it('is read in shorter runs, so that none fills the memory (CMP-1)', () => {
    const cells = 'x;'.repeat(400);
    const file = Buffer.from(
      `tel;${Array.from({ length: 400 }, (_, index) => `a${String(index)}`).join(';')}\n${`12;${cells}\n`.repeat(5_000)}`,
    );
    const runs = [...runsOf(() => [file], { country: 'FR' }, { runLines: 100_000, sorted: true, ids })];
    expect(runs.map(({ total }) => total).reduce((sum, total) => sum + total)).toBe(5_000);
    expect(Math.max(...runs.map(({ total }) => total))).toBeLessThan(2_500);
  });
});

describe('a set of phones', () => {
  it('knows each that it was given and no other, however many digits (CMP-1)', () => {
    const digits = fc
      .integer({ min: 1, max: 9 })
      .chain((first) => fc.stringMatching(/^\d{6,18}$/).map((rest) => `+${String(first)}${rest}`));
    fc.assert(
      fc.property(fc.array(fc.oneof(digits, fc.constantFrom(...PHONES)), { maxLength: 60 }), (phones) => {
        const set = new PhoneSet();
        const known = new Set<string>();
        for (const phone of phones) {
          expect(set.add(phone)).toBe(!known.has(phone));
          known.add(phone);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps them all while it grows (CMP-1)', () => {
    const set = new PhoneSet();
    const phones = Array.from({ length: 5_000 }, (_, index) => `+336${String(39_980_000 + index)}`);
    expect(phones.filter((phone) => set.add(phone))).toHaveLength(5_000);
    expect(phones.filter((phone) => set.add(phone))).toEqual([]);
  });
});
