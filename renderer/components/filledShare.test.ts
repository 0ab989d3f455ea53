import fc from 'fast-check';
import { expect, it } from 'vitest';
import { filledShare } from './filledShare.ts';

it('fills the gauge in step with the messages, and never more than whole (UI-2)', () => {
  expect([0, 45, 90, 180].map((sent) => filledShare(sent, 180))).toEqual([0, 0.25, 0.5, 1]);
  fc.assert(
    fc.property(fc.integer(), fc.integer(), (sent, limit) => {
      const share = filledShare(sent, limit);
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }),
    { numRuns: 1000 },
  );
});
