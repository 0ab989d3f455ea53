import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheOver, describeCache } from '../../../tests/support/cacheConformance.ts';
import { createFakeClock } from '../../../tests/support/fakeClock.ts';
import { someImport } from '../../../tests/support/samples.ts';
import { systemClock } from '../../core/clock.ts';
import { silentNotify } from '../notify.ts';
import { droppingChanges } from './cachedServices.ts';
import type { CacheStore } from './cacheStore.ts';
import { readExactly, writeExactly } from './exactJson.ts';
import { createMemoryStore } from './memoryStore.ts';

describeCache('in memory', async () => ({
  store: createMemoryStore(systemClock),
  others: null,
  remove: async () => {},
}));

describe('the cache in memory', () => {
  it('keeps a value for its time and no longer (CCH-2)', async () => {
    const clock = createFakeClock('2026-11-20T08:00:00.000Z');
    const store = createMemoryStore(clock);
    await store.set('cache:a', 'x', 60_000);
    await clock.advance(59_999);
    expect(await store.get('cache:a')).toBe('x');
    await clock.advance(2);
    expect(await store.get('cache:a')).toBeNull();
  });

  it('makes room by forgetting what was used least (CCH-3)', async () => {
    const store = createMemoryStore(systemClock, 1_000);
    for (let value = 0; value < 100; value++) await store.set(`cache:${value}`, 'x'.repeat(90), 60_000);
    expect(await store.get('cache:0')).toBeNull();
    expect(await store.get('cache:99')).toHaveLength(90);
    await store.set('cache:large', 'x'.repeat(2_000), 60_000);
    expect(await store.get('cache:large')).toBeNull();
  });
});

it('lists follow an import under way, part by part (CCH-2)', async () => {
  const cache = cacheOver(createMemoryStore(systemClock));
  let contacts = 0;
  const list = (): Promise<number> => cache.read('contacts', 'list', () => contacts);
  const count = (): Promise<number> => cache.read('categories', 'list', () => contacts);
  const notify = droppingChanges(cache, silentNotify);
  expect([await list(), await count()]).toEqual([0, 0]);
  contacts = 250;
  notify.import(someImport);
  expect([await list(), await count()]).toEqual([250, 250]);
});

describe('a value on its way into the cache (CCH-2)', () => {
  it.each([
    ['a date', { at: new Date(0) }],
    ['undefined', { name: undefined }],
    ['NaN', [Number.NaN]],
    ['minus zero', -0],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a map', new Map()],
    ['a hole', [1, , 3]],
    ['a big integer', 1n],
    ['bytes', new Uint8Array(1)],
    [
      'a getter',
      {
        get name() {
          return 1;
        },
      },
    ],
    ['a toJSON', { toJSON: () => 1 }],
  ])('is refused when it is %s', (_what, value) => {
    expect(() => writeExactly(value)).toThrow(TypeError);
  });

  it('comes back as it was, or is refused, whatever it is', () => {
    const anything = fc.anything({ withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true });
    fc.assert(
      fc.property(anything, (value) => {
        let text: string;
        try {
          text = writeExactly(value);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          return;
        }
        expect(readExactly(text)).toStrictEqual(value);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is answered all the same when it is refused, and when the store fails in any way (CCH-3)', async () => {
    const at = new Date(0);
    expect(await cacheOver(createMemoryStore(systemClock)).read('figures', 'q', () => at)).toBe(at);
    const failing: CacheStore = {
      get: () => Promise.reject(new Error('down')),
      set: () => Promise.reject(new Error('full')),
      remove: () => Promise.reject(new Error('down')),
      close() {},
    };
    const cache = cacheOver(failing);
    expect(await cache.read('figures', 'q', () => 1)).toBe(1);
    expect(await cache.read('figures', 'q', () => 2)).toBe(2);
    await expect(cache.read('figures', 'q', () => Promise.reject(new Error('the database')))).rejects.toThrow(
      'database',
    );
  });
});
