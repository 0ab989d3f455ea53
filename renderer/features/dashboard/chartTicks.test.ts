import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chartTicks } from './chartTicks.ts';

it('marks the chart with round numbers, from 0 to past the highest bar', () => {
  expect(chartTicks(198)).toEqual([0, 50, 100, 150, 200]);
  expect(chartTicks(0)).toEqual([0, 1]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), (highest) => {
      const ticks = chartTicks(highest);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(highest);
      expect(ticks.length).toBeLessThanOrEqual(7);
      expect(ticks.every(Number.isInteger)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
