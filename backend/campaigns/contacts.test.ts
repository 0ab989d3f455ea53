import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { searchable, toSearch } from './contactSearch.ts';
import { CONTACT_PAGES, ContactStore } from './contactStore.ts';
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
const list = (input: { q?: string; categoryId?: string; limit?: number; cursor?: string }) =>
  host.contacts.list({ limit: 50, ...input });
const namesFor = (q: string): string[] => list({ q }).items.map(({ name }) => name);

describe('contacts', () => {
  it('keeps name, phone in E.164, attributes and categories (CMP-1)', () => {
    const category = host.categories.create({ name: 'Clients' });
    const made = host.contacts.create({
      ...{ name: '  Awa Diop ', phone: '06 39 98 00 01', attributes: { ville: 'Lyon' }, categoryIds: [category.id] },
    });
    expect(made).toMatchObject({
      ...{ name: 'Awa Diop', phone: '+33639980001', attributes: { ville: 'Lyon' }, categoryIds: [category.id] },
      ...{ optedOutAt: null, createdAt: '2026-11-20T08:00:00.000Z' },
    });
    expect(host.contacts.get(made.id)).toEqual(made);
  });

  it('refuses a text that is no phone, and a category that does not exist (CMP-1)', () => {
    expect(() => host.contact({ phone: '12' })).toThrow('invalid_phone');
    expect(() => host.contact({ categoryIds: ['nowhere'] })).toThrow('not_found');
    expect(list({}).items).toEqual([]);
  });

  it('is unique by phone however it is written, and names who has it already (CMP-1)', () => {
    const { id } = host.contact({ phone: '+33639980001' });
    const other = host.contact({ phone: '+33639980002' });
    const conflict = expect.objectContaining({ code: 'conflict', data: { id, detail: '+33*******01' } }) as Error;
    expect(() => host.contact({ phone: '06.39.98.00.01' })).toThrow(conflict);
    expect(() => host.contacts.update({ id: other.id, phone: '0033 639980001' })).toThrow(conflict);
    expect(host.contacts.update({ id, phone: '0639980001' }).id).toBe(id);
  });

  it('changes what is given and leaves the rest (CMP-1)', () => {
    const { id } = host.contact({ name: 'Awa', attributes: { ville: 'Lyon' } });
    host.clock.set(host.clock.now() + 1000);
    const changed = host.contacts.update({ id, name: 'Aïssatou' });
    expect(changed).toMatchObject({ name: 'Aïssatou', attributes: { ville: 'Lyon' } });
    expect(changed.updatedAt > changed.createdAt).toBe(true);
    expect(host.contacts.update({ id, attributes: {} }).attributes).toEqual({});
  });

  it('finds part of a name without case and accents, and part of a phone as it is dialled (CMP-1)', () => {
    host.contact({ name: 'Élodie Martin', phone: '+33639980001' });
    host.contact({ name: 'Ravi 100% Kumar_1', phone: '+919876543210' });
    expect(namesFor('elodie')).toEqual(['Élodie Martin']);
    expect(namesFor('ÉLO')).toEqual(['Élodie Martin']);
    expect(namesFor('0639 98')).toEqual(['Élodie Martin']);
    expect(namesFor('+33 6 39')).toEqual(['Élodie Martin']);
    expect(namesFor('76543')).toEqual(['Ravi 100% Kumar_1']);
    expect(namesFor('0% k')).toEqual(['Ravi 100% Kumar_1']);
    expect(namesFor('k')).toEqual(['Ravi 100% Kumar_1']);
    expect(namesFor('ku')).toEqual(['Ravi 100% Kumar_1']);
    expect(namesFor('%')).toEqual([]);
    expect(namesFor('r_1')).toEqual(['Ravi 100% Kumar_1']);
    expect(namesFor("' OR 1=1 --")).toEqual([]);
    expect(namesFor('  ')).toHaveLength(2);
    expect(namesFor('\0')).toHaveLength(2);
    expect(namesFor('élo\0die')).toEqual(['Élodie Martin']);
  });

  it('finds values of attributes, and several words wherever each of them stands (CMP-1)', () => {
    const awa = host.contact({ name: 'Awa Martin', attributes: { ville: 'Orléans', société: '50% Café_Bar' } });
    host.contact({ name: 'Martin Lenoir', attributes: { ville: 'Lyon' } });
    expect(namesFor('ORLEANS')).toEqual(['Awa Martin']);
    expect(namesFor('or')).toEqual(['Awa Martin']);
    expect(namesFor('martin orléans')).toEqual(['Awa Martin']);
    expect(namesFor('orléans martin')).toEqual(['Awa Martin']);
    expect(namesFor('martin')).toEqual(['Martin Lenoir', 'Awa Martin']);
    expect(namesFor('cafe_b')).toEqual(['Awa Martin']);
    expect(namesFor('% caf')).toEqual(['Awa Martin']);
    expect(namesFor('martin nice')).toEqual([]);
    expect(namesFor('ville')).toEqual([]);
    host.contacts.update({ id: awa.id, attributes: { ville: 'Nice' } });
    expect(namesFor('orléans')).toEqual([]);
    expect(namesFor('martin nice')).toEqual(['Awa Martin']);
  });

  it('finds exactly those that hold what is asked for, whatever was written where (CMP-1)', () => {
    const text = fc.string({ unit: fc.constantFrom(...'abé 1%_"'), maxLength: 6 });
    const people = fc.array(fc.record({ name: text, ville: text, note: text }), { minLength: 1, maxLength: 4 });
    const question = fc.string({ unit: fc.constantFrom(...'abe 1%_"'), minLength: 3, maxLength: 7 });
    const holds = (fields: string[], part: string): boolean => fields.some((field) => field.includes(part));
    const rule = fc.property(people, question, (given, asked) => {
      const q = asked.trim();
      // Shorter words are looked for at the beginning of words only; numbers are phones.
      fc.pre(q.split(' ').every((word) => word.length >= 3) && !/^[\d ]+$/.test(q));
      host.database.exec('BEGIN');
      try {
        const made = given.map(({ name, ...attributes }) => host.contact({ name, attributes }));
        const wanted = made.filter(({ name, attributes }) => {
          const fields = [name, ...Object.values(attributes)].map(searchable);
          return holds(fields, q) || q.split(/ +/).every((word) => holds(fields, word));
        });
        expect(list({ q }).items.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id).toReversed());
      } finally {
        host.database.exec('ROLLBACK');
      }
    });
    fc.assert(rule, { numRuns: 1_000 });
  });

  it('asks the index for rare groups of letters alone, where a word has some (PRF-8)', () => {
    for (const name of ['Maison 4990', 'Maison 1', 'Maison 2']) host.contact({ name });
    const { search } = host.stores.contacts;
    const match = (q: string): string => search.match(toSearch(q)!, 2);
    expect(match('mais')).toBe('("mai" AND "ais")');
    expect(match('maison 49')).toBe('("  4" AND " 49") OR (" 49")');
    expect(namesFor('maison 4990')).toEqual(['Maison 4990']);
  });

  it('gives every contact once, newest first, page by page, also while others are added (CMP-1)', () => {
    const made = Array.from({ length: 25 }, (_, index) => {
      host.clock.set(host.clock.now() + (index % 3));
      return host.contact().id;
    });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = list({ limit: 7, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
      host.clock.set(host.clock.now() + 1);
      if (cursor !== undefined) host.contact();
    } while (cursor !== undefined);
    expect(seen).toHaveLength(25);
    expect(new Set(seen)).toEqual(new Set(made));
    expect(() => list({ cursor: 'nonsense' })).toThrow('bad_request');
  });

  it('lists the contacts of one category, searched too (CMP-1, CMP-2)', () => {
    const { id: categoryId } = host.categories.create({ name: 'Clients' });
    const inside = host.contact({ name: 'Awa', categoryIds: [categoryId] });
    host.contact({ name: 'Awa' });
    expect(list({ categoryId }).items.map(({ id }) => id)).toEqual([inside.id]);
    expect(list({ categoryId, q: 'awa' }).items.map(({ id }) => id)).toEqual([inside.id]);
    expect(list({ categoryId, q: 'zoe' }).items).toEqual([]);
  });

  it('is opted out from its making when its phone is on the suppression list, also under a new number (SND-13)', () => {
    host.suppressions.add({ phone: '+33639980001', reason: 'stop' });
    const made = host.contact({ phone: '+33639980001' });
    expect(made.optedOutAt).not.toBeNull();
    const moved = host.contacts.update({ id: made.id, phone: '+33639980002' });
    expect(moved.optedOutAt).not.toBeNull();
    expect(host.suppressions.has('+33639980002')).toBe(true);
  });

  it('merged with another one keeps what it has, takes what it lacks, and ends what waited for the other (CMP-1)', () => {
    const { id: categoryId } = host.categories.create({ name: 'Clients' });
    const kept = host.contact({ name: '', attributes: { ville: 'Lyon' } });
    const other = host.contact({ name: 'Awa', attributes: { Ville: 'Nice', age: '30' }, categoryIds: [categoryId] });
    const draft = host.campaign({ contactIds: [other.id] });
    const running = host.started([other, host.contact()]);
    const merged = host.contacts.merge({ id: kept.id, otherId: other.id }, 'test');
    const attributes = { Ville: 'Lyon', age: '30' };
    expect(merged).toMatchObject({
      id: kept.id,
      name: 'Awa',
      phone: kept.phone,
      attributes,
      categoryIds: [categoryId],
    });
    expect(() => host.contacts.get(other.id)).toThrow('not_found');
    expect(host.campaigns.get(draft.id).contactIds).toEqual([kept.id]);
    expect(host.recipient(running.id, other.id).state).toBe('cancelled');
    expect(host.categories.list({ limit: 1 }).items[0]?.contactCount).toBe(1);
    expect(() => host.contacts.merge({ id: kept.id, otherId: kept.id }, 'test')).toThrow('bad_request');
  });

  it('says what a merge would leave, and changes nothing (CMP-1, SND-10)', () => {
    const { id: categoryId } = host.categories.create({ name: 'Clients' });
    const kept = host.contact({ name: 'Awa', attributes: { ville: 'Lyon' } });
    const other = host.contact({ name: 'Awa D.', attributes: { Ville: 'Nice', age: '30' }, categoryIds: [categoryId] });
    host.suppressions.add({ phone: other.phone, reason: 'stop' });
    const would = host.contacts.merge({ id: kept.id, otherId: other.id, dryRun: true }, 'test');
    expect(would.optedOutAt).not.toBeNull();
    expect(host.contacts.get(kept.id)).toEqual(kept);
    expect(host.contacts.get(other.id).name).toBe('Awa D.');
    expect(host.contacts.merge({ id: kept.id, otherId: other.id }, 'test')).toEqual(would);
    expect(() => host.contacts.merge({ id: kept.id, otherId: other.id, dryRun: true }, 'test')).toThrow('not_found');
  });

  it('stays opted out when it is merged with one who is (SND-13)', () => {
    const [kept, other] = [host.contact(), host.contact()];
    host.suppressions.add({ phone: other.phone, reason: 'stop' });
    expect(host.contacts.merge({ id: kept.id, otherId: other.id }, 'test').optedOutAt).not.toBeNull();
  });

  it('that many others stand before is found page by page: one answer takes a bounded time (PRF-8)', () => {
    const wanted = host.contact({ name: 'Cherchée' });
    // Numbers of contacts that went leave the same room as contacts that do not match.
    host.database.exec(`UPDATE sqlite_sequence SET seq = seq + 1000000 WHERE name = 'contacts'`);
    const newest = host.contact({ name: 'Cherchée aussi' });
    let ms = 0;
    const slow = new ContactStore(host.database, { monotonic: () => (ms += 8) });
    const search = toSearch('cherchée')!;
    const found: string[] = [];
    let answers = 0;
    for (let before: number | null = Number.MAX_SAFE_INTEGER; before !== null; answers++) {
      const page = slow.searchPage({ before, limit: 5 }, { search, categoryId: null });
      found.push(...page.rows.map(({ id }) => id));
      before = page.next;
    }
    expect(found).toEqual([newest.id, wanted.id]);
    expect(answers).toBeGreaterThan(5);
    expect(list({ q: 'cherchée' })).toMatchObject({ items: [{ id: newest.id }, { id: wanted.id }], nextCursor: null });
  });

  it('is found and listed by an index, whatever is asked: no list reads all contacts (CMP-1, PRF-8)', () => {
    const planOf = (sql: string): string =>
      host.database
        .prepare<object, { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all({ from: 0, before: 1, beforeId: '', limit: 1, categoryId: '', match: '"abc"', ways: '[]', phones: '[]' })
        .map(({ detail }) => detail)
        .join('\n');
    for (const sql of Object.values(CONTACT_PAGES)) {
      const plan = planOf(sql);
      expect(plan).not.toMatch(/SCAN c\b|TEMP B-TREE FOR ORDER BY/);
    }
    expect(planOf(CONTACT_PAGES.all)).toContain('SEARCH c USING INTEGER PRIMARY KEY (rowid<?)');
    expect(planOf(CONTACT_PAGES.found)).toContain('SCAN s VIRTUAL TABLE INDEX');
    expect(planOf(CONTACT_PAGES.ofCategory)).toContain('USING PRIMARY KEY (category_id=? AND contact_id<?)');
  });

  it('when deleted, takes with it what has not left and ends what waited for its answer (CMP-1, CMP-9)', () => {
    const [waiting, written, stranger] = [host.contact(), host.contact(), host.contact()];
    const { id } = host.started([written]);
    host.acceptAll();
    const other = host.started([waiting, stranger]);
    host.contacts.remove(waiting.id);
    host.contacts.remove(written.id);
    expect(() => host.contacts.get(waiting.id)).toThrow('not_found');
    expect(host.attemptOf(other.id, waiting.id, 'message_1')?.state).toBe('cancelled');
    expect(host.recipient(other.id, waiting.id)).toMatchObject({ state: 'cancelled', reason: 'contact_removed' });
    expect(host.recipient(other.id, stranger.id).state).toBe('pending');
    expect(host.recipient(id, written.id)).toMatchObject({ state: 'cancelled', name: '' });
    host.answer(written.phone);
    expect(host.attemptOf(id, written.id, 'message_2')).toBeNull();
  });

  it('takes with it what waits under a phone that it had before, deleted or opted out (CMP-1, SND-13)', () => {
    const [removed, stopped, stranger] = [host.contact(), host.contact(), host.contact()];
    const { id } = host.started([removed, stopped, stranger]);
    host.contacts.update({ id: removed.id, phone: '+33639989901' });
    host.contacts.update({ id: stopped.id, phone: '+33639989902' });
    host.contacts.remove(removed.id);
    host.suppressions.add({ phone: '+33639989902', reason: 'stop' });
    expect(host.attemptOf(id, removed.id, 'message_1')?.state).toBe('cancelled');
    expect(host.recipient(id, removed.id)).toMatchObject({ state: 'cancelled', reason: 'contact_removed' });
    expect(host.attemptOf(id, stopped.id, 'message_1')?.state).toBe('cancelled');
    expect(host.recipient(id, stopped.id).state).toBe('opted_out');
    expect(host.attemptOf(id, stranger.id, 'message_1')?.state).toBe('pending');
  });
});
