import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestCampaigns, type TestCampaigns } from '../tests/support/campaigns.ts';
import { temporaryFolders } from '../tests/support/folders.ts';
import { AS_CSV, convert, SOFFICE, SOFFICE_NOTE } from '../tests/support/libreOffice.ts';
import { findRoles } from './campaigns/csvColumns.ts';
import { openCsv } from './campaigns/csvFile.ts';
import { fromCell } from './core/spreadsheetText.ts';
import { createExports } from './exports.ts';
import { silentLogger } from './core/logger.ts';
import { createRouter } from './http/router.ts';
import { createRouterClient } from '@orpc/server';
import { Monitoring } from './monitoring/monitoring.ts';
import { stubServices } from '../tests/support/stubServices.ts';
import type { Services } from './services.ts';

vi.setConfig({ testTimeout: 180_000 });
const folder = temporaryFolders('vigie-export-');

let host: TestCampaigns;
let exports: Services['exports'];
beforeAll(() => {
  host = createTestCampaigns({ durable: false });
  const { engine, database, clock } = host;
  const monitoring = new Monitoring({
    ...{ database, clock, ledger: engine.ledger, limits: () => engine.limits, locale: () => 'fr' },
    ...{ timeZone: () => 'UTC', pauses: () => [], unknown: () => ({ unknown: 0, parked: 0 }), forecast: () => null },
    ...{ lines: () => [], clockStanding: () => ({ heldUntil: null, offsetMinutes: null }), heldForReplies: () => 0 },
    shared: () => null,
    codeSentence: (code) => `=${code}`,
  });
  exports = createExports({
    ...{ campaigns: host.campaigns, attempts: engine.views },
    errors: (page) => monitoring.errorPage(page),
  });
});
beforeEach(() => {
  host.clear();
});
afterAll(() => {
  host.engine.remove();
});

const fileOf = (chunks: Iterable<{ csv: string }>): string => [...chunks].map(({ csv }) => csv).join('');
/** As our own import reads a file: cells by the titles of their columns. */
function read(file: string): Record<string, string>[] {
  const { header, rows } = openCsv(() => [Buffer.from(file)]);
  return [...rows].flat().map((row) => {
    if (row.kind === 'broken') throw new Error(row.text);
    return Object.fromEntries(row.cells.map((cell, index) => [header[index]!, fromCell(cell)]));
  });
}
const NASTY = [
  '=1+1',
  '+cmd|calc',
  '-2',
  '@SUM(A1)',
  `=HYPERLINK("http://x","y")`,
  "'=1",
  'a"b;c,d',
  '＝1',
  'Été\nà 2',
  "l'an",
];

