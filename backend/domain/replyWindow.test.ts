import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWithinWindow, REPLY_WINDOW_MS, windowClosesAt } from './replyWindow.ts';

const instants = fc.integer({ min: 0, max: 4e12 });

describe('reply window', () => {
  it('holds answers less than 24 h after Message 1; at 24 h they are late (CMP-6)', () => {
    const sentAt = Date.parse('2026-03-28T23:30:00.000Z');
    expect(REPLY_WINDOW_MS).toBe(86_400_000);
    expect(isWithinWindow(sentAt, sentAt)).toBe(true);
    expect(isWithinWindow(sentAt, sentAt + 86_399_999)).toBe(true);
    expect(isWithinWindow(sentAt, sentAt + 86_400_000)).toBe(false);
  });

  it('holds an answer that a slow clock stamped before the send (CMP-6)', () => {
    expect(isWithinWindow(1_000_000, 999_000)).toBe(true);
  });

  it('is 24 hours of elapsed time, whatever the instant, daylight saving and leap days included (CMP-6, REL-4)', () => {
    const offsets = fc.oneof(
      fc.integer({ min: -REPLY_WINDOW_MS, max: 2 * REPLY_WINDOW_MS }),
      fc.integer({ min: REPLY_WINDOW_MS - 3, max: REPLY_WINDOW_MS + 3 }),
    );
    fc.assert(
      fc.property(instants, offsets, (sentAt, offset) => {
        expect(isWithinWindow(sentAt, sentAt + offset)).toBe(offset < 24 * 60 * 60 * 1000);
        expect(windowClosesAt(sentAt) - sentAt).toBe(24 * 60 * 60 * 1000);
      }),
      { numRuns: 2_000 },
    );
  });
});
