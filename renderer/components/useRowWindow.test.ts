import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ROW_HEIGHT, rowWindow } from './useRowWindow.ts';

it('draws every row in view and few others, in a list of any length (UI-7)', () => {
  const place = fc.record({
    count: fc.integer({ min: 0, max: 1_000_000 }),
    height: fc.integer({ min: 0, max: 4000 }),
    scrollTop: fc.integer({ min: 0, max: 36_000_000 }),
  });
  fc.assert(
    fc.property(place, ({ count, height, scrollTop }) => {
      const reachable = Math.min(scrollTop, Math.max(0, count * ROW_HEIGHT - height));
      const { start, end } = rowWindow({ scrollTop: reachable, height, count });
      expect(start).toBeGreaterThanOrEqual(0);
      expect(start).toBeLessThanOrEqual(Math.floor(reachable / ROW_HEIGHT));
      expect(end).toBe(Math.min(count, Math.max(end, Math.ceil((reachable + height) / ROW_HEIGHT))));
      expect(end - start).toBeLessThanOrEqual(Math.ceil(height / ROW_HEIGHT) + 26);
    }),
    { numRuns: 1000 },
  );
});
