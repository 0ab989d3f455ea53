import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Cache } from '../../backend/monitoring/cache/cache.ts';
import type { CacheStore } from '../../backend/monitoring/cache/cacheStore.ts';
import { droppingChanges, withCache } from '../../backend/monitoring/cache/cachedServices.ts';
import { createIds } from '../../backend/core/ids.ts';
import { systemClock } from '../../backend/core/clock.ts';
import { silentLogger } from '../../backend/core/logger.ts';
import { silentNotify } from '../../backend/monitoring/notify.ts';
import { createTestCampaigns } from './campaigns.ts';
import { stubServices } from './stubServices.ts';

export type StoreUnderTest = {
  store: CacheStore;
  /** What lies on the server under keys of others; null where there is no server. */
  others: null | { set(key: string, value: string): Promise<void>; all(): Promise<Record<string, string>> };
  remove(): Promise<void>;
};

/** A cache over a store, as the application has one. */
export function cacheOver(store: CacheStore, workspaceId = 'workspace'): Cache {
  return new Cache({ store, workspaceId, ids: createIds(systemClock), logger: silentLogger });
}

const RUNS = { numRuns: 1_000 };
const foreign = fc
  .tuple(
    fc.constantFrom('whatsapp:', 'campaign:', 'lock:', 'bull', 'Cache:', ' cache:', ''),
    fc.string({ maxLength: 8 }),
  )
  .map(([prefix, rest]) => prefix + rest)
  .filter((key) => !key.startsWith('cache:'));

