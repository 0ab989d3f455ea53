import { isQuick } from './size.ts';

/** A thing to measure; gives its figure of one round. */
export type Side<Result> = () => Promise<Result>;

/** Rounds of every comparison: a ratio is the median of so many. */
export const ROUNDS = isQuick ? 1 : 5;

/**
 * Measures all sides in turn, in every second round from the last to the first, so that a machine that grows slower
 * favours nobody. A first round is thrown away.
 */
export async function inTurn<Name extends string, Result>(
  sides: Record<Name, Side<Result>>,
  rounds = ROUNDS,
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(sides) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Result[]>;
  for (let round = isQuick ? 0 : -1; round < rounds; round += 1) {
    for (const name of Math.abs(round) % 2 === 0 ? names : names.toReversed()) {
      const result = await sides[name]();
      if (round >= 0) results[name].push(result);
    }
  }
  return results;
}
