import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestCampaigns, type TestCampaigns } from '../../tests/support/campaigns.ts';
import { importReport, type ImportQuery, type ImportReport } from '../contract/imports.ts';

let host: TestCampaigns;
beforeAll(() => {
  host = createTestCampaigns({ durable: false });
});
afterAll(() => {
  host.engine.remove();
});
beforeEach(() => {
  host.clear();
});
const run = async (file: string, query: ImportQuery = {}): Promise<ImportReport> => {
  const report = await host.contacts.import(new Blob([file]), query);
  expect(report.total).toBe(report.imported + report.updated + report.refusedCount);
  return importReport.parse(report);
};
const all = () => host.contacts.list({ limit: 200 }).items;
const stored = (): string =>
  JSON.stringify(
    ['contacts', 'categories', 'contact_categories', 'imports', 'import_refusals', 'suppressions'].map((table) =>
      host.database.prepare(`SELECT * FROM ${table} ORDER BY 1`).all(),
    ),
  );
const nth = (index: number): string => `06 39 98 ${String(index).padStart(4, '0').replace(/(..)/, '$1 ')}`;

describe('an import', () => {
  it('of 60 lines with 4 bad ones brings in 56 and reports 4 with line, reason and sentence (CMP-1)', async () => {
    const bad = new Map([
      [10, 'Sans numéro;;Lyon'],
      [20, 'Faux;12;Lyon'],
      [30, 'Trop;0639980999;Lyon;encore'],
      [40, '"Ouvert;0639980998;Lyon'],
    ]);
    const lines = Array.from({ length: 60 }, (_, index) => bad.get(index) ?? `Contact ${index};${nth(index)};Lyon`);
    const report = await run(`Nom;Téléphone;Ville\r\n${lines.join('\r\n')}\r\n`, { category: 'Clients' });
    expect(report).toMatchObject({ imported: 56, updated: 0, total: 60, dryRun: false });
    expect(report.refused.map(({ line, reason, value }) => [line, reason, value])).toEqual([
      [12, 'phone_missing', 'Sans numéro Lyon'],
      [22, 'phone_invalid', '12'],
      [32, 'too_many_columns', 'Trop 0639980999 Lyon encore'],
      [42, 'quote_unclosed', '"Ouvert;0639980998;Lyon'],
    ]);
    expect(report.refused.map(({ message }) => message).join()).toContain('valide. Écrivez-le avec l’indicatif');
    expect(host.categories.list({ limit: 50 }).items).toMatchObject([
      { id: report.categoryId, name: 'Clients', contactCount: 56 },
    ]);
    expect(all()[0]).toMatchObject({ name: 'Contact 59', phone: '+33639980059', attributes: { Ville: 'Lyon' } });
    expect(host.database.prepare(`SELECT total, imported, updated, refused FROM imports`).all()).toEqual([
      { total: 60, imported: 56, updated: 0, refused: 4 },
    ]);
  });

  it('merges what stands twice, in the file or in the database: filled wins, empty changes nothing (CMP-1)', async () => {
    const { id: old } = host.categories.create({ name: 'Anciens' });
    host.contact({
      name: 'A. Diop',
      phone: '+33639980001',
      attributes: { ville: 'Lyon', age: '30' },
      categoryIds: [old],
    });
    const file =
      'tel,nom,Ville,note\n0639980001,,Paris,\n0639980002,Zoé,,a\n06.39.98.00.02,,Nice,b\n+33639980001,Awa Diop,,';
    const report = await run(file, { category: 'clients' });
    expect(report).toMatchObject({ imported: 1, updated: 3, total: 4, refused: [] });
    const [zoe, awa] = all();
    expect(awa).toMatchObject({ name: 'Awa Diop', attributes: { ville: 'Paris', age: '30' } });
    expect(awa?.categoryIds).toHaveLength(2);
    expect(zoe).toMatchObject({ name: 'Zoé', attributes: { Ville: 'Nice', note: 'b' } });
  });

  it('uses a category whose name differs by case only, and makes it when it is missing (CMP-2)', async () => {
    const { id } = host.categories.create({ name: 'Clients' });
    expect((await run('tel\n0639980001', { category: 'CLIENTS' })).categoryId).toBe(id);
    expect((await run('tel\n0639980001', { category: 'Autres' })).categoryId).not.toBe(id);
    expect(host.categories.list({ limit: 50 }).items).toHaveLength(2);
  });

  it('puts contacts into a category whose accents are written otherwise, new ones and those that are there (CMP-2)', async () => {
    const { id } = host.categories.create({ name: 'Été' });
    host.contact({ phone: '+33639980001' });
    const lines = ['0639980001;ÉTÉ', '0639980002;e\u0301te\u0301|ÉTÉ', '0639980003;Hiver é|HIVER É'];
    await run(`tel;catégorie\n${lines.join('\n')}`, { category: 'E\u0301TÉ' });
    expect(host.categories.list({ limit: 50 }).items.map(({ name, contactCount }) => [name, contactCount])).toEqual([
      ['Hiver é', 1],
      ['Été', 3],
    ]);
    expect(all().every(({ categoryIds }) => categoryIds.includes(id))).toBe(true);
  });

  it('reads national numbers in the country it is told, else in the default one (CMP-1)', async () => {
    await run('tel\n98765 43210\n', { country: 'IN' });
    await run('tel\n0639980001\n+919876543211\n');
    expect(all().map(({ phone }) => phone)).toEqual(['+919876543211', '+33639980001', '+919876543210']);
  });

  it('keeps the first name as an attribute, for templates (CMP-3)', async () => {
    await run('Nom,Prénom,Tel\nDiop,Awa,0639980001');
    expect(all()[0]).toMatchObject({ name: 'Awa Diop', attributes: { Nom: 'Diop', Prénom: 'Awa' } });
  });

  it('brings a contact in as opted out when its phone is on the suppression list (SND-13)', async () => {
    host.suppressions.add({ phone: '+33639980001', reason: 'stop' });
    await run('tel\n0639980001');
    expect(all()[0]?.optedOutAt).not.toBeNull();
  });

  it('refuses a file without a phone column, an empty one and a spreadsheet, with a sentence (CMP-1)', async () => {
    const detailOf = async (file: string): Promise<unknown> => {
      const error: unknown = await run(file).catch((thrown: unknown) => thrown);
      return (error as { code: string; data: { detail: string } }).data.detail;
    };
    expect(await detailOf('Awa,0639980001\nZoé,0639980002')).toContain('nommer les colonnes');
    expect(await detailOf('')).toBe('il est vide');
    expect(await detailOf('PK\u0003\u0004')).toContain('classeur');
  });

  it('survives prototype keys, NUL, a million columns and values that are too long (SEC-6)', async () => {
    const report = await run(
      [
        'tel,__proto__,constructor,note',
        '0639980001,polluted,polluted,a\0b\u0007c',
        `0639980002${',x'.repeat(1_000_000)}`,
        `0639980003,,,${'x'.repeat(2_001)}`,
        '0639980004,,,=1+1',
      ].join('\n'),
    );
    expect(report.refused.map(({ line, reason }) => [line, reason])).toEqual([
      [3, 'too_many_columns'],
      [4, 'value_too_long'],
    ]);
    expect(report.refused.every(({ value }) => value.length <= 100)).toBe(true);
    expect(all().map(({ attributes }) => attributes)).toEqual([{ note: '=1+1' }, { note: 'abc' }]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('of a file larger than one block is whole, and reports lines of every block (CMP-1)', async () => {
    const lines = Array.from({ length: 4_500 }, (_, index) =>
      index % 1000 === 999 ? 'x' : `+3361${1_000_000 + index}`,
    );
    const report = await run(`tel\n${lines.join('\n')}`);
    expect(report).toMatchObject({ imported: 4_496, total: 4_500 });
    expect(report.refused.map(({ line }) => line)).toEqual([1001, 2001, 3001, 4001]);
  });

  it('that is a dry run changes nothing and reports what the real one reports (CMP-1)', async () => {
    const phone = fc.constantFrom('0639980001', '06 39 98 00 01', '+33639980002', '0639980003', '', '12', '"');
    const line = fc.tuple(fc.constantFrom('', 'Awa', '"Z\noé"', 'a;b', '"'), phone, fc.constantFrom('', 'Lyon'));
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), fc.boolean(), async (lines, isKnown) => {
        host.database.exec(`DELETE FROM contacts`);
        host.database.exec(`DELETE FROM categories`);
        if (isKnown) host.contact({ phone: '+33639980003' });
        const file = ['nom;tel;ville', ...lines.map((cells) => cells.join(';'))].join('\n');
        const query = { category: `Import ${round++}` };
        const before = stored();
        const dry = await run(file, { ...query, dryRun: true });
        expect(stored()).toBe(before);
        const real = await run(file, query);
        expect({ ...real, id: null, categoryId: null, dryRun: true }).toEqual(dry);
        expect(all()).toHaveLength(real.imported + (isKnown ? 1 : 0));
        // Once more: everything is there already, and nothing of it changes.
        const contacts = all();
        const again = await run(file, query);
        expect(again).toMatchObject({ imported: 0, updated: real.imported + real.updated, refused: real.refused });
        expect(all().map(({ id }) => id)).toEqual(contacts.map(({ id }) => id));
      }),
      { numRuns: 1000 },
    );
  }, 60_000);

  it('leaves nothing behind when it fails half way (CMP-1, REL-3)', async () => {
    host.database.exec(`CREATE TRIGGER full BEFORE INSERT ON contacts WHEN NEW.phone = '+33639980002'
      BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
    const before = stored();
    await expect(run('tel\n0639980001\n0639980002', { category: 'Clients' })).rejects.toThrow('disk full');
    host.database.exec(`DROP TRIGGER full`);
    expect(stored()).toBe(before);
  });
});
