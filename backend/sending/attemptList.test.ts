import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTestEngine, type TestEngine } from '../../tests/support/engine.ts';
import { attemptState, type AttemptListInput } from '../contract/attempts.ts';
import { AttemptList } from './attemptList.ts';

vi.setConfig({ testTimeout: 120_000 });

let engine: TestEngine;
let list: AttemptList;
beforeAll(() => {
  engine = createTestEngine();
  engine.database.pragma('synchronous = OFF');
  engine.runningCampaign('a');
  engine.runningCampaign('b');
  // So few, that a search over a dozen rows needs several answers.
  list = new AttemptList({ database: engine.database, defaultCountry: () => 'FR', searchedRows: 3 });
});
afterAll(() => {
  engine.remove();
});

type Row = {
  id: string;
  created_at: number;
  state: string;
  type: string;
  campaign_id: string | null;
  phone: string;
  title: string | null;
  category: string | null;
  reference: string;
  parked_at: number | null;
};
const PHONES = ['+33639980001', '+33639980002', '+32470123456'];
const TEXTS = [null, 'Solde', '100%_sûr', 'SOLDE d’été'];

const arbitraryRow = fc.record({
  created_at: fc.nat(4),
  state: fc.constantFrom(...attemptState.options),
  type: fc.constantFrom('notification', 'otp', 'urgent'),
  campaign_id: fc.constantFrom(null, 'a', 'b'),
  phone: fc.constantFrom(...PHONES),
  title: fc.constantFrom(...TEXTS),
  category: fc.constantFrom(...TEXTS),
  parked_at: fc.constantFrom(null, 1),
});
const arbitraryFilter = fc.record(
  {
    state: fc.constantFrom(...attemptState.options),
    type: fc.constantFrom('notification', 'otp'),
    campaignId: fc.constantFrom('a', 'b', 'none'),
    phone: fc.constantFrom('06 39 98 00 01', '+33639980002', '9980', '0470', '%'),
    q: fc.constantFrom('solde', '100%_', '_', 'attempt:', '+33639980001'),
    parked: fc.boolean(),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Partial<AttemptListInput>>;

/** What a filter means, said once more and without an index. */
function matches(row: Row, filter: Partial<AttemptListInput>): boolean {
  const { state, type, campaignId, phone, q, parked } = filter;
  const has = (text: string | null, part: string) => text?.toLowerCase().includes(part.toLowerCase()) ?? false;
  const wanted = phone === '06 39 98 00 01' ? '+33639980001' : (phone ?? '').replace(/^0/, '');
  return (
    (state === undefined || row.state === state) &&
    (type === undefined || row.type === type) &&
    (campaignId === undefined || row.campaign_id === campaignId) &&
    (parked !== true || row.parked_at !== null) &&
    has(row.phone, wanted) &&
    (q === undefined || [row.reference, row.title, row.category, row.phone].some((text) => has(text, q)))
  );
}

function write(rows: readonly Omit<Row, 'id' | 'reference'>[]): Row[] {
  const insert = engine.database.prepare(`
    INSERT INTO attempts (id, line_id, type, campaign_id, phone, title, category, priority, state, max_attempts,
      reference, due_at, created_at, sending_at, sent_at, unknown_at, parked_at, updated_at)
    VALUES (@id, 'line', @type, @campaign_id, @phone, @title, @category, 3, @state, 3,
      @reference, 1, @created_at, 1, 1, iif(@state = 'unknown', 1, NULL), @parked_at, 1)`);
  return rows.map((row, index) => {
    const id = `id-${String(index).padStart(3, '0')}`;
    const written = { ...row, id, reference: `attempt:${id}` };
    insert.run(written);
    return written;
  });
}

describe('the list of attempts (UI-7)', () => {
  it('gives by its pages, whatever the filters and their number, what a filter means, newest first, each once', () => {
    const rule = fc.property(
      fc.array(arbitraryRow, { maxLength: 14 }),
      arbitraryFilter,
      fc.integer({ min: 1, max: 5 }),
      (rows, filter, limit) => {
        engine.database.exec('BEGIN');
        try {
          const wanted = write(rows)
            .filter((row) => matches(row, filter))
            .sort((one, other) => other.created_at - one.created_at || (other.id < one.id ? -1 : 1))
            .map(({ id }) => id);
          const found: string[] = [];
          let pages = 0;
          for (let cursor: string | undefined; pages++ < 100;) {
            const page = list.page({ ...filter, limit, cursor });
            expect(page.rows.length).toBeLessThanOrEqual(limit);
            found.push(...page.rows.map(({ id }) => id));
            if (page.nextCursor === null) break;
            cursor = page.nextCursor;
          }
          expect(found).toEqual(wanted);
        } finally {
          engine.database.exec('ROLLBACK');
        }
      },
    );
    fc.assert(rule, { numRuns: 1000 });
  });

  it('refuses a cursor that is none (API-2)', () => {
    expect(() => list.page({ limit: 5, cursor: 'nonsense' })).toThrowError(
      expect.objectContaining({ code: 'bad_request' }),
    );
  });
});
