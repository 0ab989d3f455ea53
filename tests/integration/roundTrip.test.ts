import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Contact } from '../../backend/contract/contacts.ts';
import type { ImportReport } from '../../backend/contract/imports.ts';
import { temporaryFolders } from '../support/folders.ts';
import { AS_CSV, convert, SOFFICE, SOFFICE_NOTE } from '../support/libreOffice.ts';
import {
  JWT_SECRET,
  ROOT,
  startHost,
  startSimulator,
  type RunningHost,
  type RunningSimulator,
} from '../support/processes.ts';

/** Names that a spreadsheet or a reader of CSV could take for something else. */
const NAMES = [
  ...['=1+1', '+cmd|calc', '-2+3', '@SUM(A1)', '=HYPERLINK("http://x","y")', "'=1", "''=1", '＝1', "l'an", '-', '='],
  ...['a"b', '"', '""', 'a;b,c', 'a\tb', 'Été\nà 2', 'deux  espaces', '001', '1e5', 'TRUE', '12/11/2026', 'phone'],
  ...['Zoé 👩‍👩‍👧', '🇫🇷', 'مرحبا', '日本', 'Ｆ', '\u00a0|', 'NULL', '\\N', 'name;phone', '#REF!'],
];

const execFileAsync = promisify(execFile);
const folder = temporaryFolders('vigie-round-trip-');
let dataDir: string;
let simulator: RunningSimulator;
let host: RunningHost;
beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'vigie-round-trip-'));
  simulator = await startSimulator({ answers: { share: 0 } });
  host = await startHost({ dataDir, provider: simulator });
});
afterAll(async () => {
  await host.end();
  await simulator.end();
  rmSync(dataDir, { recursive: true });
});

type People = Record<string, string>;
let people: People;
let campaignId: string;
beforeEach(async () => {
  await forgetAll();
  const made = [];
  for (const [index, name] of NAMES.entries()) {
    const phone = `+3363998${String(index).padStart(4, '0')}`;
    made.push((await host.call<Contact>('POST', '/contacts', { name, phone, attributes: { ville: 'Nîmes' } })).body);
  }
  people = await stored();
  expect(Object.values(people).toSorted()).toEqual(NAMES.map((name) => name.trim()).toSorted());
  const campaign = {
    ...{ name: 'Aller et retour', contactIds: made.map(({ id }) => id) },
    ...{ message1: { body: 'Bonjour' }, message2: { body: 'Merci' } },
  };
  campaignId = (await host.call<{ id: string }>('POST', '/campaigns', campaign)).body.id;
  expect((await host.call('POST', `/campaigns/${campaignId}/start`)).status).toBe(200);
});

const contacts = async () => (await host.call<{ items: Contact[] }>('GET', '/contacts?limit=200')).body.items;
const stored = async (): Promise<People> =>
  Object.fromEntries((await contacts()).map(({ phone, name }) => [phone, name]));
async function forgetAll(): Promise<void> {
  for (const { id } of await contacts()) await host.call('DELETE', `/contacts/${id}`);
}
async function exported(separator: string): Promise<string> {
  const response = await fetch(`${host.admin}/api/campaigns/${campaignId}/export.csv?separator=${separator}`, {
    headers: { authorization: `Bearer ${host.token}` },
  });
  expect(response.headers.get('content-type')).toContain('text/csv');
  // As bytes: decoding would take the mark away.
  return Buffer.from(await response.arrayBuffer()).toString('utf8');
}
const imported = async (csv: string): Promise<ImportReport> =>
  (await host.call<ImportReport>('POST', '/contacts/import', csv)).body;

/** What the command line says, as JSON, on the folder of the running host. */
async function vigie(...args: string[]): Promise<unknown> {
  const { stdout } = await execFileAsync(
    process.execPath,
    [path.join(ROOT, 'backend/cli/main.ts'), ...args, '--json', '--data-dir', dataDir],
    { env: { PATH: process.env['PATH'], HOME: process.env['HOME'], VIGIE_JWT_SECRET: JWT_SECRET } },
  );
  return JSON.parse(stdout);
}

describe('what is exported is imported again as it was (CMP-1, CMP-13)', () => {
  it.each([',', ';'])('by the routes, with %j between the cells', async (separator) => {
    const csv = await exported(separator);
    await forgetAll();
    expect(await imported(csv)).toMatchObject({ imported: NAMES.length, updated: 0, refused: [], total: NAMES.length });
    expect(await stored()).toEqual(people);
    // What a campaign knows about a recipient is nothing that a contact has.
    for (const { attributes } of await contacts()) expect(attributes).toEqual({});
  });

  it('over the contacts that are there: nothing changes, and nothing is added to them', async () => {
    const before = (await contacts()).map(({ updatedAt: _, ...contact }) => contact);
    expect(await imported(await exported(','))).toMatchObject({ imported: 0, updated: NAMES.length, refused: [] });
    expect((await contacts()).map(({ updatedAt: _, ...contact }) => contact)).toEqual(before);
  });

  it('by the command line', async () => {
    const file = path.join(folder(), 'recipients.csv');
    expect(await vigie('export', 'recipients', '--campaign', campaignId, '--out', file)).toEqual({
      ...{ rows: NAMES.length, file },
    });
    await forgetAll();
    expect(await vigie('import', file)).toMatchObject({ imported: NAMES.length, refused: [] });
    expect(await stored()).toEqual(people);
  });
});

describe.skipIf(SOFFICE === undefined)(`what LibreOffice saved again ${SOFFICE_NOTE}`, () => {
  it('is imported as it was (CMP-13)', async () => {
    const dir = folder();
    writeFileSync(path.join(dir, 'export.csv'), await exported(','));
    await convert(dir, 'xlsx', 'export.csv');
    const csv = readFileSync(await convert(dir, AS_CSV, 'export.xlsx'), 'utf8');
    await forgetAll();
    expect(await imported(csv)).toMatchObject({ imported: NAMES.length, refused: [] });
    expect(await stored()).toEqual(people);
  });
});
