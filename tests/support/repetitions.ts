import { onTestFinished } from 'vitest';
import { systemClock } from '../../backend/core/clock.ts';
import { integerBetween, seededRandom, systemRandom, type Random } from '../../backend/core/random.ts';
import { readSummary } from './faultSummary.ts';

/** Few on each run, many with `--long`. `batch`: so many are played in one round, 1 by default. */
export type Count = { run: number; long: number; batch?: number };
export type Round = {
  /** From 0. */
  number: number;
  /** Its own: the round alone is replayed by `VIGIE_SEED=N`. */
  seed: number;
  random: Random;
};

const HIGHEST_SEED = 2 ** 31 - 1;
/** Tests that play rounds: of the time of `--minutes` each takes an equal share of what the earlier ones left. */
const TESTS_WITH_ROUNDS = 57;

type Played = { rounds: number; seeds: [number, number] };
let lastPlayed: Played | null = null;
let cleanups: (() => unknown)[] | null = null;

/** Whether everything is played as often as `--long` says. */
export function isFullLength(): boolean {
  return process.env['VIGIE_LONG'] === '1' && process.env['VIGIE_LONG_UNTIL'] === undefined;
}

/** How many times a fault test repeats what needs no seed. */
export function repetitions(count: Count): number {
  return isFullLength() ? count.long : count.run;
}

/** Does this after the round, or after the test where none is under way. */
export function onRoundFinished(cleanup: () => unknown): void {
  if (cleanups === null) {
    onTestFinished(async () => {
      await cleanup();
    });
  } else cleanups.push(cleanup);
}

/**
 * Plays a fault again and again, each time with another seed: so often as `count` says, or with `--minutes` for the
 * test's share of the time and at least as often as on each run. A round that fails says with which seed.
 */
export async function playRounds(count: Count, play: (round: Round) => unknown): Promise<void> {
  const { batch = 1 } = count;
  const seedsFrom = Number(process.env['VIGIE_SEED'] ?? integerBetween(systemRandom, 0, HIGHEST_SEED));
  const until = endOfShare();
  const isOver = (played: number): boolean =>
    until === null ? played >= repetitions(count) : played >= count.run && systemClock.now() >= until;
  for (let number = 0; !isOver(number * batch); number++) {
    const seed = (seedsFrom + number) % (HIGHEST_SEED + 1);
    lastPlayed = { rounds: (number + 1) * batch, seeds: [seedsFrom, seed] };
    cleanups = [];
    try {
      await play({ number, seed, random: seededRandom(seed) });
    } catch (error) {
      process.stdout.write(`round ${number} failed: replay with VIGIE_SEED=${seed}\n`);
      throw error;
    } finally {
      const open = cleanups;
      cleanups = null;
      for (const cleanup of open.toReversed()) await cleanup();
    }
  }
  process.stdout.write(`${lastPlayed?.rounds} rounds from seed ${seedsFrom} on (replay with VIGIE_SEED=N)\n`);
}

/** Rounds of the test that has just ended, null when it played none. */
export function takePlayed(): Played | null {
  const played = lastPlayed;
  lastPlayed = null;
  return played;
}

/** When this test's share of the time of `--minutes` is over, null without. */
function endOfShare(): number | null {
  const end = Number(process.env['VIGIE_LONG_UNTIL'] ?? 0);
  if (end === 0) return null;
  const tests = readSummary(process.env['VIGIE_FAULTS_SUMMARY'] ?? '')?.tests ?? [];
  const ended = tests.filter(({ seeds }) => seeds !== null).length;
  const now = systemClock.now();
  return now + (end - now) / Math.max(1, TESTS_WITH_ROUNDS - ended);
}
