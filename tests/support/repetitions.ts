import { integerBetween, systemRandom } from '../../backend/core/random.ts';

/** How often a fault test repeats: few times on each run, many with `npm run test:faults -- --long`. */
export function repetitions(count: { run: number; long: number }): number {
  return process.env['VIGIE_LONG'] === '1' ? count.long : count.run;
}

/** Seed of a run, printed so that a failing one can be replayed with `VIGIE_SEED=N`. */
export function seedOfRun(): number {
  const seed = Number(process.env['VIGIE_SEED'] ?? integerBetween(systemRandom, 0, 2 ** 31 - 1));
  process.stdout.write(`seed ${seed} (replay with VIGIE_SEED=${seed})\n`);
  return seed;
}