describe('the export of recipients (CMP-13)', () => {
  it('holds every recipient once, however many pieces it takes, and opens with a mark for accents', async () => {
    const people = Array.from({ length: 1_203 }, (_, index) => host.contact({ name: `Personne ${index}` }));
    const { id } = host.campaign({ contactIds: people.map((person) => person.id) });
    await host.launch.start(id, 'test');
    await host.preparation.idle();
    const chunks = [...exports.recipients({ id, separator: ',' })];
    expect(chunks.map(({ rows }) => rows)).toEqual([500, 500, 203]);
    const file = fileOf(chunks);
    expect(file.startsWith('\uFEFFphone,name,contactId,state,')).toBe(true);
    const rows = read(file);
    expect(rows.map(({ name }) => name).toSorted()).toEqual(people.map(({ name }) => name).toSorted());
    expect(rows[0]).toMatchObject({ state: 'pending', message1SentAt: '' });
    const pending = [...exports.recipients({ id, state: 'failed', separator: ';' })];
    expect(pending).toHaveLength(1);
    expect(pending[0]?.rows).toBe(0);
  });

  it('is read again by the import with every name as it was, whatever the names (round trip)', () => {
    const name = fc.oneof(
      fc.constantFrom(...NASTY),
      fc.string({ unit: fc.constantFrom(...`=+-@'",;\t\n é1`), maxLength: 10 }),
    );
    const rule = fc.property(
      fc.array(name, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(',' as const, ';' as const),
      (names, separator) => {
        host.database.exec('BEGIN');
        try {
          const people = names.map((one) => host.contact({ name: one }));
          const { id } = host.started(people);
          const rows = read(fileOf(exports.recipients({ id, separator })));
          const byPhone = new Map(rows.map((row) => [row['phone'], row['name']]));
          expect(byPhone).toEqual(new Map(people.map(({ phone, name: kept }) => [phone, kept])));
        } finally {
          host.database.exec('ROLLBACK');
        }
      },
    );
    fc.assert(rule, { numRuns: 1_000 });
  });

  it('brings nothing but phones and names back: what a campaign knows about a recipient is no attribute', () => {
    const { id } = host.campaign();
    const [title = ''] = fileOf(exports.recipients({ id, separator: ',' })).split('\r\n');
    const header = title.replace('\uFEFF', '').split(',');
    expect(findRoles(header)).toEqual(['phone', 'name', ...header.slice(2).map(() => 'ignore')]);
    expect(findRoles(['phone', 'state'])).toEqual(['phone', 'attribute']);
  });

  it('refuses a campaign that does not exist before it begins', () => {
    expect(() => exports.recipients({ id: 'none', separator: ',' })).toThrow('not_found');
  });
});

describe('the exports of attempts and errors (CMP-13)', () => {
  it('hold what the lists hold, with the same filters', async () => {
    const { engine } = host;
    engine.add({ title: '=1+1' });
    const { id } = host.started([host.contact()]);
    const claim = engine.claim();
    if (claim.kind !== 'claimed') throw new Error(claim.kind);
    engine.outcomes.refused(claim.attempt, { kind: 'refused', code: 'cmd', detail: '', class: 'final_content' });
    expect(read(fileOf(exports.attempts({ separator: ',' })))).toHaveLength(2);
    const [own] = read(fileOf(exports.attempts({ type: 'notification', separator: ',' })));
    expect(own).toMatchObject({ title: '=1+1', phone: '+33639980001', campaignId: '' });
    expect(read(fileOf(exports.attempts({ campaignId: id, separator: ',' })))).toMatchObject([{ type: 'message_1' }]);
    expect(read(fileOf(exports.errors({ separator: ',' })))).toMatchObject([{ code: 'cmd', message: '=cmd' }]);
    const others = fileOf(exports.errors({ campaignId: id, separator: ',' }));
    expect(read(others)).toHaveLength(claim.attempt.campaignId === id ? 1 : 0);
  });

  it('end for everybody when they are not taken any further', async () => {
    let asked = 0;
    const services = stubServices({
      exports: {
        *attempts() {
          for (;;) yield { csv: String(asked++), rows: 1 };
        },
      },
    });
    const router = createRouter(services, { locale: () => 'fr', logger: silentLogger });
    const client = createRouterClient(router, { context: { actor: 'test' } });
    for await (const chunk of await client.exports.attempts({})) if (chunk.csv === '4') break;
    expect(asked).toBe(5);
  });
});

describe.skipIf(SOFFICE === undefined)(`LibreOffice ${SOFFICE_NOTE}`, () => {
  it('opens an export and finds no formula in it; what it saves is imported again (CMP-13)', async () => {
    const people = NASTY.map((name) => host.contact({ name }));
    const { id } = host.started(people);
    const dir = folder();
    writeFileSync(path.join(dir, 'export.csv'), fileOf(exports.recipients({ id, separator: ',' })));
    // Flat XML shows each cell as the program understood it.
    const sheet = readFileSync(await convert(dir, 'fods', 'export.csv'), 'utf8');
    expect(sheet).toContain('office:value-type="string"');
    expect(sheet).not.toContain('table:formula');
    expect(sheet).not.toContain('xlink:href');
    await convert(dir, 'xlsx', 'export.csv');
    const saved = readFileSync(await convert(dir, AS_CSV, 'export.xlsx'), 'utf8');
    expect(new Set(read(saved).map(({ name }) => name))).toEqual(new Set(people.map(({ name }) => name)));
    expect(new Set(read(saved).map(({ phone }) => phone))).toEqual(new Set(people.map(({ phone }) => phone)));
  });
});
