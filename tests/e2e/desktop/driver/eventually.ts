import { expect } from 'vitest';

/** Machines that tests share are slow at times; what is right sooner is taken sooner. */
const TIMEOUT_MS = 20_000;

/** Asks again and again until the answer is as expected. */
export function eventually<Value>(ask: () => Value | Promise<Value>) {
  return expect.poll(ask, { timeout: TIMEOUT_MS });
}
