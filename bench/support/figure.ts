import { isQuick } from './size.ts';
import { median } from './statistics.ts';

export type Goal = { atLeast: number } | { atMost: number };

/** One line of the table: what was measured, round by round. */
export type Figure = {
  /** Rule id of the goal. */
  id: string;
  name: string;
  /** `x`: a ratio to a reference of the same round. */
  unit: 'x' | 'ms' | '%' | 'MB' | '';
  goal: Goal;
  rounds: readonly number[];
  /** What the reference alone measured in each round: how far it swings says how noisy the machine was. */
  reference: readonly number[];
  /** Absolute figures behind the ratio, for a reader. */
  detail: string;
};

/** A peer or a programme that is not on this machine: its line stands in the table with the reason. */
export type LeftOut = { id: string; name: string; reason: string };

export type Verdict = 'met' | 'within the gate' | 'missed' | 'skipped: noisy' | 'skipped: quick';

export type Judged = Figure & { median: number; worst: number; verdict: Verdict };

/** A figure within this share of its goal passes the gate. */
const GATE = 0.8;
/** Identical rounds that differ by more than this say nothing. */
const MOST_SWING = 2;

/** Median, worst round and verdict of a figure. @param noisy others used the machine meanwhile */
export function judge(figure: Figure, noisy: boolean): Judged {
  const { goal, rounds, reference } = figure;
  const value = median(rounds);
  const swing = reference.length === 0 ? 1 : Math.max(...reference) / Math.min(...reference);
  const worst = 'atLeast' in goal ? Math.min(...rounds) : Math.max(...rounds);
  const verdict = isQuick ? 'skipped: quick' : noisy || swing > MOST_SWING ? 'skipped: noisy' : verdictOf(value, goal);
  return { ...figure, median: value, worst, verdict };
}

function verdictOf(value: number, goal: Goal): Verdict {
  const reached = 'atLeast' in goal ? value / goal.atLeast : goal.atMost / value;
  if (reached >= 1) return 'met';
  return reached >= GATE ? 'within the gate' : 'missed';
}
