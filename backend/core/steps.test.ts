import { describe, expect, it } from 'vitest';
import type { Clock } from './clock.ts';
import { inSteps } from './steps.ts';

describe('work in steps', () => {
  it('that nobody waits for rests after each step as long as that took (API-5)', async () => {
    let time = 0;
    const rests: number[] = [];
    const clock: Clock = {
      now: () => time,
      monotonic: () => time,
      after(delayMs, callback) {
        rests.push(delayMs);
        time += delayMs;
        queueMicrotask(callback);
        return () => {};
      },
    };
    const left = [7, 12, 0];
    const step = (): number => {
      const ms = left.shift() ?? 0;
      time += ms;
      return ms;
    };
    expect(await inSteps(step, undefined, clock)).toBe(19);
    expect(rests).toEqual([7, 12]);
    expect(time).toBe(2 * 19);
  });

  it('ends at once when it is stopped while it rests (API-5)', async () => {
    const stopping = new AbortController();
    let time = 0;
    const clock: Clock = { now: () => time, monotonic: () => time, after: () => () => {} };
    const work = inSteps(() => (time += 5), stopping.signal, clock);
    stopping.abort();
    expect(await work).toBe(5);
  });
});
