import { expect, test } from 'vitest';
import { sleep } from '../../backend/core/clock.ts';
import { createFakeClock } from './fakeClock.ts';

test('fires in order of time, then of registration, each at its own instant', async () => {
  const clock = createFakeClock(1_000);
  const fired: string[] = [];
  clock.after(20, () => fired.push(`b@${clock.now()}`));
  clock.after(10, () => fired.push(`a@${clock.now()}`));
  clock.after(20, () => fired.push(`c@${clock.now()}`));
  await clock.advance(15);
  expect(fired).toEqual(['a@1010']);
  await clock.advance(5);
  expect(fired).toEqual(['a@1010', 'b@1020', 'c@1020']);
  expect(clock.pending()).toBe(0);
});

test('lets promises settle between callbacks, so that a loop of sleeps runs through one advance', async () => {
  const clock = createFakeClock(0);
  const rounds: number[] = [];
  const loop = (async () => {
    for (let round = 0; round < 5; round++) {
      await sleep(clock, 100);
      rounds.push(clock.now());
    }
  })();
  await clock.advance(1_000);
  await loop;
  expect(rounds).toEqual([100, 200, 300, 400, 500]);
  expect(clock.now()).toBe(1_000);
});

test('a cancelled callback never fires, and cancelling from a callback counts', async () => {
  const clock = createFakeClock(0);
  let fired = 0;
  const cancel = clock.after(20, () => fired++);
  clock.after(10, cancel);
  await clock.advance(100);
  expect(fired).toBe(0);
});

test('the wall clock jumps without firing and without moving monotonic time', async () => {
  const clock = createFakeClock('2026-03-29T00:30:00.000Z');
  let fired = 0;
  clock.after(60_000, () => fired++);
  clock.set(clock.now() + 9 * 3_600_000);
  expect(clock.now()).toBe(Date.parse('2026-03-29T09:30:00.000Z'));
  expect(clock.monotonic()).toBe(0);
  expect(fired).toBe(0);
  expect(clock.untilNext()).toBe(60_000);
  await clock.advance(60_000);
  expect(fired).toBe(1);
  clock.set(0);
  expect(clock.now()).toBe(0);
  expect(clock.monotonic()).toBe(60_000);
});

test('an error of a callback reaches the test, and the clock can be moved again', async () => {
  const clock = createFakeClock(0);
  clock.after(1, () => {
    throw new Error('broken callback');
  });
  await expect(clock.advance(10)).rejects.toThrow('broken callback');
  await clock.advance(10);
  await expect(clock.advance(-1)).rejects.toThrow(RangeError);
});
