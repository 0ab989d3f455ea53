/** Part of the gauge that is filled: from 0 to 1, whatever the figures. */
export function filledShare(sent: number, limit: number): number {
  if (limit <= 0) return 1;
  return Math.min(Math.max(sent / limit, 0), 1);
}