/** What every store of the cache must do, in memory or on a server (CCH-1 to CCH-4). */
export function describeCache(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`the cache ${name}`, () => {
    let tested: StoreUnderTest;
    beforeEach(async () => {
      tested = await open();
    });
    afterEach(async () => {
      tested.store.close();
      await tested.remove();
    });

    it('neither reads, writes nor deletes a key of others, whatever it is called (CCH-1)', async () => {
      const { store, others } = tested;
      for (const key of ['whatsapp:1', 'campaign:1', 'lock:1', 'bull:q:1']) await others?.set(key, 'theirs');
      const before = await others?.all();
      await fc.assert(
        fc.asyncProperty(foreign, fc.string(), async (key, text) => {
          await expect(store.get(key)).rejects.toThrow();
          await expect(store.set(key, text, 60_000)).rejects.toThrow();
          await expect(store.remove(key)).rejects.toThrow();
        }),
        RUNS,
      );
      expect(await others?.all()).toEqual(before);
    });

    it('gives back exactly what was put, whatever it is (CCH-2)', async () => {
      const { store } = tested;
      let count = 0;
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
          const key = `cache:test:${count++ % 50}`;
          await store.set(key, text, 60_000);
          expect(await store.get(key)).toBe(text);
          await store.remove(key);
          expect(await store.get(key)).toBeNull();
        }),
        RUNS,
      );
      const cache = cacheOver(store);
      await fc.assert(
        fc.asyncProperty(fc.jsonValue(), async (value) => {
          const question = count++;
          const asked = await cache.read('contacts', question, () => value);
          const again = await cache.read('contacts', question, () => value);
          expect(asked).toEqual(value);
          expect(again).toEqual(value);
        }),
        RUNS,
      );
    });

    it('forgets a value after its time (CCH-2)', async () => {
      const { store } = tested;
      await store.set('cache:short', 'x', 1);
      await expect.poll(() => store.get('cache:short')).toBeNull();
    });

    it('asks once for what many ask at the same time, and then not at all (CCH-1)', async () => {
      const cache = cacheOver(tested.store);
      let loads = 0;
      const ask = () => cache.read('figures', 'same', async () => ++loads);
      expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
      await expect.poll(ask).toBe(1);
      expect(cache.stats()).toMatchObject({ warning: false });
      expect(cache.stats().hits).toBeGreaterThanOrEqual(3);
    });

    it('never gives what was true before a change, also to who asked while it happened (CCH-2)', async () => {
      const cache = cacheOver(tested.store);
      let truth = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(fc.constantFrom('read', 'change', 'slow'), { maxLength: 12 }), async (steps) => {
          const slow: Promise<number>[] = [];
          for (const step of steps) {
            if (step === 'change') {
              truth += 1;
              cache.drop('categories');
            } else if (step === 'slow') {
              const seen = truth;
              slow.push(cache.read('categories', 'q', async () => seen));
            } else expect(await cache.read('categories', 'q', () => truth)).toBe(truth);
          }
          await Promise.all(slow);
          expect(await cache.read('categories', 'q', () => truth)).toBe(truth);
        }),
        RUNS,
      );
    });

    it('is emptied by every change of contacts, categories, consent, campaigns and messages (CCH-2)', async () => {
      const host = createTestCampaigns({ durable: false });
      try {
        const cache = cacheOver(tested.store);
        const notify = droppingChanges(cache, silentNotify);
        // What the services tell reaches the cache.
        const told = (): void => {
          for (const what of host.told.changed.splice(0)) notify.changed(what as 'contacts');
          for (const id of host.told.campaigns.splice(0)) notify.campaign(id);
        };
        const direct = { contacts: host.contacts, categories: host.categories };
        const cached = withCache(cache, stubServices(direct));
        const same = async (what: string): Promise<void> => {
          told();
          for (let time = 0; time < 2; time++) {
            expect(await cached.contacts.list({ limit: 50 }), what).toEqual(direct.contacts.list({ limit: 50 }));
            expect(await cached.categories.list({ limit: 50 }), what).toEqual(direct.categories.list({ limit: 50 }));
          }
        };
        await same('nothing');
        const category = host.categories.create({ name: 'Clients' });
        await same('category made');
        host.categories.update({ id: category.id, name: 'Clientes' });
        await same('category changed');
        const contact = host.contact({ categoryIds: [category.id] });
        await same('contact made');
        host.contacts.update({ id: contact.id, name: 'Awa' });
        await same('contact changed');
        host.suppressions.add({ phone: contact.phone, reason: 'stop' });
        await same('opted out');
        host.suppressions.remove(contact.phone, 'ops');
        await same('allowed again');
        await host.contacts.import(new Blob(['tel,nom\n0639980042,Import\n']), { category: 'Clientes' });
        await same('imported');
        host.contacts.remove(contact.id);
        await same('contact removed');
        host.categories.remove(category.id);
        await same('category removed');
      } finally {
        host.engine.remove();
      }
    });

    it('warns once more than 50 of the last 100 reads missed, and no longer after as many hits (CCH-4)', async () => {
      const cache = cacheOver(tested.store);
      await cache.read('figures', 'known', () => 1);
      await expect.poll(() => cache.read('figures', 'known', () => 2)).toBe(1);
      while (cache.stats().misses < 50) await cache.read('figures', cache.stats().misses + 1_000, () => 1);
      while (cache.stats().hits + cache.stats().misses < 100) await cache.read('figures', 'known', () => 2);
      expect(cache.stats().warning).toBe(false);
      for (let miss = 0; miss < 60; miss++) await cache.read('figures', `other ${miss}`, () => 1);
      expect(cache.stats().warning).toBe(true);
      for (let hit = 0; hit < 60; hit++) await cache.read('figures', 'known', () => 2);
      const { hits, misses, hitRate, warning } = cache.stats();
      expect(warning).toBe(false);
      expect(hitRate).toBeCloseTo(hits / (hits + misses));
    });

    it('keeps workspaces on one server apart (CCH-1)', async () => {
      const [one, other] = [cacheOver(tested.store, 'one'), cacheOver(tested.store, 'other')];
      await one.read('contacts', 'q', () => 'of one');
      expect(await other.read('contacts', 'q', () => 'of other')).toBe('of other');
    });
  });
}
