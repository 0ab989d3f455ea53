import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestCampaigns, type TestCampaigns } from '../../tests/support/campaigns.ts';

let host: TestCampaigns;
beforeAll(() => {
  host = createTestCampaigns();
});
afterAll(() => {
  host.engine.remove();
});
beforeEach(() => {
  host.clear();
});

describe('categories', () => {
  const count = (): Record<string, number> =>
    Object.fromEntries(
      host.categories.list({ limit: 200 }).items.map(({ name, contactCount }) => [name, contactCount]),
    );

  it('count their contacts, whatever changes (CMP-2)', () => {
    const [clients, prospects] = [
      host.categories.create({ name: 'Clients' }),
      host.categories.create({ name: 'Prospects' }),
    ];
    const one = host.contact({ categoryIds: [clients.id, prospects.id, clients.id] });
    const two = host.contact({ categoryIds: [clients.id] });
    expect(count()).toEqual({ Clients: 2, Prospects: 1 });
    host.contacts.update({ id: one.id, categoryIds: [prospects.id] });
    expect(count()).toEqual({ Clients: 1, Prospects: 1 });
    host.contacts.remove(two.id);
    expect(count()).toEqual({ Clients: 0, Prospects: 1 });
    host.categories.remove(prospects.id);
    expect(count()).toEqual({ Clients: 0 });
    expect(host.contacts.get(one.id).categoryIds).toEqual([]);
  });

  it('with many contacts go at once and are emptied in steps, also after a crash (CMP-2, API-5)', async () => {
    const { id } = host.categories.create({ name: 'Clients' });
    const person = host.contact({ categoryIds: [id] });
    host.database.exec(`
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
      INSERT INTO contacts (id, name, phone, created_at, updated_at)
        SELECT 'many-' || i, '', '+3361' || (1000000 + i), 1, 1 FROM n;
      INSERT INTO contact_categories SELECT '${id}', id FROM contacts WHERE id LIKE 'many-%'`);
    await host.categoryRemoval.stop();
    host.categories.remove(id);
    expect(count()).toEqual({});
    expect(() => host.categories.update({ id, name: 'x' })).toThrow('not_found');
    expect(() => host.contact({ categoryIds: [id] })).toThrow('not_found');
    expect(host.contacts.get(person.id).categoryIds).toEqual([]);
    expect(host.contacts.list({ limit: 5, categoryId: id }).items).toEqual([]);
    const left = host.database.prepare<[], number>(`SELECT count(*) FROM contact_categories`).pluck();
    expect(left.get()).toBe(1_201);
    const preview = await host.campaigns.preview({
      ...{ categoryIds: [id], contactIds: [], samples: 1 },
      ...{ message1: { body: 'x' }, message2: { body: 'x' } },
    });
    expect(preview.eligible).toBe(0);
    // The name is free at once.
    host.categories.create({ name: 'Clients' });
    await host.categoryRemoval.start();
    await host.categoryRemoval.idle();
    expect(left.get()).toBe(0);
    expect(count()).toEqual({ Clients: 0 });
  });

  it('have names that are unique without regard to case, and a colour that can go (CMP-2)', () => {
    const { id } = host.categories.create({ name: 'Clients', color: '#aabbcc' });
    const conflict = expect.objectContaining({ code: 'conflict', data: { detail: 'Clients', id } }) as Error;
    expect(() => host.categories.create({ name: 'clients' })).toThrow(conflict);
    const other = host.categories.create({ name: 'Prospects' });
    expect(() => host.categories.update({ id: other.id, name: 'CLIENTS' })).toThrow(conflict);
    expect(host.categories.update({ id, name: 'CLIENTS' })).toMatchObject({ name: 'CLIENTS', color: '#aabbcc' });
    expect(host.categories.update({ id, color: null })).toMatchObject({ name: 'CLIENTS', color: null });
    expect(() => host.categories.update({ id: 'nowhere', name: 'x' })).toThrow('not_found');
    expect(() => host.categories.remove('nowhere')).toThrow('not_found');
  });

  it('have names that are the same in whatever case and form their accents are written (CMP-2)', () => {
    const { id } = host.categories.create({ name: 'Clients d’été' });
    const conflict = expect.objectContaining({ code: 'conflict', data: { detail: 'Clients d’été', id } }) as Error;
    for (const name of ['CLIENTS D’ÉTÉ', 'Clients d’e\u0301te\u0301'])
      expect(() => host.categories.create({ name })).toThrow(conflict);
    expect(host.categories.update({ id, name: 'Clients d’ÉTÉ' }).name).toBe('Clients d’ÉTÉ');
    expect(host.categories.create({ name: 'Clients d’ete' }).id).not.toBe(id);
  });

  it('come by name, page by page (CMP-2)', () => {
    for (const name of ['beta', 'Alpha', 'delta', 'Gamma']) host.categories.create({ name });
    const first = host.categories.list({ limit: 3 });
    expect(first.items.map(({ name }) => name)).toEqual(['Alpha', 'beta', 'delta']);
    const rest = host.categories.list({ limit: 3, cursor: first.nextCursor ?? '' });
    expect(rest.items.map(({ name }) => name)).toEqual(['Gamma']);
    expect(rest.nextCursor).toBeNull();
  });
});
