import { expect, it } from 'vitest';
import { nextUtcMidnight, thresholdsOf } from './quotaMarks.ts';

it('marks where the levels change: after 135 and 162 of 180 (MON-4)', () => {
  expect(thresholdsOf(180)).toEqual({ attention: 135, danger: 162 });
  expect(thresholdsOf(10)).toEqual({ attention: 7, danger: 9 });
});

it('says when the counters start again: at the next midnight UTC (MON-8)', () => {
  expect(nextUtcMidnight('2026-12-31')).toBe(Date.parse('2027-01-01T00:00:00.000Z'));
  expect(nextUtcMidnight('2028-02-28')).toBe(Date.parse('2028-02-29T00:00:00.000Z'));
});
