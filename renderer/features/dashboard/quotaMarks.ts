const ATTENTION_SHARE = 0.75;
const DANGER_SHARE = 0.9;
const DAY_MS = 86_400_000;

/** Last numbers of messages of the levels `ok` and `attention` (MON-4): 135 and 162 of 180. */
export function thresholdsOf(limit: number): { attention: number; danger: number } {
  return { attention: Math.floor(limit * ATTENTION_SHARE), danger: Math.floor(limit * DANGER_SHARE) };
}

/** First instant of the UTC day after `day`, epoch milliseconds. */
export function nextUtcMidnight(day: string): number {
  return Date.parse(day) + DAY_MS;
}
