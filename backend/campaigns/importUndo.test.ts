import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestCampaigns, type TestCampaigns } from '../../tests/support/campaigns.ts';
import type { Contact } from '../contract/contacts.ts';
import type { ContactImport, ImportStart } from '../contract/imports.ts';

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

const all = (): Contact[] => host.contacts.list({ limit: 200 }).items;
const named = (name: string): Contact => all().find((contact) => contact.name === name)!;
async function sent(text: string): Promise<string> {
  const content = new Blob([text]);
  const { id } = host.imports.create({ fileName: 'clients.csv', size: content.size });
  const half = Math.ceil(content.size / 2);
  await host.imports.upload({ id, offset: 0 }, content.slice(0, half));
  expect((await host.imports.upload({ id, offset: half }, content.slice(half))).state).toBe('ready');
  return id;
}
async function done(text: string, options: Omit<ImportStart, 'id'> = {}): Promise<ContactImport> {
  return host.imports.begin({ id: await sent(text), ...options }, 'test');
}

describe('an import in steps', () => {
  it('shows the first lines with what becomes of them, and takes columns named by hand (CMP-1)', async () => {
    const id = await sent('Client;Contact;Ville\nAwa;0639980001;Lyon\nZoé;demain;Nice');
    const blind = host.imports.preview({ id });
    expect(blind).toMatchObject({
      encoding: 'utf-8',
      delimiter: ';',
      mapping: ['attribute', 'attribute', 'attribute'],
    });
    const mapping = ['name', 'phone', 'ignore'] as const;
    const { rows } = host.imports.preview({ id, mapping: [...mapping] });
    expect(rows.map(({ line, phone, name }) => [line, phone, name])).toEqual([
      [2, '+33639980001', 'Awa'],
      [3, null, ''],
    ]);
    expect(rows[1]?.refusal).toContain('numéro de téléphone valide');
    const checked = host.imports.begin({ id, mapping: [...mapping], dryRun: true }, 'test');
    expect(checked).toMatchObject({ state: 'checked', imported: 1, refused: 1 });
    expect(all()).toEqual([]);
    expect(host.imports.begin({ id, mapping: [...mapping] }, 'test')).toMatchObject({
      state: 'done',
      total: 2,
      imported: 1,
    });
    expect(all()).toMatchObject([{ name: 'Awa', attributes: {} }]);
    expect(host.imports.refused({ id, limit: 50 }).items).toMatchObject([{ line: 3, value: 'demain' }]);
    expect(() => host.imports.begin({ id }, 'test')).toThrow('wrong_import_state');
  });

  it('refuses a part that leaves a hole before it, and takes the last one again when its answer was lost (CMP-1)', async () => {
    const content = new Blob(['tel\n0639980001\n']);
    const { id } = host.imports.create({ fileName: 'clients.csv', size: content.size });
    const part = (from: number, to = content.size) =>
      host.imports.upload({ id, offset: from }, content.slice(from, to));
    await expect(part(4)).rejects.toThrow('bad_request');
    await part(0, 4);
    await expect(part(10)).rejects.toThrow('bad_request');
    for (let again = 0; again < 2; again++) expect((await part(4)).state).toBe('ready');
    await expect(part(0, 4)).rejects.toThrow('wrong_import_state');
    expect(host.imports.begin({ id }, 'test')).toMatchObject({ state: 'done', imported: 1 });
    await expect(part(4)).rejects.toThrow('wrong_import_state');
  });

  it('is not there any more without its file, as after a restored backup (CMP-1, REL-6)', async () => {
    const id = await sent('tel\n0639980001');
    const folder = path.join(path.dirname(host.database.name), 'imports');
    rmSync(path.join(folder, `${id}.csv`));
    expect(() => host.imports.preview({ id })).toThrow('not_found');
    expect(() => host.imports.begin({ id }, 'test')).toThrow('not_found');
    expect(await host.imports.cancel(id, 'test')).toMatchObject({ state: 'stopped' });
  });

  it('gives its refused lines as a file in which a spreadsheet finds no formula (CMP-1, CMP-13)', async () => {
    const values = ['=1+1', '＝1+1', "'=1", '"a;b"', '@x'];
    const { id } = await done(`tel\n${values.join('\n')}\n`);
    const lines = (await host.imports.refusedFile(id).text()).split('\r\n').slice(1, -1);
    const read = lines.map((line) => line.split(';').slice(2).join(';'));
    expect(read).toEqual(["'=1+1", "'＝1+1", "'=1", '"a;b"', "'@x"]);
    expect(lines[0]).toMatch(/^2;/);
  });

  it('reads categories, opt-outs and refused consent from columns (CMP-1, CMP-2, SND-13)', async () => {
    const known = host.contact({ phone: '+33639980003', name: 'Ali' });
    const campaign = host.started([known]);
    const lines = ['Awa;0639980001;VIP | Lyon;;oui', 'Zoé;0639980002;VIP;;non', 'Ali;0639980003;;x;'];
    await done(['nom;tel;catégorie;désinscrit;consentement', ...lines].join('\n'), { category: 'Tous' });
    expect(host.categories.list({ limit: 50 }).items.map(({ name, contactCount }) => [name, contactCount])).toEqual([
      ['Lyon', 1],
      ['Tous', 3],
      ['VIP', 2],
    ]);
    expect(named('Awa').optedOutAt).toBeNull();
    expect(named('Zoé').optedOutAt).not.toBeNull();
    expect(named('Ali').optedOutAt).not.toBeNull();
    expect(host.state(campaign.id, known.id)).toBe('opted_out');
  });

  it('is thrown away with its file when it is cancelled before it starts (CMP-1)', async () => {
    const id = await sent('tel\n0639980001');
    await host.imports.cancel(id, 'test');
    expect(() => host.imports.get(id)).toThrow('not_found');
  });
});

