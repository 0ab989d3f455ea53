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

  it('come by name, page by page (CMP-2)', () => {
    for (const name of ['beta', 'Alpha', 'delta', 'Gamma']) host.categories.create({ name });
    const first = host.categories.list({ limit: 3 });
    expect(first.items.map(({ name }) => name)).toEqual(['Alpha', 'beta', 'delta']);
    const rest = host.categories.list({ limit: 3, cursor: first.nextCursor ?? '' });
    expect(rest.items.map(({ name }) => name)).toEqual(['Gamma']);
    expect(rest.nextCursor).toBeNull();
  });
});
