import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../../tests/support/engine.ts';
import { HOUR_MS, MINUTE_MS, toIso } from '../core/days.ts';

let engine: TestEngine;
beforeEach(() => {
  engine = createTestEngine();
});
afterEach(() => {
  engine.remove();
});

it('a pause that follows one whose time was over counts from its own beginning (SND-14)', () => {
  const { pauses, clock } = engine;
  const start = clock.now();
  pauses.set({ scope: 'all', reason: 'operator', untilAt: start + MINUTE_MS });
  clock.set(start + 1);
  pauses.set({ scope: 'all', reason: 'operator', untilAt: start + 2 * MINUTE_MS });
  expect(pauses.list()).toMatchObject([{ since: toIso(start), until: toIso(start + 2 * MINUTE_MS) }]);
  clock.set(start + HOUR_MS);
  expect(pauses.list()).toEqual([]);
  pauses.set({ scope: 'all', reason: 'operator' });
  expect(pauses.list()).toMatchObject([{ since: toIso(start + HOUR_MS), until: null }]);
});
