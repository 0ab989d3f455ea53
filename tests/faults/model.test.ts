import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelBench } from '../support/sendingModel/bench.ts';
import { COMMANDS, drain } from '../support/sendingModel/commands.ts';
import { playRounds } from '../support/repetitions.ts';

let bench: ModelBench;
beforeAll(async () => {
  bench = new ModelBench();
  await bench.machine.start();
});
afterAll(() => {
  bench.machine.remove();
});

/** Small enough that each is reached: the day's, the rolling cap across midnight, the rolling cap within a day. */
const LIMITS = fc.constantFrom({ daily: 4, rolling: 30 }, { daily: 6, rolling: 8 }, { daily: 30, rolling: 4 });
/** Command sequences of one round. */
const BATCH = 50;

describe('whatever happens to messages, in whatever order', () => {
  it('states, both quotas and follow-ups are those of a model of one page, and all drains (fault 27; MON-1 to MON-3, SND-2, SND-6, SND-8, SND-13, SND-14, CMP-6, CMP-7, REL-1)', async () => {
    let played = 0;
    const property = fc.asyncProperty(
      LIMITS,
      fc.commands(COMMANDS, { maxCommands: 40, size: 'max' }),
      async (limits, commands) => {
        await bench.reset(limits);
        await fc.asyncModelRun(() => ({ model: { model: bench.model }, real: bench }), commands);
        await drain(bench);
        played += 1;
      },
    );
    await playRounds({ run: 200, long: 2_000, batch: BATCH }, ({ seed }) =>
      fc.assert(property, { numRuns: BATCH, seed }),
    );
    expect(played).toBeGreaterThanOrEqual(200);
  });
});
