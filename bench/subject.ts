import type { Figure, LeftOut } from './support/figure.ts';

/** A part of the benchmarks, which `--only` can choose by its name. */
export type Subject = {
  name: string;
  /** What the figures do not say: the reader must know it. */
  leavesOut: string;
  run(): Promise<(Figure | LeftOut)[]>;
};
