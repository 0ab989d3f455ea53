const MOST_STEPS = 5;
const ROUND_STEPS = [1, 2, 5, 10] as const;

/** Round marks from 0 to at least `highest`, few enough to be read. */
export function chartTicks(highest: number): number[] {
  const rough = Math.max(1, highest) / MOST_STEPS;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, magnitude * (ROUND_STEPS.find((round) => round * magnitude >= rough) ?? 10));
  return Array.from({ length: Math.ceil(Math.max(1, highest) / step) + 1 }, (_, index) => index * step);
}