describe('the undo of an import', () => {
  it('takes new contacts and categories away, but for whom a campaign or a person used since (CMP-1)', async () => {
    const made = await done('nom;tel\nA;0639980001\nB;0639980002\nC;0639980003\nD;0639980004', { category: 'Neuf' });
    host.written([named('A')]);
    host.campaign({ contactIds: [named('B').id] });
    host.contacts.update({ id: named('C').id, name: 'Chloé' });
    expect(host.imports.undo(made.id, 'test')).toMatchObject({ state: 'undone', removed: 1, kept: 2, canUndo: false });
    expect(all().map(({ name }) => name)).toEqual(['Chloé', 'B', 'A']);
    expect(host.categories.list({ limit: 50 }).items).toMatchObject([{ name: 'Neuf', contactCount: 3 }]);
    expect(() => host.imports.undo(made.id, 'test')).toThrow('wrong_import_state');
  });

  it('puts back what stood in contacts before, and leaves what was changed since (CMP-1)', async () => {
    const { id: old } = host.categories.create({ name: 'Anciens' });
    const before = host.contact({
      ...{ name: 'Awa', phone: '+33639980001', attributes: { ville: 'Lyon', age: '30' }, categoryIds: [old] },
    });
    const made = await done('nom;tel;ville;note\nAwa Diop;0639980001;Paris;x', { category: 'Neuf' });
    const changed = host.contacts.get(before.id);
    host.contacts.update({ id: before.id, attributes: { ...changed.attributes, age: '31' } });
    expect(host.imports.undo(made.id, 'test')).toMatchObject({ restored: 1, removed: 0 });
    expect(host.contacts.get(before.id)).toMatchObject({
      ...{ name: 'Awa', attributes: { ville: 'Lyon', age: '31' }, categoryIds: [old] },
    });
    expect(host.contacts.list({ limit: 5, q: 'Diop' }).items).toEqual([]);
    expect(host.categories.list({ limit: 50 }).items.map(({ name }) => name)).toEqual(['Anciens']);
  });

  it('leaves a contact that a later file holds too, in whichever order both are undone (CMP-1)', async () => {
    const first = await done('nom;tel\nAwa;0639980001');
    const second = await done('nom;tel\nAwa;0639980001');
    host.imports.undo(first.id, 'test');
    expect(all().map(({ name }) => name)).toEqual(['Awa']);
    host.imports.undo(second.id, 'test');
    expect(all()).toHaveLength(1);
    host.clear();
    const again = await done('nom;tel\nAwa;0639980001');
    const twice = await done('nom;tel\nAwa;0639980001');
    host.imports.undo(twice.id, 'test');
    host.imports.undo(again.id, 'test');
    expect(all()).toEqual([]);
  });

  it('leaves opt-outs as they are (SND-13)', async () => {
    const made = await done('tel;stop\n0639980001;oui');
    host.imports.undo(made.id, 'test');
    expect(host.suppressions.has('+33639980001')).toBe(true);
  });
});

describe('a start after an end that nobody saw', () => {
  it('says that an import was interrupted, and finishes an undo that was under way (REL-1)', async () => {
    const made = await done('nom;tel\nA;0639980001');
    const other = await done('nom;tel\nB;0639980002');
    host.database.prepare(`UPDATE imports SET state = 'running' WHERE id = ?`).run(made.id);
    host.database.prepare(`UPDATE imports SET state = 'undoing' WHERE id = ?`).run(other.id);
    await host.imports.start();
    expect(host.imports.get(made.id)).toMatchObject({ state: 'interrupted', canUndo: true, canResume: true });
    await expect.poll(() => host.imports.get(other.id).state, { timeout: 20_000 }).toBe('undone');
    await host.imports.stop();
    expect(all().map(({ name }) => name)).toEqual(['A']);
  });
});
